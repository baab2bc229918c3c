"""Status codes shared by gRPC, REST and TensorFlow, and the error that carries one."""

CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)

# TensorFlow Serving's own table (http_server.cc), which is not gRPC's recommended one.
HTTP_STATUS = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}


class StatusError(Exception):
    """A failed operation: `code` is one of CODES, `message` goes to the client as it is."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def number(self):
        return CODES.index(self.code)


class BadTensor(StatusError):
    """An input that TensorFlow cannot unpack; `name` is the tensor's or, to clients, the input's."""

    def __init__(self, name):
        super().__init__("INVALID_ARGUMENT", f"tensor parsing error: {name}")
        self.name = name


def invalid_argument(message):
    return StatusError("INVALID_ARGUMENT", message)


def not_found(message):
    return StatusError("NOT_FOUND", message)


def failed_precondition(message):
    return StatusError("FAILED_PRECONDITION", message)
