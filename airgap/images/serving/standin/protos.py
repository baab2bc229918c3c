"""The real protocol messages, without importing TensorFlow's Python code.

The generated modules live below the package `tensorflow`, whose own import takes seconds and
hundreds of megabytes. An empty package in its place leaves only the messages to import.
"""

import importlib.util
import sys
import types

_location = importlib.util.find_spec("tensorflow").submodule_search_locations
TENSORFLOW_DIRECTORY = list(_location)[0]
_package = types.ModuleType("tensorflow")
_package.__path__ = [TENSORFLOW_DIRECTORY]
sys.modules["tensorflow"] = _package

from google.protobuf import (  # noqa: E402
    descriptor_pb2,
    descriptor_pool,
    json_format,
    message_factory,
    text_format,
    wrappers_pb2,
)
from tensorflow.core.example import example_pb2  # noqa: E402
from tensorflow.core.framework import tensor_pb2, types_pb2  # noqa: E402
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    input_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_log_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)
from tensorflow_serving.config import model_server_config_pb2  # noqa: E402

from .errors import StatusError, invalid_argument  # noqa: E402

__all__ = [
    "BatchingParameters",
    "MonitoringConfig",
    "SSLConfig",
    "classification_pb2",
    "config_pb2",
    "example_pb2",
    "get_model_metadata_pb2",
    "get_model_status_pb2",
    "input_pb2",
    "json_format",
    "meta_graph_pb2",
    "model_management_pb2",
    "model_server_config_pb2",
    "model_service_pb2_grpc",
    "predict_pb2",
    "prediction_log_pb2",
    "prediction_service_pb2_grpc",
    "read_text",
    "regression_pb2",
    "tensor_pb2",
    "types_pb2",
]


def _local_messages():
    """Configuration messages that the package tensorflow-serving-api leaves out.

    They are only ever read as text, so names and types count, not numbers.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name="standin/config.proto",
        package="tensorflow.serving.standin",
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    field = descriptor_pb2.FieldDescriptorProto
    once, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    messages = {
        "BatchingParameters": [
            ("max_batch_size", "Int64Value", once),
            ("batch_timeout_micros", "Int64Value", once),
            ("max_enqueued_batches", "Int64Value", once),
            ("num_batch_threads", "Int64Value", once),
            ("thread_pool_name", "StringValue", once),
            ("allowed_batch_sizes", field.TYPE_INT64, many),
            ("pad_variable_length_inputs", field.TYPE_BOOL, once),
            ("enable_large_batch_splitting", "BoolValue", once),
            ("max_execution_batch_size", "Int64Value", once),
        ],
        "PrometheusConfig": [
            ("enable", field.TYPE_BOOL, once),
            ("path", field.TYPE_STRING, once),
        ],
        "MonitoringConfig": [("prometheus_config", ".PrometheusConfig", once)],
        "SSLConfig": [
            ("server_key", field.TYPE_STRING, once),
            ("server_cert", field.TYPE_STRING, once),
            ("custom_ca", field.TYPE_STRING, once),
            ("client_verify", field.TYPE_BOOL, once),
        ],
    }
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for number, (field_name, kind, label) in enumerate(fields, 1):
            added = message.field.add(name=field_name, number=number, label=label)
            if isinstance(kind, int):
                added.type = kind
            else:
                added.type = field.TYPE_MESSAGE
                local = "." + file.package + kind
                added.type_name = local if kind[0] == "." else ".google.protobuf." + kind
    pool = descriptor_pool.Default()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return [
        message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{name}"))
        for name in ("BatchingParameters", "MonitoringConfig", "SSLConfig")
    ]


BatchingParameters, MonitoringConfig, SSLConfig = _local_messages()


def read_text(path, message):
    """Fills `message` from the text-format file at `path`; errors as the real server words them."""
    try:
        with open(path, encoding="utf8") as file:
            text = file.read()
    except OSError as error:
        raise StatusError("NOT_FOUND", f"{path}; {error.strerror}") from error
    if not text:  # the real server maps the file into memory, which an empty one refuses
        raise invalid_argument(f"{path}; Invalid argument")
    try:
        return text_format.Parse(text, message)
    except text_format.ParseError as error:
        # Where it went wrong is only in this line of the protobuf library.
        print(
            "[libprotobuf ERROR text_format.cc] Error parsing text-format tensorflow.serving."
            f"{message.DESCRIPTOR.name}: {error.GetLine()}:{error.GetColumn()}: "
            f"{str(error).split(' : ', 1)[-1]}",
            file=sys.stderr,
            flush=True,
        )
        raise invalid_argument(f"Invalid protobuf file: '{path}'") from error
