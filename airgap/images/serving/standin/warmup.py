"""Warm-up: requests recorded beside the model, replayed while it loads."""

import os
import struct
import time

from . import log, metrics
from .errors import StatusError, invalid_argument
from .protos import prediction_log_pb2

FILE = os.path.join("assets.extra", "tf_serving_warmup_requests")
MAX_RECORDS = 1000

_CRC_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _CRC_TABLE.append(_byte)


def _masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(path):
    """Yields the records of a TFRecord file; raises DATA_LOSS for a damaged one."""
    with open(path, "rb") as file:
        while header := file.read(12):
            offset = file.tell() - len(header)
            if len(header) < 12:
                raise StatusError("DATA_LOSS", f"truncated record at {offset} in {path}")
            length, crc = struct.unpack("<QI", header)
            if _masked_crc32c(header[:8]) != crc:
                raise StatusError("DATA_LOSS", f"corrupted record at {offset} in {path}")
            data, footer = file.read(length), file.read(4)
            if len(data) < length or len(footer) < 4:
                raise StatusError("DATA_LOSS", f"truncated record at {offset} in {path}")
            if _masked_crc32c(data) != struct.unpack("<I", footer)[0]:
                raise StatusError("DATA_LOSS", f"corrupted record at {offset} in {path}")
            yield data


def replay(directory, servable, iterations):
    """Runs every recorded request `iterations` times; any failure fails the load."""
    path = os.path.join(directory, FILE)
    if not os.path.exists(path):
        log.info(f"No warmup data file found at {path}")
        return
    log.info(f"Starting to read warmup data for model at {path} with model-warmup-options")
    start, count = time.perf_counter(), 0
    try:
        for data in read_records(path):
            count += 1
            if count > MAX_RECORDS:
                raise invalid_argument(
                    f"Number of warmup records exceeds the maximum ({MAX_RECORDS}) at {path}"
                )
            try:
                record = prediction_log_pb2.PredictionLog.FromString(data)
            except Exception as error:
                raise invalid_argument(f"Failed to parse warmup record: {path}") from error
            for _ in range(iterations):
                _run(record, servable)
    except StatusError as error:
        metrics.warmup_latency.observe(time.perf_counter() - start, directory, error.code)
        raise
    elapsed = time.perf_counter() - start
    metrics.warmup_latency.observe(elapsed, directory, "OK")
    log.info(
        f"Finished reading warmup data for model at {path}. Number of warmup records read: "
        f"{count}. Elapsed time (microseconds): {int(elapsed * 1e6)}."
    )


def _run(record, servable):
    from . import examples

    kind = record.WhichOneof("log_type")
    if kind == "predict_log":
        request = record.predict_log.request
        inputs = dict(request.inputs)
        servable.predict(request.model_spec.signature_name, inputs, request.output_filter)
    elif kind == "classify_log":
        request = record.classify_log.request
        examples.classify(servable, request.model_spec.signature_name, request.input)
    elif kind == "regress_log":
        request = record.regress_log.request
        examples.regress(servable, request.model_spec.signature_name, request.input)
    else:
        raise StatusError("UNIMPLEMENTED", f"Unsupported log_type for warmup: {kind}")
