"""Numbers as the real server writes them in JSON: six digits where they are exact, else all."""

import json

import numpy

# Digits that tell every value of the type from every other.
_DIGITS = {numpy.dtype(numpy.float32): 9, numpy.dtype(numpy.float64): 17}


def write(array):
    """The JSON text of a numeric array, nested as deeply as the array has dimensions."""
    if array.dtype.kind in "biu":
        return json.dumps(array.tolist())
    if array.dtype not in _DIGITS:  # half-width floats
        array = array.astype(numpy.float32)
    texts = _decimals(array.ravel())
    if not array.size:
        return json.dumps(array.tolist())
    for size in reversed(array.shape):
        texts = [
            f"[{', '.join(texts[start : start + size])}]" for start in range(0, len(texts), size)
        ]
    return texts[0]


def _decimals(values):
    short = [f"{value:g}" for value in values.tolist()]
    exact = numpy.array([float(text) for text in short]).astype(values.dtype) == values
    return [
        _decimal(value, text, _DIGITS[values.dtype] if not is_exact else None)
        for value, text, is_exact in zip(values.tolist(), short, exact.tolist())
    ]


def _decimal(value, text, digits):
    if value != value:
        return "NaN"
    if value in (float("inf"), -float("inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if digits:
        text = f"{value:.{digits}g}"
    return text if "." in text or "e" in text else text + ".0"
