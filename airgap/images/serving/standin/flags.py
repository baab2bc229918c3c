"""The real server's command line: `--flag=value`, and `--flag` alone for booleans.

TensorFlow's parser knows no `--flag value`; such words are unknown arguments, which the server
prints and otherwise ignores.
"""

import os
import re

CPUS = len(os.sched_getaffinity(0))

# Name: default. The type of the default is the type of the flag.
FLAGS = {
    "port": 8500,
    "grpc_socket_path": "",
    "rest_api_port": 0,
    "rest_api_num_threads": 4 * CPUS,
    "rest_api_timeout_in_ms": 30000,
    "rest_api_enable_cors_support": False,
    "enable_batching": False,
    "allow_version_labels_for_unavailable_models": False,
    "batching_parameters_file": "",
    "enable_per_model_batching_parameters": False,
    "model_config_file": "",
    "model_config_file_poll_wait_seconds": 0,
    "model_name": "default",
    "model_base_path": "",
    "num_load_threads": 0,
    "num_unload_threads": 0,
    "max_num_load_retries": 5,
    "load_retry_interval_micros": 60_000_000,
    "file_system_poll_wait_seconds": 1,
    "flush_filesystem_caches": True,
    "tensorflow_session_parallelism": 0,
    "tensorflow_session_config_file": "",
    "tensorflow_intra_op_parallelism": 0,
    "tensorflow_inter_op_parallelism": 0,
    "use_alts_credentials": False,
    "ssl_config_file": "",
    "platform_config_file": "",
    "per_process_gpu_memory_fraction": 0.0,
    "saved_model_tags": "serve",
    "grpc_channel_arguments": "",
    "grpc_max_threads": 4 * CPUS,
    "enable_model_warmup": True,
    "num_request_iterations_for_warmup": 0,
    "version": False,
    "monitoring_config_file": "",
    "remove_unused_fields_from_bundle_metagraph": True,
    "prefer_tflite_model": False,
    "num_tflite_pools": CPUS,
    "num_tflite_interpreters_per_pool": 1,
    "enable_signature_method_name_check": False,
    "xla_cpu_compilation_enabled": False,
    "xla_gpu_compilation_enabled": False,
    "enable_profiler": True,
    "thread_pool_factory_config_file": "",
    "mixed_precision": "",
    "skip_initialize_tpu": False,
    "enable_grpc_healthcheck_service": False,
    "enable_serialization_as_tensor_content": False,
}

# Read by the real server, without an effect here; main.py says so when one is set.
WITHOUT_EFFECT = (
    "enable_per_model_batching_parameters",
    "flush_filesystem_caches",
    "mixed_precision",
    "num_tflite_interpreters_per_pool",
    "num_tflite_pools",
    "per_process_gpu_memory_fraction",
    "platform_config_file",
    "prefer_tflite_model",
    "thread_pool_factory_config_file",
    "use_alts_credentials",
    "xla_cpu_compilation_enabled",
    "xla_gpu_compilation_enabled",
)


class UsageError(Exception):
    """A value that its flag cannot hold, or --help: the server prints its usage and exits."""


def _value(name, text):
    default = FLAGS[name]
    if isinstance(default, bool):
        if text.lower() in ("true", "1"):
            return True
        if text.lower() in ("false", "0"):
            return False
    elif isinstance(default, int):
        if re.fullmatch(r"\s*[+-]?\d+\s*", text):
            return int(text)
    elif isinstance(default, float):
        try:
            return float(text)
        except ValueError:
            pass
    else:
        return text
    raise UsageError(f"Couldn't interpret value {text} for flag {name}.")


def parse(arguments):
    """Returns ({flag: value}, [unknown arguments])."""
    values, unknown = dict(FLAGS), []
    for position, argument in enumerate(arguments):
        if argument == "--":
            unknown += arguments[position:]
            break
        name, equals, text = argument[2:].partition("=")
        known = argument.startswith("--") and name in FLAGS
        if known and equals:
            values[name] = _value(name, text)
        elif known and isinstance(FLAGS[name], bool):
            values[name] = True
        else:
            unknown.append(argument)
    if unknown and unknown[0] == "--help":
        raise UsageError("")
    return values, unknown


def usage(program):
    lines = [f"usage: {program}", "Flags:"]
    for name, default in FLAGS.items():
        shown = f'"{default}"' if isinstance(default, str) else str(default).lower()
        kind = {bool: "bool", int: "int32", float: "float", str: "string"}[type(default)]
        lines.append(f"\t{f'--{name}={shown}':<33}\t{kind}")
    return "\n".join(lines)
