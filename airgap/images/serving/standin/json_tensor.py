"""JSON values to tensors, checked as strictly as the real server checks them.

Numbers go through numpy as a whole; only what numpy refuses is walked element by element, to name
the culprit.
"""

import base64
import binascii
import json

import numpy

from .c_api import NUMPY_TYPES
from .errors import StatusError, invalid_argument
from .protos import tensor_pb2, types_pb2

_STRING = types_pb2.DT_STRING
# Whole numbers beyond these lose digits as floats; the real server refuses them.
_EXACT_INTEGERS = {types_pb2.DT_FLOAT: 2**24 - 1, types_pb2.DT_DOUBLE: 2**53 - 1}
_JSON_TYPES = {
    types_pb2.DT_FLOAT: "iuf",
    types_pb2.DT_DOUBLE: "iuf",
    types_pb2.DT_HALF: "iuf",
    types_pb2.DT_INT8: "iu",
    types_pb2.DT_INT16: "iu",
    types_pb2.DT_INT32: "iu",
    types_pb2.DT_INT64: "iu",
    types_pb2.DT_UINT8: "iu",
    types_pb2.DT_UINT32: "iu",
    types_pb2.DT_UINT64: "iu",
    types_pb2.DT_BOOL: "b",
}
JSON_NAMES = {
    type(None): "Null",
    dict: "Object",
    list: "Array",
    str: "String",
    int: "Number",
    float: "Number",
}


def is_base64(value):
    """{"b64": "..."}: the way to write bytes in JSON."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def read_tensor(value, dtype, in_rows=False, key=""):
    """A numpy array, or for strings a TensorProto, from nested lists.

    `in_rows` and `key` say where the value comes from, for the error text."""
    if dtype == _STRING:
        return _string_tensor(value, in_rows, key)
    kinds = _JSON_TYPES.get(dtype)
    if kinds:
        try:
            array = numpy.array(value)
        except (ValueError, OverflowError):
            array = None
        if array is not None and (array.dtype.kind in kinds or not array.size):
            _check_range(array, dtype)
            with numpy.errstate(over="ignore"):  # what no float32 can hold becomes infinite
                return array.astype(NUMPY_TYPES[dtype])
    _walk(value, dtype, in_rows, key, [])
    raise invalid_argument(
        f"JSON Value: {show(value)} is not of expected type: {_type_name(dtype)}"
    )


def _check_range(array, dtype):
    if not array.size or array.dtype.kind == "b":
        return
    if dtype in _EXACT_INTEGERS and array.dtype.kind in "iu":
        largest = max(int(array.max()), -int(array.min()))
        if largest > _EXACT_INTEGERS[dtype]:
            raise invalid_argument(
                f"Cannot convert JSON value: {largest} to {_type_name(dtype)} without loss of "
                "precision."
            )
    elif array.dtype.kind in "iu":
        limits = numpy.iinfo(NUMPY_TYPES[dtype])
        low, high = int(array.min()), int(array.max())
        if low < limits.min or high > limits.max:
            wrong = low if low < limits.min else high
            raise invalid_argument(
                f"JSON Value: {wrong} Type: Number is not of expected type: {_type_name(dtype)}"
            )


def _string_tensor(value, in_rows, key):
    leaves = []
    shape = _walk(value, _STRING, in_rows, key, leaves)
    tensor = tensor_pb2.TensorProto(dtype=_STRING, string_val=leaves)
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def _walk(value, dtype, in_rows, key, leaves):
    """Checks a value element by element, collecting strings; returns its shape.

    Numbers come here only when numpy refused them, for the exact message."""
    shapes = []
    items = enumerate(value) if in_rows else [(None, value)]
    for position, item in items:
        try:
            shape, probe = [], item
            while isinstance(probe, list):
                shape.append(len(probe))
                probe = probe[0] if probe else None
            _walk_level(item, dtype, 0, shape, leaves)
        except StatusError as error:
            if position is None:
                raise
            named = f" key: {key}" if key else ""
            raise invalid_argument(
                f"Failed to process element: {position}{named} of 'instances' list. Error: {error}"
            ) from error
        if shapes and shape != shapes[0]:
            expected, got = (f"[{','.join(map(str, sizes))}]" for sizes in (shapes[0], shape))
            raise invalid_argument(
                f"Failed to process element: {position} of 'instances' list. Error: "
                f"INVALID_ARGUMENT: Expecting shape {expected} but got: {got}"
            )
        shapes.append(shape)
    return [len(shapes), *shapes[0]] if in_rows else shapes[0]


def _walk_level(value, dtype, level, shape, leaves):
    if isinstance(value, list):
        if level >= len(shape):
            raise invalid_argument(
                f"Encountered list at unexpected level: {level} expected < {len(shape)}"
            )
        if len(value) != shape[level]:
            raise invalid_argument(
                f"Encountered list at unexpected size: {len(value)} at level: {level} expected "
                f"size: {shape[level]}"
            )
        for item in value:
            _walk_level(item, dtype, level + 1, shape, leaves)
        return
    if level != len(shape):
        raise invalid_argument(
            f"JSON Value: {show(value)} found at incorrect level: {level + 1} in the JSON DOM. "
            f"Expected at level: {len(shape)}"
        )
    if dtype == _STRING:
        leaves.append(decode_string(value))
        return
    if dtype not in _JSON_TYPES:
        raise StatusError(
            "UNIMPLEMENTED", f"Conversion of JSON Value: {show(value)} to type: {_type_name(dtype)}"
        )
    kind = numpy.array(value).dtype.kind if isinstance(value, (bool, int, float)) else None
    if kind not in list(_JSON_TYPES[dtype]):
        raise _type_error(value, dtype)


def decode_string(value):
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, dict):
        raise _type_error(value, _STRING)
    if not is_base64(value):
        raise invalid_argument(f"JSON Value: {show(value)} not formatted correctly for base64 data")
    try:
        text = value["b64"].translate(str.maketrans("-_", "+/")).rstrip("=")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_argument("Unable to base64 decode") from error


def _type_error(value, dtype):
    kind = (
        {True: "True", False: "False"}[value]
        if isinstance(value, bool)
        else JSON_NAMES[type(value)]
    )
    return invalid_argument(
        f"JSON Value: {show(value)} Type: {kind} is not of expected type: {_type_name(dtype)}"
    )


def _type_name(dtype):
    return types_pb2.DataType.Name(dtype)[3:].lower()


def show(value):
    text = json.dumps(value, indent=4)
    return text if len(text) <= 1000 else text[:1000] + "..."
