"""How the gRPC clients here connect, and what they ask. The stubs are made from ../protos at start."""

import json
import pathlib
import sys

import grpc

from caller import CA_FILE, HEADERS

sys.path.append(str(pathlib.Path(__file__).parent.parent / "protos"))
messages, services = grpc.protos_and_services("serving.proto")

# UNAVAILABLE: no replica took the call. A prediction changes nothing, so that it may be sent again.
RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.2s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
OPTIONS = [
    ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": RETRY}]})),
    # Larger calls are not sent again, and a picture has more than the default of 256 KiB.
    ("grpc.per_rpc_retry_buffer_size", 16 << 20),
    # Answers over the default of 4 MiB are thrown away after all of the work.
    ("grpc.max_receive_message_length", 64 << 20),
    # Finds connections that something on the way forgot: Docker's VIP does after 900 s, others earlier.
    ("grpc.keepalive_time_ms", 120_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
]
# Seconds that a call and its retries may take together. Without it a call may wait for ever.
DEADLINE = 20
METADATA = tuple(HEADERS.items())


def open_channel(address, api=grpc):
    """With asyncio, `api` is grpc.aio."""
    if not CA_FILE:
        return api.insecure_channel(address, OPTIONS)
    authority = pathlib.Path(CA_FILE).read_bytes()
    return api.secure_channel(address, grpc.ssl_channel_credentials(authority), OPTIONS)


def request_for(model, pixels):
    request = messages.PredictRequest()
    request.model_spec.name = model
    tensor = request.inputs["images"]
    tensor.dtype = 1  # DT_FLOAT
    for size in (1, *pixels.shape):
        tensor.tensor_shape.dim.add(size=size)
    tensor.tensor_content = pixels.astype("<f4").tobytes()
    return request
