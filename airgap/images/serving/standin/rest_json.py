"""REST bodies of predict: which input gets which part of the JSON, in row and column format."""

import json
import math

import orjson

from .errors import invalid_argument
from .json_tensor import is_base64, read_tensor, show

ROW, COLUMN = "row", "column"


def parse(body):
    """The JSON object of a request."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    # One colon for each key: then no key can have been there twice.
    if not isinstance(document, dict) or body.count(b":") != len(document):
        document = _parse_as_the_server(body)
    if not isinstance(document, dict):
        raise invalid_argument(f"JSON Value: {show(document)} Is not object")
    return document


def _parse_as_the_server(body):
    """Slower, but with the habits of the server's parser: NaN and Infinity are numbers, the first
    of two equal keys counts, and what follows the document is not looked at."""
    try:
        text = body.decode().lstrip(" \t\r\n")
        if not text:
            raise invalid_argument("JSON Parse error: The document is empty")
        decoder = json.JSONDecoder(object_pairs_hook=_first_of_equal_keys, parse_float=_double)
        return decoder.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        raise invalid_argument(f"JSON Parse error: {error.msg}. at offset: {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise invalid_argument(f"JSON Parse error: {error}") from error


def _first_of_equal_keys(pairs):
    return dict(reversed(pairs))


def _double(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError("Number too big to be stored in double.")
    return number


def signature_name(document):
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid_argument(
            f"JSON Value: {show(document)} not formatted correctly. 'signature_name' key must be a "
            "string value."
        )
    return name


def read_inputs(document, infos):
    """({input name: array or TensorProto}, ROW or COLUMN) for the inputs {name: TensorInfo}."""
    rows, columns = "instances" in document, "inputs" in document
    if rows and columns:
        raise invalid_argument(
            f"JSON Value: {show(document)} Not formatted correctly expecting only one of 'inputs' "
            "or 'instances' keys to exist "
        )
    if rows:
        return _read_rows(document, infos), ROW
    if columns:
        return _read_columns(document["inputs"], infos), COLUMN
    raise invalid_argument("Missing 'inputs' or 'instances' key")


def _read_rows(document, infos):
    instances = document["instances"]
    if not isinstance(instances, list):
        raise invalid_argument(
            f"JSON Value: {show(document)} Excepting 'instances' to be an list/array"
        )
    if not instances:
        raise invalid_argument(f"JSON Value: {show(document)} No values in 'instances' array")
    if not _is_named(instances[0]):
        if len(infos) > 1:
            raise invalid_argument(
                "instances is a plain list, but expecting list of objects as multiple input "
                "tensors required as per tensorinfo_map"
            )
        for position, instance in enumerate(instances):
            if _is_named(instance):
                raise invalid_argument(
                    f"Expecting value/list but got object at item {position} of input list"
                )
        name, info = next(iter(infos.items()))
        return {name: read_tensor(instances, info.dtype, True)}
    for position, instance in enumerate(instances):
        if not _is_named(instance):
            raise invalid_argument(
                f"Expecting object but got list at item {position} of input list"
            )
        for name in instance:
            if name not in infos:
                raise invalid_argument(
                    f"Failed to process element: {position} key: {name} of 'instances' list. "
                    f"Error: INVALID_ARGUMENT: JSON object: does not have named input: {name}"
                )
        if set(instance) != set(infos):
            raise invalid_argument(
                f"Failed to process element: {position} of 'instances' list. JSON object: "
                f"{show(instance)} keys must be equal to: {','.join(sorted(infos))}"
            )
    return {
        name: read_tensor([instance[name] for instance in instances], info.dtype, True, name)
        for name, info in infos.items()
    }


def _read_columns(inputs, infos):
    if not _is_named(inputs):
        if len(infos) > 1:
            raise invalid_argument(
                "inputs is a plain value/list, but expecting an object as multiple input tensors "
                "required as per tensorinfo_map"
            )
        name, info = next(iter(infos.items()))
        return {name: read_tensor(inputs, info.dtype)}
    for name in infos:
        if name not in inputs:
            raise invalid_argument(f"Missing named input: {name} in 'inputs' object.")
    return {name: read_tensor(inputs[name], info.dtype) for name, info in infos.items()}


def _is_named(value):
    """An object of named tensors, as opposed to a list, a value or {"b64": ...}."""
    return isinstance(value, dict) and not is_base64(value)
