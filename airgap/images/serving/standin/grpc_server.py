"""The gRPC API: PredictionService, ModelService and, when asked for, the health service."""

import concurrent.futures
import time

import grpc

from . import crashes, examples, log, metrics
from .errors import StatusError, invalid_argument
from .metadata import metadata
from .protos import (
    SSLConfig,
    classification_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    read_text,
    regression_pb2,
)
from .servable import DEFAULT_SIGNATURE
from .tensor_proto import encode

MAX_MESSAGE = 2**31 - 1


def _reply(context, work):
    """Runs `work`; a StatusError becomes the call's status."""
    try:
        return work()
    except StatusError as error:
        code, message = getattr(grpc.StatusCode, error.code), error.message
    except Exception as error:
        log.error(repr(error))
        code, message = grpc.StatusCode.INTERNAL, repr(error)
    context.abort(code, message)


def _timeout_ms(context):
    remaining = context.time_remaining()
    return None if remaining is None or remaining > 10**6 else remaining * 1000


class Prediction(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, manager, as_content):
        self._manager, self._as_content = manager, as_content

    def _counted(self, context, name, api, work):
        start = time.perf_counter()
        try:
            response = work()
        except StatusError as error:
            metrics.request_count.increment(name, error.code)
            raise
        metrics.request_count.increment(name, "OK")
        metrics.request_latency.observe(time.perf_counter() - start, name, api, "GRPC")
        return response

    def _serve(self, request, context, api, work):
        name = request.model_spec.name
        return _reply(context, lambda: self._counted(context, name, api, work))

    def Predict(self, request, context):
        def work():
            spec = request.model_spec
            with self._manager.use(spec) as servable:
                outputs = servable.predict(
                    spec.signature_name,
                    dict(request.inputs),
                    request.output_filter,
                    _timeout_ms(context),
                )
                response = predict_pb2.PredictResponse()
                _fill(response.model_spec, servable, spec)
            for name, array in outputs.items():
                response.outputs[name].CopyFrom(encode(array, self._as_content))
            return response

        return self._serve(request, context, "Predict", work)

    def Classify(self, request, context):
        def work():
            spec = request.model_spec
            with self._manager.use(spec) as servable:
                result = examples.classify(
                    servable, spec.signature_name, request.input, _timeout_ms(context)
                )
                response = classification_pb2.ClassificationResponse(result=result)
                _fill(response.model_spec, servable, spec)
            return response

        return self._serve(request, context, "Classify", work)

    def Regress(self, request, context):
        def work():
            spec = request.model_spec
            with self._manager.use(spec) as servable:
                result = examples.regress(
                    servable, spec.signature_name, request.input, _timeout_ms(context)
                )
                response = regression_pb2.RegressionResponse(result=result)
                _fill(response.model_spec, servable, spec)
            return response

        return self._serve(request, context, "Regress", work)

    def MultiInference(self, request, context):
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED, "MultiInference is not covered by the stand-in"
        )

    def GetModelMetadata(self, request, context):
        def work():
            if not request.HasField("model_spec"):
                raise invalid_argument("Missing ModelSpec")
            return metadata(self._manager, request.model_spec, request.metadata_field)

        return _reply(context, work)


class Model(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, manager):
        self._manager = manager

    def GetModelStatus(self, request, context):
        def work():
            if not request.HasField("model_spec"):
                raise invalid_argument("Missing ModelSpec")
            return self._manager.status(request.model_spec)

        return _reply(context, work)

    def HandleReloadConfigRequest(self, request, context):
        """A failure is the call's own status; the response, which has one too, never arrives."""

        def work():
            try:
                if request.config.WhichOneof("config") != "model_config_list":
                    raise invalid_argument(
                        "ServerModelConfig type not supported by HandleReloadConfigRequest. Only "
                        "ModelConfigList is currently supported"
                    )
                self._manager.reload(request.config)
            except StatusError as error:
                log.error(f"ReloadConfig failed: {error.message}")
                raise
            return model_management_pb2.ReloadConfigResponse()

        return _reply(context, work)


def _fill(target, servable, spec):
    target.name = servable.name
    target.version.value = servable.version
    target.signature_name = spec.signature_name or DEFAULT_SIGNATURE


def _health_handler():
    """grpc.health.v1.Health/Check: SERVING for the names that the real server knows."""

    def check(request, context):
        name = request[2:].decode() if request else ""
        if name not in ("", "ModelService", "PredictionService"):
            context.abort(grpc.StatusCode.NOT_FOUND, f"unknown service {name}")
        return b"\x08\x01"

    return grpc.method_handlers_generic_handler(
        "grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}
    )


def _channel_arguments(text):
    for pair in text.split(",") if text else ():
        key, equals, value = pair.partition("=")
        if not equals:
            crashes.segmentation_fault()
        yield key, int(value) if value.lstrip("-").isdecimal() else value


def start(manager, flags):
    """Starts the server; returns it for as long as it should live."""
    credentials = _credentials(flags["ssl_config_file"])
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
        *_channel_arguments(flags["grpc_channel_arguments"]),
    ]
    workers = concurrent.futures.ThreadPoolExecutor(max(1, flags["grpc_max_threads"]), "grpc")
    server = grpc.server(workers, options=options)
    as_content = flags["enable_serialization_as_tensor_content"]
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        Prediction(manager, as_content), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(Model(manager), server)
    if flags["enable_grpc_healthcheck_service"]:
        server.add_generic_rpc_handlers((_health_handler(),))
    addresses = []
    if flags["port"]:
        addresses.append(f"0.0.0.0:{flags['port']}")
    if flags["grpc_socket_path"]:
        addresses.append(f"unix:{flags['grpc_socket_path']}")
    for address in addresses:
        _listen(server, address, credentials)
    server.start()
    for address in addresses:
        log.info(f"Running gRPC ModelServer at {address} ...")
    return server


def _listen(server, address, credentials):
    try:
        if credentials and not address.startswith("unix:"):
            server.add_secure_port(address, credentials)
        else:
            server.add_insecure_port(address)
    except RuntimeError as error:
        raise invalid_argument("Failed to BuildAndStart gRPC server") from error


def _credentials(ssl_config_file):
    """None without a file; a file that cannot be read ends the process."""
    if not ssl_config_file:
        return None
    try:
        config = read_text(ssl_config_file, SSLConfig())
    except StatusError as error:
        crashes.abort(
            f"Non-OK-status: ParseProtoTextFile<SSLConfig>(file, &ssl_config)\nStatus: {error}"
        )
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        root_certificates=config.custom_ca.encode() or None,
        require_client_auth=config.client_verify,
    )
