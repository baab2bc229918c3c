"""HTTP for the REST API and the metrics page: connections, bodies, headers."""

import gzip
import http.server
import re
import threading

from . import log, metrics, rest_results
from .errors import HTTP_STATUS, StatusError

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
_NOT_FOUND = (
    b"<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n<H1>Not Found</H1>\n"
    b"</BODY></HTML>\n"
)


class RestServer(http.server.ThreadingHTTPServer):
    """HTTP/1.1 on all addresses; a thread per connection, `threads` requests at work at once."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, port, api, threads, prometheus_path, cors):
        super().__init__(("0.0.0.0", port), _Handler)
        self.api, self.prometheus_path, self.cors = api, prometheus_path, cors
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

    def handle_expect_100(self):
        """Lets the client send its body: curl waits for this with more than 1 MB."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def _handle(self):
        body = self._body()
        # As in the real server, a query string is part of the path, and so of a model's name.
        path = re.sub(r"^https?://[^/]*", "", self.requestline.split(" ")[1])
        if path == self.server.prometheus_path:
            self._send(200, metrics.page().encode(), "text/plain")
        elif not path.lower().startswith("/v1/"):
            self._send(404, _NOT_FOUND, "text/html", {"Connection": "close"})
        elif self.command == "OPTIONS" and self.server.cors:
            self._send(200, b"", "text/html", _CORS)
        else:
            with self.server.slots:
                status, answer = self._answer(path, body)
            self._send(status, answer, "application/json", _CORS if self.server.cors else {})

    def _answer(self, path, body):
        try:
            return 200, self.server.api.answer(self.command, path, body)
        except StatusError as error:
            text = rest_results.error_body(error.message) if error.message else b""
            return HTTP_STATUS[error.code], text
        except Exception as error:
            log.error(f"{self.command} {path}: {error!r}")
            return 500, rest_results.error_body(repr(error))

    def _body(self):
        body = self._raw_body()
        if self.headers.get("Content-Encoding", "").lower() != "gzip":
            return body
        try:
            return gzip.decompress(body)
        except (OSError, EOFError):
            return b""

    def _raw_body(self):
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
