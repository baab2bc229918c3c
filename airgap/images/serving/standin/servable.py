"""One loaded version of a model, and Predict on it."""

import os
import threading
import time

from . import metrics, warmup
from .c_api import Session
from .errors import BadTensor, StatusError, failed_precondition, invalid_argument, not_found
from .protos import config_pb2, meta_graph_pb2

DEFAULT_SIGNATURE = "serving_default"
METHOD_NAMES = tuple(f"tensorflow/serving/{kind}" for kind in ("predict", "classify", "regress"))


class Servable:
    """A SavedModel in memory. Loading it includes its warm-up, as in the real server."""

    def __init__(self, name, version, directory, options):
        """`options` is a ServableOptions; raises StatusError when the model cannot be served."""
        self.name, self.version = name, version
        self.checks_method_names = options.check_method_names
        _expect_saved_model(directory)
        self._session = Session(directory, options.tags, options.session_config)
        graph = meta_graph_pb2.MetaGraphDef.FromString(self._session.meta_graph)
        self._session.meta_graph = None
        self.signatures = dict(graph.signature_def)
        self._in_flight, self._idle = 0, threading.Condition()
        self._run = (
            options.batching.wrap(self._session.run) if options.batching else self._session.run
        )
        if options.warmup:
            try:
                warmup.replay(directory, self, options.warmup_iterations)
            except StatusError:
                self._session.close()
                raise

    def hold(self):
        """Keeps the model loaded until the end of the `with` that this is used in."""
        with self._idle:
            self._in_flight += 1
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self._idle:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.notify_all()

    def unload(self):
        with self._idle:
            self._idle.wait_for(lambda: not self._in_flight)
        self._session.close()

    def signature(self, name):
        """The signature called `name` ("" = the default one), or None."""
        return self.signatures.get(name or DEFAULT_SIGNATURE)

    def predict(self, signature_name, inputs, output_filter=(), timeout_ms=None):
        """Runs a signature on {input name: array or TensorProto}; returns {output name: array}."""
        signature = self.signature(signature_name)
        if signature is None:
            name = signature_name or DEFAULT_SIGNATURE
            raise failed_precondition(f'Serving signature key "{name}" not found.')
        if self.checks_method_names and signature.method_name not in METHOD_NAMES:
            raise StatusError(
                "INTERNAL",
                "Expected prediction signature method_name to be one of "
                f"{{{', '.join(METHOD_NAMES)}}}. Was: {signature.method_name}",
            )
        feeds = _feeds(signature, inputs)
        names = list(output_filter) or sorted(signature.outputs)
        for position, name in enumerate(names):
            if name not in signature.outputs:
                raise invalid_argument(
                    f"output tensor alias not found in signature: {name} Outputs expected to be in "
                    f"the set {{{','.join(sorted(signature.outputs))}}}."
                )
            if name in names[:position]:
                raise invalid_argument(f"duplicate output tensor alias: {name}")
        fetches = [signature.outputs[name].name for name in names]
        try:
            values = self.run(feeds, fetches, timeout_ms)
        except BadTensor as error:
            raise BadTensor(_input_of(signature, error.name)) from error
        return dict(zip(names, values))

    def run(self, feeds, fetches, timeout_ms=None, api="Predict"):
        options = None
        if timeout_ms is not None:
            options = config_pb2.RunOptions(
                timeout_in_ms=max(1, int(timeout_ms))
            ).SerializeToString()
        start = time.perf_counter()
        values = self._run(feeds, fetches, options)
        metrics.runtime_latency.observe(time.perf_counter() - start, self.name, api, "TF1")
        return values


def _expect_saved_model(directory):
    if not any(
        os.path.exists(os.path.join(directory, f"saved_model.{form}")) for form in ("pb", "pbtxt")
    ):
        raise not_found(
            "Specified file path does not appear to contain a SavedModel bundle (should have a "
            f"file called `saved_model.pb`)\nSpecified file path: {directory}"
        )


def _input_of(signature, tensor_name):
    return next(name for name, info in signature.inputs.items() if info.name == tensor_name)


def _feeds(signature, inputs):
    """{tensor name: value}, sorted by input; missing inputs take the signature's defaults.

    Shapes are TensorFlow's business, as in the real server: the signature's are not looked at."""
    wanted, sent = sorted(signature.inputs), sorted(inputs)
    if len(sent) > len(wanted) or (len(sent) < len(wanted) and not signature.defaults):
        raise invalid_argument(
            f"input size does not match signature: {len(sent)}!={len(wanted)} "
            f"len({{{','.join(sent)}}}) != len({{{','.join(wanted)}}}). "
            f"Sent extra: {{{','.join(sorted(set(sent) - set(wanted)))}}}. "
            f"Missing but required: {{{','.join(sorted(set(wanted) - set(sent)))}}}."
        )
    feeds, used = {}, []
    for name in wanted:
        tensor_name = signature.inputs[name].name
        if name in inputs:
            feeds[tensor_name] = inputs[name]
            used.append(name)
        elif name in signature.defaults:
            feeds[tensor_name] = signature.defaults[name]
        else:
            raise invalid_argument(
                f"Signature input alias: {name}(feed name: {tensor_name}) not found in request and "
                f"no default value provided. Inputs expected to be in the request "
                f"{{{','.join(sent)}}}, or default input alias set: "
                f"{','.join(sorted(signature.defaults))}"
            )
    if len(used) != len(sent):
        raise invalid_argument(
            f"Inputs contains invalid name. Used request inputs: {','.join(used)}, request input: "
            f"{','.join(sent)}"
        )
    return feeds


class ServableOptions:
    """How models are loaded: the same for all of them."""

    def __init__(self, tags, session_config, check_method_names, warm_up, iterations, batching):
        self.tags = tags
        self.session_config = session_config
        self.check_method_names = check_method_names
        self.warmup = warm_up
        self.warmup_iterations = max(1, iterations)
        self.batching = batching
