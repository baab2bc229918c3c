"""The REST API: routes, status codes, keep-alive."""

import http.server
import re
import threading
import time
import urllib.parse

from . import examples, log, metrics, rest_examples, rest_json, rest_results
from .errors import HTTP_STATUS, StatusError, invalid_argument
from .metadata import metadata_json, status_json
from .protos import predict_pb2
from .servable import DEFAULT_SIGNATURE

_MODEL = r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_ACTION = re.compile(_MODEL + r":(?P<action>classify|regress|predict)", re.IGNORECASE)
_STATUS = re.compile(_MODEL + r"(?P<metadata>/metadata)?", re.IGNORECASE)
_NO_MODEL = re.compile(r"/v1/models", re.IGNORECASE)
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}


class RestApi:
    """Answers one request; knows nothing of sockets."""

    def __init__(self, manager, timeout_ms):
        self._manager, self._timeout = manager, timeout_ms

    def answer(self, method, path, body):
        """The JSON body for a request; raises StatusError."""
        if method == "POST" and (match := _ACTION.fullmatch(path)):
            return self._act(match, body)
        if method == "GET" and (match := _STATUS.fullmatch(path)):
            if match["metadata"]:
                return metadata_json(self._manager, _spec(match))
            return status_json(self._manager.status(_spec(match)))
        if method == "GET" and _NO_MODEL.fullmatch(path):
            raise invalid_argument("Missing model name in request.")
        raise invalid_argument(f"Malformed request: {method} {path}")

    def _act(self, match, body):
        spec, action, start = _spec(match), match["action"].lower(), time.perf_counter()
        try:
            answer = getattr(self, f"_{action}")(spec, body)
        except StatusError as error:
            metrics.request_count.increment(spec.name, error.code)
            raise
        metrics.request_count.increment(spec.name, "OK")
        metrics.request_latency.observe(
            time.perf_counter() - start, spec.name, action.capitalize(), "REST"
        )
        return answer

    def _predict(self, spec, body):
        document = rest_json.parse(body)
        name = rest_json.signature_name(document)
        with self._manager.use(spec) as servable:
            signature = servable.signature(name)
            if signature is None:
                asked = name or DEFAULT_SIGNATURE
                raise invalid_argument(
                    f'Serving signature name: "{asked}" not found in signature def'
                )
            if not signature.inputs:
                raise invalid_argument(
                    f"Failed to get input map for signature: {name or 'DEFAULT'}"
                )
            inputs, form = rest_json.read_inputs(document, dict(signature.inputs))
            del document
            return rest_results.predictions(servable.predict(name, inputs, (), self._timeout), form)

    def _classify(self, spec, body):
        name, model_input = _examples(body)
        with self._manager.use(spec) as servable:
            result = examples.classify(servable, name, model_input, self._timeout)
        return rest_results.classifications(result)

    def _regress(self, spec, body):
        name, model_input = _examples(body)
        with self._manager.use(spec) as servable:
            result = examples.regress(servable, name, model_input, self._timeout)
        return rest_results.regressions(result)


class RestServer(http.server.ThreadingHTTPServer):
    """HTTP/1.1 on all addresses; a thread per connection, `threads` requests at work at once."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, port, api, threads, prometheus_path, cors):
        super().__init__(("0.0.0.0", port), _Handler)
        self.api, self.prometheus_path = api, prometheus_path
        self.headers = _CORS if cors else {}
        self.slots = threading.BoundedSemaphore(max(1, threads))

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True, name="rest").start()

    def handle_error(self, request, client_address):
        """A client that goes away is not worth a traceback."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for header and body

    def do_GET(self):
        self._handle()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET

    def _handle(self):
        body = self._body()
        path = urllib.parse.urlsplit(self.path).path
        if path == self.server.prometheus_path:
            self._send(200, metrics.page().encode(), "text/plain")
        elif not path.lower().startswith("/v1/"):
            self._send(404, b"", "text/html")
        else:
            with self.server.slots:
                status, answer = self._answer(path, body)
            self._send(status, answer, "application/json", self.server.headers)

    def _answer(self, path, body):
        try:
            return 200, self.server.api.answer(self.command, path, body)
        except StatusError as error:
            return HTTP_STATUS[error.code], rest_results.error_body(error.message)
        except Exception as error:
            log.error(f"{self.command} {path}: {error!r}")
            return 500, rest_results.error_body(repr(error))

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, status, body, content_type, headers=()):
        self.send_response_only(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(body)))
        for name in headers:
            self.send_header(name, headers[name])
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def _spec(match):
    spec = predict_pb2.PredictRequest().model_spec
    spec.name = urllib.parse.unquote(match["name"])
    if match["version"]:
        number = int(match["version"])
        if number >= 2**63:
            raise invalid_argument(f"Failed to convert version: {number} to numeric.")
        spec.version.value = number
    elif match["label"]:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec


def _examples(body):
    document = rest_json.parse(body)
    return rest_json.signature_name(document), rest_examples.read_examples(document)
