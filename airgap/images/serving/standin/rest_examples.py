"""REST bodies of classify and regress: JSON objects to tf.Example messages."""

from .errors import invalid_argument
from .json_tensor import JSON_NAMES, decode_string, show
from .protos import input_pb2


def read_examples(document):
    """The Input message of a classify or regress request."""
    if "examples" not in document:
        raise invalid_argument(
            f"JSON Value: {show(document)} When method is classify, key 'examples' is expected and "
            "was not found"
        )
    rows = document["examples"]
    if not isinstance(rows, list) or not rows:
        reason = "Expecting 'examples' value to be an list/array"
        if rows == []:
            reason = "'examples' value is an empty array"
        raise invalid_argument(f"JSON Value: {show(document)} {reason}")
    message = input_pb2.Input()
    listed = message.example_list
    if "context" in document:
        listed = message.example_list_with_context
        _fill_example(listed.context, document["context"])
    for row in rows:
        _fill_example(listed.examples.add(), row)
    return message


def _fill_example(example, value):
    if not isinstance(value, dict):
        raise invalid_argument(
            f"Example must be JSON object but got JSON {JSON_NAMES.get(type(value), 'Value')}"
        )
    for name, content in value.items():
        feature = example.features.feature[name]
        for item in content if isinstance(content, list) else [content]:
            if isinstance(item, (str, dict)):
                kind, stored = "bytes_list", decode_string(item)
            elif isinstance(item, float):
                kind, stored = "float_list", item
            elif isinstance(item, int):
                kind, stored = "int64_list", int(item)
            else:
                raise invalid_argument(
                    f"Feature: {name} has element with unexpected JSON type: "
                    f"{JSON_NAMES[type(item)]}"
                )
            if feature.WhichOneof("kind") not in (None, kind):
                raise invalid_argument(f"Unexpected element type in feature: {name}")
            getattr(feature, kind).value.append(stored)
