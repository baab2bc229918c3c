"""Flags and configuration files to checked settings; what contradicts itself fails the start."""

import os
import re

from . import log
from .batching import Batching
from .errors import failed_precondition, invalid_argument
from .protos import (
    BatchingParameters,
    MonitoringConfig,
    config_pb2,
    model_server_config_pb2,
    read_text,
)
from .servable import ServableOptions


def servable_options(flags):
    """How to load models."""
    return ServableOptions(
        tags=[tag for tag in flags["saved_model_tags"].split(",") if tag],
        session_config=_session_config(flags),
        check_method_names=flags["enable_signature_method_name_check"],
        warm_up=flags["enable_model_warmup"],
        iterations=flags["num_request_iterations_for_warmup"],
        batching=_batching(flags),
    )


def _session_config(flags):
    config = config_pb2.ConfigProto()
    if flags["tensorflow_session_config_file"]:
        read_text(flags["tensorflow_session_config_file"], config)
    session = flags["tensorflow_session_parallelism"]
    intra = flags["tensorflow_intra_op_parallelism"]
    inter = flags["tensorflow_inter_op_parallelism"]
    if session > 0 and intra > 0 and inter > 0:
        raise invalid_argument(
            "Either configure server_options.tensorflow_session_parallelism or "
            "(server_options.tensorflow_intra_op_parallelism, "
            "server_options.tensorflow_inter_op_parallelism) separately. You cannot configure all."
        )
    if intra > 0 or inter > 0:
        config.intra_op_parallelism_threads = intra
        config.inter_op_parallelism_threads = inter
    else:
        config.intra_op_parallelism_threads = session
        config.inter_op_parallelism_threads = session
    return config


def _batching(flags):
    path = flags["batching_parameters_file"]
    if not flags["enable_batching"]:
        if path:
            raise invalid_argument(
                "server_options.batching_parameters_file is set without setting "
                "server_options.enable_batching to true."
            )
        return None
    parameters = BatchingParameters()
    if path:
        read_text(path, parameters)
    return Batching(parameters)


def prometheus_path(flags):
    """The page's path, or None when monitoring is off."""
    if not flags["monitoring_config_file"]:
        return None
    config = read_text(flags["monitoring_config_file"], MonitoringConfig()).prometheus_config
    return (config.path or "/monitoring/prometheus/metrics") if config.enable else None


def model_configs(flags):
    """The ModelServerConfig of the command line or the file."""
    path = flags["model_config_file"]
    if path:
        return read_text(path, model_server_config_pb2.ModelServerConfig())
    if not flags["model_base_path"]:
        raise invalid_argument(
            "Both server_options.model_base_path and server_options.model_config_file are empty!"
        )
    log.info(
        "Building single TensorFlow model file config:  model_name: "
        f"{flags['model_name']} model_base_path: {flags['model_base_path']}"
    )
    config = model_server_config_pb2.ModelServerConfig()
    config.model_config_list.config.add(
        name=flags["model_name"], base_path=flags["model_base_path"], model_platform="tensorflow"
    )
    return config


def check_models(config):
    """The list of ModelConfig messages, checked as the real server checks it."""
    if config.WhichOneof("config") == "custom_model_config":
        raise failed_precondition("ModelServer does not yet support custom model config.")
    models, names = list(config.model_config_list.config), set()
    for model in models:
        if model.name in names:
            raise invalid_argument(
                f"Illegal to list model {model.name} multiple times in config list"
            )
        names.add(model.name)
    for model in models:
        if not os.path.isabs(model.base_path):
            raise invalid_argument(
                f"Expected model {model.name} to have an absolute path or URI; got base_path()="
                f"{model.base_path}"
            )
    for model in models:
        if not model.model_platform and not model.model_type:
            raise invalid_argument(
                "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
                f"ModelServerConfig::model_platform, model name is {model.name}"
            )
        if model.model_platform and model.model_type:
            raise invalid_argument(
                "Illegal setting both ModelServerConfig::model_type (deprecated) and "
                "ModelServerConfig::model_platform."
            )
        if (model.model_platform or "tensorflow") != "tensorflow":
            raise invalid_argument(
                f"Model {model.name} requests unsupported platform {model.model_platform}"
            )
        for label in model.version_labels:
            if not re.fullmatch(r"[a-zA-Z0-9_]+", label):
                raise invalid_argument(
                    f"Version label {label!r} of model {model.name} must match [a-zA-Z0-9_]+"
                )
    return models
