import type { BatchingOptions } from "./batching";
import type { ModelConfigOptions } from "./modelConfig";
import type { MonitoringOptions } from "./monitoring";

export { checkServerOptions } from "./checkServerOptions";
export { renderServer } from "./renderServer";

/** Milliseconds after which the server gives up a REST call unless `restApiTimeoutMs` is set. */
export const defaultRestTimeoutMs = 30_000;

/**
 * Settings of TensorFlow Serving (`tensorflow_model_server`).
 *
 * Names follow the server's flags. Where a default derives from a replica's CPU limit and there is
 * none, the server counts the CPUs of the host. What becomes of each field: `serverFields`.
 *
 * Source of flags and defaults: tensorflow_serving/model_servers/{main.cc,server.h}, release 2.19.
 */
export interface ServerOptions {
  /**
   * Milliseconds after which a REST call is given up with status 504. Whatever stands in front has
   * to wait longer than this. Flag `rest_api_timeout_in_ms`.
   * @default 30000
   */
  restApiTimeoutMs?: number;

  /**
   * Threads that work on REST calls; further calls wait. Flag `rest_api_num_threads`.
   * @default - 4 for each whole CPU of the limit; with batching at least twice the batch size (up
   * to 256), for a call that waits for its batch keeps its thread
   */
  restApiNumThreads?: number;

  /**
   * Threads that work on gRPC calls. Unlike REST calls, further ones do not wait but fail with
   * RESOURCE_EXHAUSTED (tensorflow/serving#1785, grpc/grpc#32680). Flag `grpc_max_threads`.
   * @default - as for REST, but at least 64
   */
  grpcMaxThreads?: number;

  /**
   * Threads that share one operation, such as a convolution; 0 lets TensorFlow count the host's
   * CPUs. Excludes `sessionParallelism`. Flag `tensorflow_intra_op_parallelism`.
   * @default - the CPU limit rounded down, at least 1
   */
  intraOpParallelism?: number;

  /**
   * Operations that run at a time; 0 lets TensorFlow count the host's CPUs. Excludes
   * `sessionParallelism`. Flag `tensorflow_inter_op_parallelism`.
   * @default - the CPU limit rounded down, at least 1
   */
  interOpParallelism?: number;

  /**
   * One number for both of the above. Excludes `intraOpParallelism` and `interOpParallelism`: the
   * server refuses all three together and passes over this one beside either. Flag
   * `tensorflow_session_parallelism`.
   * @default - the two above
   */
  sessionParallelism?: number;

  /**
   * Seconds between two looks for new versions in the model's folder; 0 looks once. Flag
   * `file_system_poll_wait_seconds`.
   * @default 0, unlike the server's own 1: a model that is part of the image never changes
   */
  fileSystemPollWaitSeconds?: number;

  /**
   * How often a failed load is repeated before the server exits. Flag `max_num_load_retries`.
   * @default 0, unlike the server's own 5: what is part of the image does not heal
   */
  maxNumLoadRetries?: number;

  /**
   * Microseconds between two tries to load. Needs `maxNumLoadRetries` above 0. Flag
   * `load_retry_interval_micros`.
   * @default 60000000
   */
  loadRetryIntervalMicros?: number;

  /**
   * Threads that load versions while others are served; 0 loads on the manager's own thread, one
   * after another. Flag `num_load_threads`.
   * @default 0
   */
  numLoadThreads?: number;

  /** Threads that unload versions, as `numLoadThreads`. Flag `num_unload_threads`. @default 0 */
  numUnloadThreads?: number;

  /**
   * Whether requests recorded in the model (`assets.extra/tf_serving_warmup_requests`) are run
   * before it serves. Flag `enable_model_warmup`.
   * @default true
   */
  enableModelWarmup?: boolean;

  /**
   * How often each recorded request is run. Excludes `enableModelWarmup: false`. Flag
   * `num_request_iterations_for_warmup`.
   * @default 1
   */
  numRequestIterationsForWarmup?: number;

  /**
   * Share of each visible GPU's memory that one server takes, above 0 up to 1: N replicas on a GPU
   * want about 0.8/N each. Flag `per_process_gpu_memory_fraction`.
   * @default - TensorFlow's choice, nearly all of it
   */
  perProcessGpuMemoryFraction?: number;

  /**
   * gRPC channel arguments by name, numbers as text, such as
   * `{"grpc.max_connection_age_ms": "60000"}`. Neither names nor values may hold `,` or `=`. Flag
   * `grpc_channel_arguments`.
   * @default - none
   */
  grpcChannelArguments?: Record<string, string>;

  /**
   * Whether the server offers `grpc.health.v1.Health`, which says SERVING as soon as the server is
   * up and never anything else. Flag `enable_grpc_healthcheck_service`.
   * @default false
   */
  enableGrpcHealthcheckService?: boolean;

  /**
   * Whether the gRPC port also offers TensorFlow's profiler, without any authentication. Flag
   * `enable_profiler`.
   * @default false, unlike the server's own true
   */
  enableProfiler?: boolean;

  /**
   * Tags of the graph to load, compared as a set: all of these and no other. Flag
   * `saved_model_tags`.
   * @default ["serve"]
   */
  savedModelTags?: string[];

  /**
   * Computes in bfloat16 where the CPU has it in hardware. Flag `mixed_precision=bfloat16`.
   * @default false: as the model was saved
   */
  enableBfloat16?: boolean;

  /**
   * Whether answers carry headers that allow calls from web pages of any origin. Flag
   * `rest_api_enable_cors_support`.
   * @default false
   */
  enableCors?: boolean;

  /** Joins calls into batches. Flag `enable_batching` and related. @default - no batching */
  batching?: BatchingOptions;

  /** Prometheus metrics. Flag `monitoring_config_file`. @default - on */
  monitoring?: MonitoringOptions;

  /**
   * Serves these models, with version policies and labels, in place of the one that the image
   * names. Give them to the ServingImage too, whose `models` they are: it holds the versions that
   * the policies choose. `modelName` is one of them. Flag `model_config_file`.
   * @default - the image's model, the version that it holds
   */
  models?: ModelConfigOptions[];

  /**
   * Seconds between two looks at the file made from `models`; 0 reads it once. Needs `models` and
   * `fileSystemPollWaitSeconds` above 0. Flag `model_config_file_poll_wait_seconds`.
   * @default 0
   */
  modelConfigPollWaitSeconds?: number;

  /**
   * Further flags of the server as `--name=value`, appended last. Only flags that the server has
   * and that no field above sets; flags that the image owns (ports, model, files, TLS) are refused.
   * @default - none
   */
  extraArgs?: string[];
}
