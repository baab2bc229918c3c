"""REST answers: tensors and results as JSON, laid out like the real server's."""

import base64
import json

import numpy

from . import json_numbers
from .errors import invalid_argument
from .rest_json import ROW


def error_body(message):
    return ('{\n    "error": ' + json.dumps(message) + "\n}").encode()


def predictions(outputs, form):
    """The body for {output name: array} in the format of the request."""
    if not outputs:
        raise invalid_argument("Cannot convert empty tensor map to JSON")
    if form == ROW:
        return _body("predictions", f"[{', '.join(_rows(outputs))}\n    ]")
    if len(outputs) == 1:
        return _body("outputs", _dump(*next(iter(outputs.items()))))
    named = ",\n".join(
        f"        {json.dumps(name)}: {_dump(name, array)}" for name, array in outputs.items()
    )
    return _body("outputs", f"{{\n{named}\n    }}")


def classifications(result):
    rows = (
        ", ".join(f"[{json.dumps(entry.label)}, {_float(entry.score)}]" for entry in item.classes)
        for item in result.classifications
    )
    return _body("results", f"[{', '.join(f'[{row}]' for row in rows)}]")


def regressions(result):
    return _body("results", f"[{', '.join(_float(item.value) for item in result.regressions)}]")


def _body(key, text):
    return f'{{\n    "{key}": {text}\n}}'.encode()


def _rows(outputs):
    size = None
    for name, array in outputs.items():
        if not array.ndim:
            raise invalid_argument(f"Tensor name: {name} has no shape information ")
        if size is not None and len(array) != size:
            raise invalid_argument(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {size}"
            )
        size = len(array)
    for row in range(size):
        texts = {name: _dump(name, array[row : row + 1], True) for name, array in outputs.items()}
        if len(texts) == 1:
            yield next(iter(texts.values()))
        else:
            yield f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in texts.items())}}}"


def _dump(name, array, only_row=False):
    """JSON of an array, or with `only_row` of its one row. Strings are text, or base64 objects in
    outputs whose name ends in _bytes."""
    if array.dtype != object:
        return json_numbers.write(array.reshape(array.shape[1:]) if only_row else array)
    if name.endswith("_bytes"):
        convert = lambda item: {"b64": base64.b64encode(item).decode()}  # noqa: E731
    else:
        convert = lambda item: item.decode(errors="replace")  # noqa: E731
    shown = numpy.frompyfunc(convert, 1, 1)(array)
    values = shown.tolist() if isinstance(shown, numpy.ndarray) else shown
    return json.dumps(values[0] if only_row else values)


def _float(value):
    return json_numbers.write(numpy.asarray(value, numpy.float32))
