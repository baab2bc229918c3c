import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BatchingOptions } from "../../../components/tfserving/batching";
import { ModelVersionPolicy } from "../../../components/tfserving/modelConfig";
import {
  checkServerOptions,
  renderServer,
  ServerOptions,
} from "../../../components/tfserving/serverOptions";

const fixedFlags = [
  "--file_system_poll_wait_seconds=0",
  "--max_num_load_retries=0",
  "--enable_profiler=false",
];

describe("a server's flags", () => {
  it("without options are those of a model that is part of its image", () => {
    expect(renderServer(undefined, {}).flags).toEqual(fixedFlags);
  });

  it.each([
    [0.25, 1, 4, 64],
    [1, 1, 4, 64],
    [1.9, 1, 4, 64],
    [2, 2, 8, 64],
    [32.5, 32, 128, 128],
  ])("derive threads from %d CPUs", (cpus, pool, rest, grpc) => {
    expect(renderServer({}, { cpus }).flags).toEqual([
      `--rest_api_num_threads=${rest}`,
      `--grpc_max_threads=${grpc}`,
      `--tensorflow_intra_op_parallelism=${pool}`,
      `--tensorflow_inter_op_parallelism=${pool}`,
      ...fixedFlags,
    ]);
  });

  it("prefer what is set to what derives from CPUs", () => {
    const options = {
      restApiNumThreads: 1,
      grpcMaxThreads: 2,
      intraOpParallelism: 0,
      interOpParallelism: 5,
      enableProfiler: true,
    };
    expect(renderServer(options, { cpus: 8 }).flags).toEqual([
      "--rest_api_num_threads=1",
      "--grpc_max_threads=2",
      "--tensorflow_intra_op_parallelism=0",
      "--tensorflow_inter_op_parallelism=5",
      "--file_system_poll_wait_seconds=0",
      "--max_num_load_retries=0",
      "--enable_profiler=true",
    ]);
  });

  it("have one thread pool size beside no others", () => {
    const { flags } = renderServer({ sessionParallelism: 3 }, { cpus: 8 });
    expect(flags.filter((flag) => flag.includes("parallelism"))).toEqual([
      "--tensorflow_session_parallelism=3",
    ]);
  });

  it.each([
    [{ maxBatchSize: 8 }, 16, 64],
    [{ maxBatchSize: 50 }, 100, 100],
    [{}, 256, 256],
  ])("have threads to fill batches of %j", (batching, rest, grpc) => {
    const { flags } = renderServer({ batching }, { cpus: 1 });
    expect(flags).toContain(`--rest_api_num_threads=${rest}`);
    expect(flags).toContain(`--grpc_max_threads=${grpc}`);
  });

  it("take a field that is undefined as not set", () => {
    expect(renderServer({ maxNumLoadRetries: undefined }).flags).toEqual(fixedFlags);
  });

  it("cover every field, extra arguments last", () => {
    const options: ServerOptions = {
      extraArgs: ["--flush_filesystem_caches=false", "--num_tflite_pools=2"],
      enableCors: true,
      enableBfloat16: true,
      savedModelTags: ["serve", "gpu"],
      grpcChannelArguments: { "grpc.b": "2", "grpc.a": "1" },
      perProcessGpuMemoryFraction: 0.4,
      numRequestIterationsForWarmup: 3,
      enableModelWarmup: true,
      enableGrpcHealthcheckService: true,
      numUnloadThreads: 1,
      numLoadThreads: 2,
      loadRetryIntervalMicros: 1000,
      maxNumLoadRetries: 2,
      fileSystemPollWaitSeconds: 1,
      restApiTimeoutMs: 5000,
      modelConfigPollWaitSeconds: 7,
      batching: { perModelParameters: true },
      models: [{ name: "a", labels: { stable: "1" } }],
    };
    expect(checkServerOptions(options, "server")).toEqual([]);
    expect(renderServer(options).flags).toEqual([
      "--rest_api_timeout_in_ms=5000",
      "--file_system_poll_wait_seconds=1",
      "--max_num_load_retries=2",
      "--load_retry_interval_micros=1000",
      "--num_load_threads=2",
      "--num_unload_threads=1",
      "--num_request_iterations_for_warmup=3",
      "--model_config_file_poll_wait_seconds=7",
      "--enable_model_warmup=true",
      "--enable_grpc_healthcheck_service=true",
      "--enable_profiler=false",
      "--rest_api_enable_cors_support=true",
      "--per_process_gpu_memory_fraction=0.4",
      "--grpc_channel_arguments=grpc.a=1,grpc.b=2",
      "--saved_model_tags=serve,gpu",
      "--mixed_precision=bfloat16",
      "--enable_batching=true",
      "--enable_per_model_batching_parameters=true",
      "--allow_version_labels_for_unavailable_models=true",
      "--flush_filesystem_caches=false",
      "--num_tflite_pools=2",
    ]);
  });

  it("name no file, which the image's entrypoint does", () => {
    const options = { batching: { maxBatchSize: 8 }, models: [{ name: "a" }] };
    const { flags, files } = renderServer(options, { cpus: 1 });
    expect(flags.filter((flag) => /_file=/.test(flag))).toEqual([]);
    expect(Object.keys(files).sort()).toEqual([
      "batching_parameters_file",
      "model_config_file",
      "monitoring_config_file",
    ]);
  });

  it("do not depend on the order in which options are given", () => {
    const options: ServerOptions = {
      restApiTimeoutMs: 5,
      enableCors: true,
      savedModelTags: ["serve"],
      grpcChannelArguments: { b: "1", a: "2" },
      batching: { maxBatchSize: 4, batchTimeoutMicros: 9, allowedBatchSizes: [2, 4] },
      monitoring: { path: "/m" },
      models: [{ name: "a", labels: { y: "1", x: "2" } }],
    };
    const shuffled = (value: unknown): fc.Arbitrary<unknown> => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return fc.constant(value);
      }
      const entries = Object.entries(value);
      return fc
        .tuple(
          fc.tuple(...entries.map(([, inner]) => shuffled(inner))),
          fc.shuffledSubarray([...entries.keys()], { minLength: entries.length }),
        )
        .map(([inner, order]) =>
          Object.fromEntries(order.map((index) => [entries[index][0], inner[index]])),
        );
    };
    const text = JSON.stringify(renderServer(options, { cpus: 2 }));
    fc.assert(
      fc.property(shuffled(options), (other) => {
        expect(JSON.stringify(renderServer(other as ServerOptions, { cpus: 2 }))).toBe(text);
      }),
    );
  });
});

