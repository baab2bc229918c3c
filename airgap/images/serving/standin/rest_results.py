"""REST answers: tensors and results as JSON, laid out like the real server's."""

import base64
import json

import numpy
import orjson

from .errors import invalid_argument
from .rest_json import ROW


def error_body(message):
    return ('{\n    "error": ' + json.dumps(message) + "\n}").encode()


def predictions(outputs, form):
    """The body for {output name: array} in the format of the request."""
    if not outputs:
        raise invalid_argument("Cannot convert empty tensor map to JSON")
    texts = {name: _plain(name, array) for name, array in outputs.items()}
    if form == ROW:
        return b'{\n    "predictions": ' + _rows(outputs, texts) + b"\n}"
    if len(outputs) == 1:
        return b'{\n    "outputs": ' + _dump(next(iter(texts.values()))) + b"\n}"
    named = b",\n".join(
        b"        " + json.dumps(name).encode() + b": " + _dump(value)
        for name, value in texts.items()
    )
    return b'{\n    "outputs": {\n' + named + b"\n    }\n}"


def _rows(outputs, values):
    size = None
    for name, array in outputs.items():
        if not array.ndim:
            raise invalid_argument(f"Tensor name: {name} has no shape information ")
        if size is not None and len(array) != size:
            raise invalid_argument(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {size}"
            )
        size = len(array)
    if len(outputs) == 1:
        rows = (_dump(row) for row in next(iter(values.values())))
    else:
        rows = (
            b"{"
            + b", ".join(
                json.dumps(name).encode() + b": " + _dump(value[row])
                for name, value in values.items()
            )
            + b"}"
            for row in range(size)
        )
    return b"[" + b", ".join(rows) + b"\n    ]"


def _plain(name, array):
    """What _dump can write: numeric arrays stay arrays; strings become text, or base64 objects for
    outputs whose name ends in _bytes."""
    if array.dtype != object:
        if array.dtype.kind not in "biuf" or array.dtype.itemsize == 2 and array.dtype.kind == "f":
            array = array.astype(numpy.float32)
        return array if array.dtype.kind != "f" or numpy.isfinite(array).all() else _literals(array)
    if name.endswith("_bytes"):
        convert = lambda item: {"b64": base64.b64encode(item).decode()}  # noqa: E731
    else:
        convert = lambda item: item.decode(errors="replace")  # noqa: E731
    return numpy.frompyfunc(convert, 1, 1)(array).tolist()


def _literals(array):
    """Nested lists with NaN and Infinity, which only the slower writer knows."""
    return numpy.frompyfunc(lambda item: float(str(item)), 1, 1)(array).tolist()


def _dump(value):
    if isinstance(value, numpy.ndarray):
        return orjson.dumps(numpy.ascontiguousarray(value), option=orjson.OPT_SERIALIZE_NUMPY)
    if isinstance(value, numpy.generic):
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    return json.dumps(value).encode()


def classifications(result):
    rows = [
        [[entry.label, _float(entry.score)] for entry in item.classes]
        for item in result.classifications
    ]
    return b'{\n    "results": ' + json.dumps(rows).encode() + b"\n}"


def regressions(result):
    values = [_float(item.value) for item in result.regressions]
    return b'{\n    "results": ' + json.dumps(values).encode() + b"\n}"


def _float(value):
    """Without the digits that a float32 does not have."""
    return float(str(numpy.float32(value)))
