import type { BatchingOptions } from "./batching";
import type { MixedPrecision } from "./mixedPrecision";
import type { ModelConfigOptions } from "./modelConfig";

export { checkServerOptions } from "./checkServerOptions";
export { MixedPrecision } from "./mixedPrecision";
export { renderServer } from "./renderServer";

/** Milliseconds after which the server gives up a REST call unless `restApiTimeoutMs` is set. */
export const defaultRestTimeoutMs = 30_000;

/** Path of the metrics unless `monitoring.path` is set. */
export const defaultMetricsPath = "/monitoring/prometheus/metrics";

/** Prometheus metrics of the server, on its REST port. */
export interface MonitoringOptions {
  /** Whether metrics are served. Default true (TensorFlow Serving's own default is false). */
  enabled?: boolean;
  /**
   * URL path of the metrics. Default `/monitoring/prometheus/metrics`. It begins with `/` and lies
   * outside `/v1/`, where the REST API is.
   */
  path?: string;
}

/**
 * Settings of TensorFlow Serving (`tensorflow_model_server`).
 *
 * Names follow the server's flags. A field that is not set leaves the server's own default, unless
 * its text says otherwise; what is said here to derive from the CPU limit stays the server's own
 * choice, which counts the CPUs of the host, when a replica has no CPU limit.
 *
 * Source of flags and defaults: tensorflow_serving/model_servers/{main.cc,server.h}, release 2.19.
 */
export interface ServerOptions {
  /**
   * Milliseconds after which a REST call is given up with status 504. Default 30000. Whatever
   * stands in front has to wait longer than this. Flag `rest_api_timeout_in_ms`.
   */
  restApiTimeoutMs?: number;
  /**
   * Threads that work on REST calls; further calls wait. Default: 4 for each whole CPU of the
   * limit, and with batching at least twice the batch size (up to 256), for a call that waits for
   * its batch keeps its thread. Flag `rest_api_num_threads`.
   */
  restApiNumThreads?: number;
  /**
   * Threads that work on gRPC calls. Unlike REST calls, further ones do not wait but fail with
   * RESOURCE_EXHAUSTED (tensorflow/serving#1785, grpc/grpc#32680). Default: as for REST, but at
   * least 64. Flag `grpc_max_threads`.
   */
  grpcMaxThreads?: number;
  /**
   * Threads that share one operation, such as a convolution; 0 lets TensorFlow count the host's
   * CPUs. Default: the CPU limit, rounded down, at least 1. Excludes `sessionParallelism`. Flag
   * `tensorflow_intra_op_parallelism`.
   */
  intraOpParallelism?: number;
  /**
   * Operations that run at a time; 0 lets TensorFlow count the host's CPUs. Default: the CPU limit,
   * rounded down, at least 1. Excludes `sessionParallelism`. Flag `tensorflow_inter_op_parallelism`.
   */
  interOpParallelism?: number;
  /**
   * One number for both of the above. Excludes `intraOpParallelism` and `interOpParallelism`: the
   * server refuses all three together and passes over this one beside either. Flag
   * `tensorflow_session_parallelism`.
   */
  sessionParallelism?: number;
  /**
   * Seconds between two looks for new versions in the model's folder; 0 looks once. Default 0, as
   * a model that is part of the image never changes (the server's own default is 1). Flag
   * `file_system_poll_wait_seconds`.
   */
  fileSystemPollWaitSeconds?: number;
  /**
   * How often a failed load is repeated before the server exits. Default 0, as what is part of the
   * image does not heal (the server's own default is 5, a minute apart). Flag
   * `max_num_load_retries`.
   */
  maxNumLoadRetries?: number;
  /**
   * Microseconds between two tries to load. Default 60000000. Needs `maxNumLoadRetries` above 0.
   * Flag `load_retry_interval_micros`.
   */
  loadRetryIntervalMicros?: number;
  /**
   * Threads that load versions while others are served; 0 (default) loads on the manager's own
   * thread, one after another. Flag `num_load_threads`.
   */
  numLoadThreads?: number;
  /** Threads that unload versions, as `numLoadThreads`. Default 0. Flag `num_unload_threads`. */
  numUnloadThreads?: number;
  /**
   * Whether requests recorded in the model (`assets.extra/tf_serving_warmup_requests`) are run
   * before it serves. Default true. Flag `enable_model_warmup`.
   */
  enableModelWarmup?: boolean;
  /**
   * How often each recorded request is run. Default once. Excludes `enableModelWarmup: false`. Flag
   * `num_request_iterations_for_warmup`.
   */
  numRequestIterationsForWarmup?: number;
  /**
   * Share of each visible GPU's memory that one server takes, above 0 up to 1. Default:
   * TensorFlow's choice, nearly all. N replicas on a GPU want about 0.8/N each. Flag
   * `per_process_gpu_memory_fraction`.
   */
  perProcessGpuMemoryFraction?: number;
  /**
   * gRPC channel arguments by name, numbers as text, such as
   * `{"grpc.max_connection_age_ms": "60000"}`. Neither names nor values may hold `,` or `=`. Flag
   * `grpc_channel_arguments`.
   */
  grpcChannelArguments?: Record<string, string>;
  /**
   * Whether the server offers `grpc.health.v1.Health`. It says SERVING as soon as the server is up
   * and never anything else. Default false. Flag `enable_grpc_healthcheck_service`.
   */
  enableGrpcHealthcheckService?: boolean;
  /**
   * Whether the gRPC port also offers TensorFlow's profiler, without any authentication. Default
   * false (the server's own default is true). Flag `enable_profiler`.
   */
  enableProfiler?: boolean;
  /**
   * Tags of the graph to load, compared as a set: all of these and no other. Default `["serve"]`.
   * Flag `saved_model_tags`.
   */
  savedModelTags?: string[];
  /** Reduced precision. Default: as the model was saved. Flag `mixed_precision`. */
  mixedPrecision?: MixedPrecision;
  /**
   * Whether answers carry headers that allow calls from web pages of any origin. Default false.
   * Flag `rest_api_enable_cors_support`.
   */
  enableCors?: boolean;
  /** Joins calls into batches. Default: no batching. Flags `enable_batching` and related. */
  batching?: BatchingOptions;
  /** Prometheus metrics. Default: on. Flag `monitoring_config_file`. */
  monitoring?: MonitoringOptions;
  /**
   * Serves these models, with version policies and labels, in place of the one that the image
   * names. Default: the image's model, highest version. Flag `model_config_file`.
   */
  models?: ModelConfigOptions[];
  /**
   * Seconds between two looks at the file made from `models`; 0 (default) reads it once. Needs
   * `models` and `fileSystemPollWaitSeconds` above 0. Flag `model_config_file_poll_wait_seconds`.
   */
  modelConfigPollWaitSeconds?: number;
  /**
   * Further flags of the server as `--name=value`, appended last. Only flags that the server has
   * and that no field above sets; flags that the image owns (ports, model, files, TLS) are refused.
   */
  extraArgs?: string[];
}