describe("the file of metrics", () => {
  it("is there unless it is switched off", () => {
    expect(renderServer(undefined).files).toEqual({
      monitoring_config_file:
        'prometheus_config { enable: true path: "/monitoring/prometheus/metrics" }\n',
    });
    expect(renderServer({ monitoring: { enabled: false } }).files).toEqual({});
  });

  it("has the given path", () => {
    expect(renderServer({ monitoring: { path: "/m" } }).files.monitoring_config_file).toBe(
      'prometheus_config { enable: true path: "/m" }\n',
    );
  });
});

describe("the file of batching", () => {
  const render = (batching: BatchingOptions, cpus?: number) =>
    renderServer({ batching }, { cpus }).files.batching_parameters_file;

  it("has every parameter", () => {
    const batching = {
      padVariableLengthInputs: true,
      allowedBatchSizes: [8, 16],
      enableLargeBatchSplitting: true,
      maxExecutionBatchSize: 16,
      threadPoolName: 'a "b"',
      numBatchThreads: 3,
      maxEnqueuedBatches: 20,
      batchTimeoutMicros: 0,
      maxBatchSize: 64,
    };
    expect(render(batching)).toMatchInlineSnapshot(`
      "max_batch_size { value: 64 }
      batch_timeout_micros { value: 0 }
      max_enqueued_batches { value: 20 }
      num_batch_threads { value: 3 }
      max_execution_batch_size { value: 16 }
      thread_pool_name { value: "a \\"b\\"" }
      enable_large_batch_splitting { value: true }
      allowed_batch_sizes: 8
      allowed_batch_sizes: 16
      pad_variable_length_inputs: true
      "
    `);
  });

  it("takes its threads from the CPU limit", () => {
    expect(render({}, 2.5)).toBe("num_batch_threads { value: 2 }\n");
    expect(render({ numBatchThreads: 7 }, 2.5)).toBe("num_batch_threads { value: 7 }\n");
  });

  it("is left out when the server's own parameters stand", () => {
    expect(render({})).toBeUndefined();
    expect(renderServer({ batching: {} }).flags).toContain("--enable_batching=true");
  });
});

describe("the file of models", () => {
  it("has names, paths, policies and labels", () => {
    const models = [
      { name: "a" },
      { name: "b", basePath: "/else/b", versionPolicy: ModelVersionPolicy.All },
      {
        name: "c",
        versionPolicy: ModelVersionPolicy.Specific,
        versions: ["42", "43"],
        labels: { stable: "42", canary: "43" },
      },
      { name: "d", numVersions: 2 },
    ];
    const { files, flags } = renderServer({ models });
    expect(flags).toContain("--allow_version_labels_for_unavailable_models=true");
    expect(files.model_config_file).toMatchInlineSnapshot(`
      "model_config_list {
        config {
          name: "a"
          base_path: "/models/a"
          model_platform: "tensorflow"
          model_version_policy { latest { num_versions: 1 } }
        }
        config {
          name: "b"
          base_path: "/else/b"
          model_platform: "tensorflow"
          model_version_policy { all {} }
        }
        config {
          name: "c"
          base_path: "/models/c"
          model_platform: "tensorflow"
          model_version_policy { specific { versions: 42 versions: 43 } }
          version_labels { key: "canary" value: 43 }
          version_labels { key: "stable" value: 42 }
        }
        config {
          name: "d"
          base_path: "/models/d"
          model_platform: "tensorflow"
          model_version_policy { latest { num_versions: 2 } }
        }
      }
      "
    `);
  });

  it("needs no flag for labels when there are none", () => {
    const { flags } = renderServer({ models: [{ name: "a", labels: {} }] });
    expect(flags).toEqual(fixedFlags);
  });
});
