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
