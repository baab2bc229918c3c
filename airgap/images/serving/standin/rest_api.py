"""The REST API: routes and answers. Knows nothing of sockets."""

import re
import time
import urllib.parse

from . import examples, metrics, rest_examples, rest_json, rest_results
from .errors import StatusError, invalid_argument
from .metadata import metadata_json, status_json
from .protos import predict_pb2
from .servable import DEFAULT_SIGNATURE

_MODEL = r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_ACTION = re.compile(_MODEL + r":(?P<action>classify|regress|predict)", re.IGNORECASE)
_STATUS = re.compile(_MODEL + r"(?P<metadata>/metadata)?", re.IGNORECASE)
_NO_MODEL = re.compile(r"/v1/models", re.IGNORECASE)


class RestApi:
    """Answers one request at a time."""

    def __init__(self, manager, timeout_ms):
        self._manager, self._timeout = manager, timeout_ms

    def answer(self, method, path, body):
        """The JSON body for a request; raises StatusError."""
        malformed = invalid_argument(f"Malformed request: {method} {path}")
        if method == "POST" and (match := _ACTION.fullmatch(path)):
            spec = _spec(match)
            # The route is found in any case, the action only in lower case.
            act = {"classify": self._classify, "regress": self._regress, "predict": self._predict}
            if match["action"] not in act:
                raise malformed
            return self._counted(spec, match["action"], lambda: act[match["action"]](spec, body))
        if method == "GET" and (match := _STATUS.fullmatch(path)):
            if match["metadata"]:
                return metadata_json(self._manager, _spec(match))
            return status_json(self._manager.status(_spec(match)))
        if method == "GET" and _NO_MODEL.fullmatch(path):
            raise invalid_argument("Missing model name in request.")
        raise malformed

    def _counted(self, spec, action, work):
        start = time.perf_counter()
        try:
            answer = work()
        except StatusError as error:
            metrics.request_count.increment(spec.name, error.code)
            raise
        metrics.request_count.increment(spec.name, "OK")
        metrics.request_latency.observe(time.perf_counter() - start, spec.name, action, "REST")
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


def _spec(match):
    spec = predict_pb2.PredictRequest().model_spec
    spec.name = urllib.parse.unquote(match["name"])
    if match["version"]:
        number = int(match["version"])
        if number >= 2**63:
            raise invalid_argument("")  # the real server says nothing either
        spec.version.value = number
    elif match["label"]:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec


def _examples(body):
    document = rest_json.parse(body)
    return rest_json.signature_name(document), rest_examples.read_examples(document)
