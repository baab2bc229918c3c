import { describe, expect, it } from "vitest";

import { ModelVersionPolicy } from "../../../components/tfserving/modelConfig";
import { checkServerOptions, ServerOptions } from "../../../components/tfserving/serverOptions";

/** Problems as `path: reason`, with options as they may come from untyped configuration. */
function problemsOf(options: unknown): string[] {
  return checkServerOptions(options as ServerOptions, "server").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );
}

describe("server options without problems", () => {
  it.each<[string, ServerOptions | undefined]>([
    ["none", undefined],
    ["empty", {}],
    [
      "every field",
      {
        restApiTimeoutMs: 1,
        restApiNumThreads: 8,
        grpcMaxThreads: 8,
        intraOpParallelism: 0,
        interOpParallelism: 2,
        fileSystemPollWaitSeconds: 1,
        maxNumLoadRetries: 2,
        loadRetryIntervalMicros: 0,
        numLoadThreads: 0,
        numUnloadThreads: 1,
        enableModelWarmup: true,
        numRequestIterationsForWarmup: 3,
        perProcessGpuMemoryFraction: 1,
        grpcChannelArguments: { "grpc.max_connection_age_ms": "2000" },
        enableGrpcHealthcheckService: true,
        enableProfiler: true,
        savedModelTags: ["serve", "gpu"],
        enableBfloat16: true,
        enableCors: true,
        batching: {},
        monitoring: { enabled: true, path: "/metrics" },
        models: [{ name: "a" }],
        modelConfigPollWaitSeconds: 5,
        extraArgs: ["--xla_cpu_compilation_enabled", "--num_tflite_pools=2"],
      },
    ],
    ["one number for both thread pools", { sessionParallelism: 4 }],
    ["monitoring off", { monitoring: { enabled: false } }],
    ["a retry interval of int64 size", { maxNumLoadRetries: 1, loadRetryIntervalMicros: 6e9 }],
    [
      "batching padded to its size",
      { batching: { maxBatchSize: 8, allowedBatchSizes: [1, 4, 8], batchTimeoutMicros: 0 } },
    ],
    ["batching padded to the default size", { batching: { allowedBatchSizes: [10, 1000] } }],
    [
      "batching that splits and pads to what it executes",
      {
        batching: {
          maxBatchSize: 64,
          enableLargeBatchSplitting: true,
          maxExecutionBatchSize: 16,
          allowedBatchSizes: [8, 16],
        },
      },
    ],
    [
      "batching that splits at its size",
      { batching: { maxBatchSize: 8, enableLargeBatchSplitting: true, allowedBatchSizes: [8] } },
    ],
    [
      "batching by each model",
      { batching: { perModelParameters: true, numBatchThreads: 2, threadPoolName: "batch" } },
    ],
    [
      "models of every policy",
      {
        models: [
          { name: "a", numVersions: 2, labels: { stable: "1" } },
          { name: "b", basePath: "gs://bucket/b", versionPolicy: ModelVersionPolicy.All },
          {
            name: "c",
            basePath: "/elsewhere/c",
            versionPolicy: ModelVersionPolicy.Specific,
            versions: ["0", "9223372036854775807"],
            labels: { canary_1: "0", stable: "9223372036854775807" },
          },
        ],
      },
    ],
  ])("%s", (_, options) => {
    expect(problemsOf(options)).toEqual([]);
  });
});

