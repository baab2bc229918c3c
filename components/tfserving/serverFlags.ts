import type { ServerOptions } from "./serverOptions";
import { highestInt32 } from "../core/checks";

/** Names of the fields of `ServerOptions` that take a `T`. */
type FieldsOfType<T> = {
  [Name in keyof ServerOptions]-?: T extends ServerOptions[Name] ? Name : never;
}[keyof ServerOptions];

type IntegerField = FieldsOfType<number>;

/** A field of `ServerOptions` that becomes one flag with a whole number. */
export interface IntegerFlag {
  field: IntegerField;
  flag: string;
  min: number;
  max: number;
}

const integer = (
  field: IntegerField,
  flag: string,
  min: number,
  max = highestInt32,
): IntegerFlag => ({ field, flag, min, max });

/** Whole-number flags, in the order in which they are rendered. */
export const integerFlags: IntegerFlag[] = [
  integer("restApiTimeoutMs", "rest_api_timeout_in_ms", 1),
  integer("restApiNumThreads", "rest_api_num_threads", 1),
  integer("grpcMaxThreads", "grpc_max_threads", 1),
  integer("intraOpParallelism", "tensorflow_intra_op_parallelism", 0),
  integer("interOpParallelism", "tensorflow_inter_op_parallelism", 0),
  integer("sessionParallelism", "tensorflow_session_parallelism", 0),
  integer("fileSystemPollWaitSeconds", "file_system_poll_wait_seconds", 0),
  integer("maxNumLoadRetries", "max_num_load_retries", 0),
  integer("loadRetryIntervalMicros", "load_retry_interval_micros", 0, Number.MAX_SAFE_INTEGER),
  integer("numLoadThreads", "num_load_threads", 0),
  integer("numUnloadThreads", "num_unload_threads", 0),
  integer("numRequestIterationsForWarmup", "num_request_iterations_for_warmup", 1),
  integer("modelConfigPollWaitSeconds", "model_config_file_poll_wait_seconds", 0),
];

/** Fields of `ServerOptions` that become one boolean flag, in the order of rendering. */
export const booleanFlags: { field: FieldsOfType<boolean>; flag: string }[] = [
  { field: "enableModelWarmup", flag: "enable_model_warmup" },
  { field: "enableGrpcHealthcheckService", flag: "enable_grpc_healthcheck_service" },
  { field: "enableProfiler", flag: "enable_profiler" },
  { field: "enableCors", flag: "rest_api_enable_cors_support" },
];

/** Flags that a field sets but that are no plain number or boolean. */
export const otherFieldFlags: { field: string; flag: string }[] = [
  { field: "perProcessGpuMemoryFraction", flag: "per_process_gpu_memory_fraction" },
  { field: "grpcChannelArguments", flag: "grpc_channel_arguments" },
  { field: "savedModelTags", flag: "saved_model_tags" },
  { field: "enableBfloat16", flag: "mixed_precision" },
  { field: "batching", flag: "enable_batching" },
  { field: "batching.perModelParameters", flag: "enable_per_model_batching_parameters" },
  { field: "models[].labels", flag: "allow_version_labels_for_unavailable_models" },
  { field: "batching", flag: "batching_parameters_file" },
  { field: "models", flag: "model_config_file" },
  { field: "monitoring", flag: "monitoring_config_file" },
];

/** How TensorFlow parses a flag's value. */
export enum FlagKind {
  Boolean = "boolean",
  Integer = "integer",
  Text = "text",
}

/** Flags for which there is no field; they go through `extraArgs`. */
export const extraFlags: Record<string, FlagKind> = {
  enable_serialization_as_tensor_content: FlagKind.Boolean,
  enable_signature_method_name_check: FlagKind.Boolean,
  flush_filesystem_caches: FlagKind.Boolean,
  grpc_socket_path: FlagKind.Text,
  num_tflite_interpreters_per_pool: FlagKind.Integer,
  num_tflite_pools: FlagKind.Integer,
  prefer_tflite_model: FlagKind.Boolean,
  remove_unused_fields_from_bundle_metagraph: FlagKind.Boolean,
  skip_initialize_tpu: FlagKind.Boolean,
  xla_cpu_compilation_enabled: FlagKind.Boolean,
  xla_gpu_compilation_enabled: FlagKind.Boolean,
};

/** Flags that nobody may give, with the way to what they do. */
export const ownedFlags: Record<string, string> = {
  port: "the server's gRPC port inside the container is always 8500: choose the published port",
  rest_api_port:
    "the server's REST port inside the container is always 8501: choose the published port",
  model_name: "the image sets it: use modelName, or models for several",
  model_base_path: "the image sets it: use modelFolder, or models for several",
  platform_config_file: "it would replace batching and session flags: use their fields",
  tensorflow_session_config_file:
    "files are written from typed arguments only: use the fields for threads and GPU memory",
  thread_pool_factory_config_file: "files are written from typed arguments only",
  ssl_config_file: "the server speaks plain text to the load balancer, which is the place for TLS",
  use_alts_credentials:
    "the server speaks plain text to the load balancer, which is the place for TLS",
  version: "the server would print its version and exit",
};
