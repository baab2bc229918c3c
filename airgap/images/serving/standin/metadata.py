"""Model status and metadata, as messages for gRPC and as JSON for REST."""

import json

from .errors import invalid_argument
from .protos import get_model_metadata_pb2, json_format

_SIGNATURES = "signature_def"


def metadata(manager, spec, fields):
    """GetModelMetadataResponse; the only known field is signature_def."""
    if not fields:
        raise invalid_argument("GetModelMetadataRequest must specify at least one metadata_field")
    for field in fields:
        if field != _SIGNATURES:
            raise invalid_argument(f"Metadata field {field} is not supported")
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    with manager.use(spec) as servable:
        response.model_spec.name = servable.name
        response.model_spec.version.value = servable.version
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in servable.signatures.items():
            signatures.signature_def[name].CopyFrom(signature)
    response.metadata[_SIGNATURES].Pack(signatures)
    return response


def metadata_json(manager, spec):
    response = metadata(manager, spec, [_SIGNATURES])
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[_SIGNATURES].Unpack(signatures)
    shown = {
        "model_spec": _plain(response.model_spec),
        "metadata": {_SIGNATURES: _plain(signatures)},
    }
    return (json.dumps(shown, indent=1) + "\n").encode()


def status_json(response):
    return (json.dumps(_plain(response), indent=1) + "\n").encode()


def _plain(message):
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