describe("server options are refused", () => {
  it.each<[string, unknown, string]>([
    ["no object", "fast", 'server: is "fast": use an object'],
    ["a list", [], "server: is []: use an object"],
    [
      "an unknown field",
      { restApiTimeoutMS: 1 },
      'server.restApiTimeoutMS: is unknown; did you mean "restApiTimeoutMs"?',
    ],
    ["no timeout", { restApiTimeoutMs: 0 }, "server.restApiTimeoutMs: is 0: use a whole number"],
    ["half a thread", { grpcMaxThreads: 0.5 }, "server.grpcMaxThreads: is 0.5: use a whole"],
    ["not a number", { restApiNumThreads: NaN }, "server.restApiNumThreads: is NaN: use a whole"],
    ["infinity", { numLoadThreads: Infinity }, "server.numLoadThreads: is Infinity: use a whole"],
    ["a number as text", { numLoadThreads: "2" }, 'server.numLoadThreads: is "2": use a whole'],
    ["beyond int32", { maxNumLoadRetries: 2 ** 31 }, "server.maxNumLoadRetries: is 2147483648:"],
    ["a negative poll", { fileSystemPollWaitSeconds: -1 }, "from 0 to 2147483647"],
    ["a boolean as text", { enableProfiler: "no" }, 'server.enableProfiler: is "no": use true or'],
    [
      "all thread pools",
      { sessionParallelism: 2, intraOpParallelism: 2, interOpParallelism: 2 },
      "is 2 beside intraOpParallelism and interOpParallelism; set either it or those",
    ],
    [
      "two thread pools",
      { sessionParallelism: 2, interOpParallelism: 2 },
      "server.sessionParallelism: is 2 beside interOpParallelism; set either it or those",
    ],
    [
      "an interval without retries",
      { loadRetryIntervalMicros: 5, maxNumLoadRetries: 0 },
      "server.loadRetryIntervalMicros: is 5, but nothing is retried; set maxNumLoadRetries",
    ],
    [
      "an interval with the default of no retries",
      { loadRetryIntervalMicros: 0 },
      "server.loadRetryIntervalMicros: is 0, but nothing is retried; set maxNumLoadRetries",
    ],
    [
      "iterations without warm-up",
      { enableModelWarmup: false, numRequestIterationsForWarmup: 2 },
      "server.numRequestIterationsForWarmup: is 2, but enableModelWarmup is false",
    ],
    [
      "polling without models",
      { modelConfigPollWaitSeconds: 5, fileSystemPollWaitSeconds: 1 },
      "server.modelConfigPollWaitSeconds: is 5, but has no effect without models",
    ],
    [
      "polling models but not versions",
      { modelConfigPollWaitSeconds: 5, models: [{ name: "a" }] },
      "server.modelConfigPollWaitSeconds: is 5, but a change would wait for ever",
    ],
    [
      "no GPU memory",
      { perProcessGpuMemoryFraction: 0 },
      "server.perProcessGpuMemoryFraction: is 0: use a number above 0 up to 1",
    ],
    ["more than a GPU", { perProcessGpuMemoryFraction: 1.01 }, "is 1.01: use a number above 0"],
    ["a GPU that is NaN", { perProcessGpuMemoryFraction: NaN }, "is NaN: use a number above 0"],
    ["another precision", { enableBfloat16: "fp16" }, 'is "fp16": use true or false'],
    ["no tags", { savedModelTags: [] }, "server.savedModelTags: is []: use at least one tag"],
    ["two tags in one", { savedModelTags: ["a,b"] }, 'server.savedModelTags: is ["a,b"]'],
    [
      "a channel argument that the server would split",
      { grpcChannelArguments: { "grpc.user_agent": "a=b" } },
      'server.grpcChannelArguments.grpc.user_agent: is "a=b"; the server splits',
    ],
    [
      "channel arguments without names",
      { grpcChannelArguments: "foo" },
      'server.grpcChannelArguments: is "foo": use an object of texts by name',
    ],
    ["channel arguments as a list", { grpcChannelArguments: ["a=b"] }, 'is ["a=b"]: use an object'],
    ["a tag that is a number", { savedModelTags: [1] }, "server.savedModelTags: is [1]: use"],
    ["an empty channel argument", { grpcChannelArguments: { a: "" } }, 'arguments.a: is ""; the'],
    ["a path without /", { monitoring: { path: "metrics" } }, 'is "metrics": use a URL path'],
    ["a path with a query", { monitoring: { path: "/m?x" } }, 'is "/m?x": use a URL path'],
    ["the REST API's path", { monitoring: { path: "/v1/m" } }, "choose a path outside /v1/"],
    [
      "a path while off",
      { monitoring: { enabled: false, path: "/m" } },
      'server.monitoring.path: is "/m": leave it out while enabled is false',
    ],
    ["unknown monitoring", { monitoring: { enable: true } }, 'did you mean "enabled"?'],
  ])("%s", (_, options, problem) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0].toLowerCase()).toContain(problem.toLowerCase());
  });

  it("all at once", () => {
    const problems = problemsOf({
      restApiTimeoutMs: 0,
      enableCors: 1,
      batching: { maxBatchSize: 0 },
    });
    expect(problems).toHaveLength(3);
  });
});

