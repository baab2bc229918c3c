"""Classify and Regress: signatures that take serialised tf.Example messages."""

import numpy

from .errors import invalid_argument
from .protos import (
    classification_pb2,
    example_pb2,
    regression_pb2,
    tensor_pb2,
    types_pb2,
)
from .servable import DEFAULT_SIGNATURE

_INPUT = "inputs"


def _signature(servable, name, kind, noun):
    signature = servable.signature(name)
    if signature is None:
        raise invalid_argument(f"No signature was found with the name: {name or DEFAULT_SIGNATURE}")
    method = f"tensorflow/serving/{kind}"
    if servable.checks_method_names and signature.method_name != method:
        raise invalid_argument(
            f"Expected {noun} signature method_name to be {method}. Was: {signature.method_name}"
        )
    if len(signature.inputs) != 1:
        raise invalid_argument("Expected one input Tensor.")
    if _INPUT not in signature.inputs:
        raise invalid_argument(f"No {noun} inputs found in SignatureDef: {signature}")
    return signature


def _serialized(model_input):
    """The examples of an Input, each merged with the shared context if there is one."""
    kind = model_input.WhichOneof("kind")
    if kind == "example_list":
        listed = [example.SerializeToString() for example in model_input.example_list.examples]
    elif kind == "example_list_with_context":
        listed = []
        for example in model_input.example_list_with_context.examples:
            merged = example_pb2.Example()
            merged.CopyFrom(model_input.example_list_with_context.context)
            for name, feature in example.features.feature.items():
                merged.features.feature[name].CopyFrom(feature)
            listed.append(merged.SerializeToString())
    else:
        listed = []
    if not listed:
        raise invalid_argument("Input is empty.")
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=listed)
    tensor.tensor_shape.dim.add(size=len(listed))
    return tensor, len(listed)


def _run(servable, signature, model_input, names, timeout_ms, api):
    tensor, count = _serialized(model_input)
    feed = signature.inputs[_INPUT].name
    values = servable.run(
        {feed: tensor}, [signature.outputs[name].name for name in names], timeout_ms, api
    )
    for name, value in zip(names, values):
        if value.ndim < 1 or value.shape[0] != count:
            raise invalid_argument(
                f"Expected {name} to have one row for each of {count} examples, got shape "
                f"{list(value.shape)}"
            )
    return dict(zip(names, values)), count


def classify(servable, signature_name, model_input, timeout_ms=None):
    """ClassificationResult for an Input message."""
    signature = _signature(servable, signature_name, "classify", "classification")
    if len(signature.outputs) not in (1, 2):
        raise invalid_argument(
            f"Expected one or two output Tensors, found {len(signature.outputs)}"
        )
    names = [name for name in ("classes", "scores") if name in signature.outputs]
    if not names:
        raise invalid_argument(
            "Expected classification signature outputs to contain at least one of "
            f'"classes" or "scores". Signature was: {signature}'
        )
    values, count = _run(servable, signature, model_input, names, timeout_ms, "Classify")
    result = classification_pb2.ClassificationResult()
    columns = next(iter(values.values())).reshape(count, -1).shape[1]
    classes = values["classes"].reshape(count, -1) if "classes" in values else None
    scores = values["scores"].reshape(count, -1) if "scores" in values else None
    for row in range(count):
        classifications = result.classifications.add()
        for column in range(columns):
            entry = classifications.classes.add()
            if classes is not None:
                entry.label = classes[row, column].decode(errors="replace")
            if scores is not None:
                entry.score = float(scores[row, column])
    return result


def regress(servable, signature_name, model_input, timeout_ms=None):
    """RegressionResult for an Input message."""
    signature = _signature(servable, signature_name, "regress", "regression")
    if len(signature.outputs) != 1:
        raise invalid_argument("Expected one output Tensor.")
    if "outputs" not in signature.outputs:
        raise invalid_argument(f"No regression outputs found in SignatureDef: {signature}")
    values, count = _run(servable, signature, model_input, ["outputs"], timeout_ms, "Regress")
    numbers = values["outputs"].astype(numpy.float32).reshape(count, -1)
    if numbers.shape[1] != 1:
        raise invalid_argument("Expected regression output to have one value for each example")
    result = regression_pb2.RegressionResult()
    for number in numbers[:, 0]:
        result.regressions.add(value=float(number))
    return result
