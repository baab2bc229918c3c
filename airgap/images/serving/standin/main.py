"""Starts the server: flags, models, then the two listeners, in the real server's order."""

import gc
import os
import signal
import sys
import threading
import time

from . import flags as command_line

NOTICE = (
    "STAND-IN for tensorflow/serving: real TensorFlow and gRPC stubs under TensorFlow Serving's "
    "contract, not the TensorFlow Serving binary"
)


def main(arguments):
    # Python's own handler for an interrupt would print a traceback. SIGTERM has no handler, as in
    # the real server: it ends the process at once, and process 1 does not notice it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        flags, unknown = command_line.parse(arguments[1:])
    except command_line.UsageError as error:
        print(error, file=sys.stderr)
        print(command_line.usage(arguments[0]))
        sys.exit(255)

    from . import c_api, log
    from .errors import StatusError

    if flags["version"]:
        print(f"TensorFlow ModelServer: stand-in\nTensorFlow Library: {c_api.VERSION}")
        return
    if unknown:
        print(f"unknown argument: {unknown[0]}\n{command_line.usage(arguments[0])}", flush=True)
    log.info(NOTICE)
    for name in command_line.WITHOUT_EFFECT:
        if flags[name] != command_line.FLAGS[name]:
            log.warning(f"--{name} has no effect in the stand-in")
    try:
        server = _start(flags)
    except StatusError as error:
        print(f"Failed to start server. Error: {error}", flush=True)
        os._exit(255)  # threads of TensorFlow must not hold the process back
    # What is loaded now stays; requests make many short-lived lists that are no cycles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    server.wait_for_termination()


def _start(flags):
    from . import grpc_server, options
    from .errors import invalid_argument
    from .manager import ModelManager
    from .servable import Servable

    if not flags["port"] and not flags["grpc_socket_path"]:
        raise invalid_argument(
            "At least one of server_options.grpc_port or server_options.grpc_socket_path must be "
            "set."
        )
    config = options.model_configs(flags)
    servable_options = options.servable_options(flags)

    def load(name, version, path):
        return Servable(name, version, path, servable_options)

    manager = ModelManager(load, flags)
    manager.reload(config)
    if flags["model_config_file"] and flags["model_config_file_poll_wait_seconds"] > 0:
        poll = threading.Thread(target=_follow_config, args=(manager, flags), daemon=True)
        poll.start()
    server = grpc_server.start(manager, flags)
    if flags["rest_api_port"]:
        _start_rest(manager, flags)
    return server


def _start_rest(manager, flags):
    from . import log, options
    from .errors import StatusError
    from .rest_api import RestApi
    from .rest_server import RestServer

    if flags["rest_api_port"] == flags["port"]:
        log.error(
            "server_options.http_port cannot be same as grpc_port. Please use a different port for "
            "HTTP/REST API. Skipped exporting HTTP/REST API."
        )
        return
    address = f"localhost:{flags['rest_api_port']}"
    try:
        RestServer(
            flags["rest_api_port"],
            RestApi(manager, flags["rest_api_timeout_in_ms"]),
            flags["rest_api_num_threads"],
            options.prometheus_path(flags),
            flags["rest_api_enable_cors_support"],
        ).start()
        log.info(f"Exporting HTTP/REST API at:{address} ...")
    except StatusError:
        pass  # like the real server, which stays half up: gRPC answers, and nothing is said
    except OSError:
        log.error(f"Failed to start HTTP Server at {address}")


def _follow_config(manager, flags):
    """Takes over the configuration file again whenever it changes."""
    from . import log, options
    from .errors import StatusError

    current = None
    while True:
        try:
            config = options.model_configs(flags)
            if current is not None and config != current:
                manager.reload(config)
            current = config
        except StatusError as error:
            log.error(f"PollFilesystemAndReloadConfig failed to ReloadConfig with status: {error}")
        time.sleep(flags["model_config_file_poll_wait_seconds"])