describe("batching is refused with", () => {
  it.each<[string, unknown, string]>([
    ["an unknown field", { batchSize: 8 }, "server.batching.batchSize: is unknown"],
    ["no object", null, "server.batching: is null: use an object"],
    ["an empty batch", { maxBatchSize: 0 }, "server.batching.maxBatchSize: is 0:"],
    [
      "a negative timeout",
      { batchTimeoutMicros: -1 },
      "server.batching.batchTimeoutMicros: is -1:",
    ],
    ["no queue", { maxEnqueuedBatches: 0 }, "server.batching.maxEnqueuedBatches: is 0:"],
    ["no threads", { numBatchThreads: 0 }, "server.batching.numBatchThreads: is 0:"],
    ["half a batch", { maxBatchSize: 1.5 }, "server.batching.maxBatchSize: is 1.5:"],
    [
      "a number as a name",
      { threadPoolName: 5 },
      "server.batching.threadPoolName: is 5: use a text",
    ],
    [
      "no name",
      { threadPoolName: "" },
      'server.batching.threadPoolName: is "": use a text, or leave it out',
    ],
    ["text for a boolean", { padVariableLengthInputs: 1 }, "is 1: use true or false"],
    ["no sizes", { allowedBatchSizes: [] }, "server.batching.allowedBatchSizes: lists no size"],
    [
      "a size of 0",
      { maxBatchSize: 8, allowedBatchSizes: [0, 8] },
      "server.batching.allowedBatchSizes[0]: is 0:",
    ],
    [
      "falling sizes",
      { maxBatchSize: 2, allowedBatchSizes: [4, 2] },
      "server.batching.allowedBatchSizes: is [4, 2], but each size has to be larger",
    ],
    [
      "equal sizes",
      { maxBatchSize: 4, allowedBatchSizes: [4, 4] },
      "server.batching.allowedBatchSizes: is [4, 4], but each size has to be larger",
    ],
    [
      "sizes below the batch",
      { maxBatchSize: 16, allowedBatchSizes: [4, 8] },
      "server.batching.allowedBatchSizes: ends with 8, but has to end with maxBatchSize, 16",
    ],
    [
      "sizes below the default batch",
      { allowedBatchSizes: [4, 8] },
      "server.batching.allowedBatchSizes: ends with 8, but has to end with maxBatchSize, 1000",
    ],
    [
      "sizes that do not end with what is executed",
      {
        maxBatchSize: 16,
        enableLargeBatchSplitting: true,
        maxExecutionBatchSize: 8,
        allowedBatchSizes: [4, 16],
      },
      "ends with 16, but has to end with maxExecutionBatchSize, 8",
    ],
    [
      "splitting at no size",
      { enableLargeBatchSplitting: true },
      "server.batching.enableLargeBatchSplitting: is true, but needs maxBatchSize",
    ],
    [
      "an execution size without splitting",
      { maxBatchSize: 8, maxExecutionBatchSize: 4 },
      "server.batching.maxExecutionBatchSize: is 4, but has no effect without",
    ],
    [
      "an execution size above the batch",
      { maxBatchSize: 8, enableLargeBatchSplitting: true, maxExecutionBatchSize: 9 },
      "server.batching.maxExecutionBatchSize: is 9, above maxBatchSize, which is 8",
    ],
    [
      "a batch size beside each model's own",
      { perModelParameters: true, maxBatchSize: 8 },
      "server.batching.maxBatchSize: has no effect with perModelParameters",
    ],
  ])("%s", (_, batching, problem) => {
    const problems = problemsOf({ batching });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe("models are refused with", () => {
  it.each<[string, unknown, string]>([
    ["nothing", [], "server.models: lists no model"],
    ["null", [null], "server.models[0]: is null: use an object"],
    ["an unknown field", [{ name: "a", path: "/a" }], "server.models[0].path: is unknown"],
    ["a bad name", [{ name: "a/b" }], 'server.models[0].name: "a/b" holds'],
    [
      "one name twice",
      [{ name: "a" }, { name: "b" }, { name: "a" }],
      'server.models[2].name: is "a" like the name at index 0; a name can be given once',
    ],
    [
      "a relative path",
      [{ name: "a", basePath: "models/a" }],
      'server.models[0].basePath: is "models/a": use an absolute path or a URI',
    ],
    [
      "an unknown policy",
      [{ name: "a", versionPolicy: "newest" }],
      'server.models[0].versionPolicy: is "newest": use latest, all or specific',
    ],
    ["no versions", [{ name: "a", numVersions: 0 }], "server.models[0].numVersions: is 0:"],
    [
      "a number of versions under all",
      [{ name: "a", versionPolicy: "all", numVersions: 2 }],
      'server.models[0].numVersions: has no effect under the version policy "all"',
    ],
    [
      "specific versions left out",
      [{ name: "a", versionPolicy: "specific" }],
      'server.models[0].versions: is empty; the version policy "specific" needs versions',
    ],
    [
      "versions under latest",
      [{ name: "a", versions: ["1"] }],
      'server.models[0].versions: has no effect under the version policy "latest"',
    ],
    [
      "a version as number",
      [{ name: "a", versionPolicy: "specific", versions: [1] }],
      "server.models[0].versions[0]: is 1: use a version as text",
    ],
    [
      "a version that JSON has rounded",
      [{ name: "a", versionPolicy: "specific", versions: [JSON.parse("1795350300123456789")] }],
      "server.models[0].versions[0]: is 1795350300123456800, a number that was rounded, as any above " +
        "2^53: write the version as text, in quotes in the YAML file or with " +
        "`pulumi config set --path --type string`",
    ],
    [
      "a label on a version that JSON has rounded",
      [{ name: "a", labels: { stable: 2 ** 53 } }],
      "server.models[0].labels.stable: is 9007199254740992, a number that was rounded",
    ],
    [
      "labels that are a list",
      [{ name: "a", labels: ["1"] }],
      'server.models[0].labels: is ["1"]: use an',
    ],
    [
      "labels that are a text",
      [{ name: "a", labels: "stable" }],
      'server.models[0].labels: is "stable": use an object, version by label',
    ],
    [
      "a version beyond int64",
      [{ name: "a", versionPolicy: "specific", versions: ["9223372036854775808"] }],
      'server.models[0].versions[0]: is "9223372036854775808": use a version as text',
    ],
    [
      "one version twice",
      [{ name: "a", versionPolicy: "specific", versions: ["1", "1"] }],
      'server.models[0].versions: lists "1" twice',
    ],
    [
      "a label with a dash",
      [{ name: "a", labels: { "my-label": "1" } }],
      "server.models[0].labels.my-label: is no label: use letters, digits and _",
    ],
    [
      "a label on no version",
      [{ name: "a", labels: { stable: "new" } }],
      'server.models[0].labels.stable: is "new": use a version as text',
    ],
    [
      "a label on a version that is not loaded",
      [{ name: "a", versionPolicy: "specific", versions: ["1", "2"], labels: { stable: "3" } }],
      "server.models[0].labels.stable: is 3, which is not among the versions 1, 2",
    ],
  ])("%s", (_, models, problem) => {
    const problems = problemsOf({ models });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe("extra arguments are refused:", () => {
  it.each<[string, string, string]>([
    ["an unknown flag", "--enable_turbo=true", "a flag that the server does not have"],
    [
      "a misspelt flag",
      "--xla_cpu_compilation_enable=true",
      "did you mean --xla_cpu_compilation_enabled?",
    ],
    ["a flag of a field", "--rest_api_timeout_in_ms=5", "use the field restApiTimeoutMs instead"],
    ["a flag of a nested field", "--enable_batching", "use the field batching instead"],
    ["the gRPC port", "--port=9000", "--port cannot be given"],
    ["the REST port", "--rest_api_port=9000", "choose the published port"],
    ["the model", "--model_name=x", "use modelName"],
    ["the model's path", "--model_base_path=/x", "use modelFolder"],
    ["a file", "--model_config_file=/x", "use the field models instead"],
    ["metrics by a file", "--monitoring_config_file=/x", "use the field monitoring instead"],
    ["batching by a file", "--batching_parameters_file=/x", "use the field batching instead"],
    [
      "channel arguments as text",
      "--grpc_channel_arguments=foo",
      "use the field grpcChannelArguments",
    ],
    [
      "platforms by a file",
      "--platform_config_file=/x",
      "would replace batching and session flags",
    ],
    ["a session by a file", "--tensorflow_session_config_file=/x", "written from typed arguments"],
    ["threads by a file", "--thread_pool_factory_config_file=/x", "written from typed arguments"],
    ["TLS", "--ssl_config_file=/x", "the load balancer, which is the place for TLS"],
    ["a way to print and exit", "--version", "would print its version and exit"],
    ["a single dash", "-xla_cpu_compilation_enabled", "use one flag as --name=value"],
    ["name and value apart", "--num_tflite_pools 2", "use one flag as --name=value"],
    ["no flag", "serve", "use one flag as --name=value"],
    [
      "a boolean that the server cannot read",
      "--flush_filesystem_caches=yes",
      "with true or false",
    ],
    ["a number that the server cannot read", "--num_tflite_pools=two", "with a whole number"],
    ["a missing value", "--num_tflite_pools", "with a whole number"],
  ])("%s", (_, argument, reason) => {
    const problems = problemsOf({ extraArgs: [argument] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`server.extraArgs[0]: is "${argument}"`);
    expect(problems[0]).toContain(reason);
  });

  it("one flag twice", () => {
    expect(problemsOf({ extraArgs: ["--num_tflite_pools=1", "--num_tflite_pools=2"] })).toEqual([
      'server.extraArgs[1]: is "--num_tflite_pools=2", but --num_tflite_pools is given twice',
    ]);
  });
});
