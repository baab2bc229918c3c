import { describe, expect, it } from "vitest";

import { ModelVersionPolicy } from "../../../components/tfserving/modelConfig";
import { checkServerOptions, ServerOptions } from "../../../components/tfserving/serverOptions";
import { refusals } from "../../support/refusals";

/** Problems of options as they may come from untyped configuration. */
const problemsOf = (options: unknown) => checkServerOptions(options as ServerOptions, "server");

const everyField: ServerOptions = {
  ...{ restApiTimeoutMs: 1, restApiNumThreads: 8, grpcMaxThreads: 8 },
  ...{ intraOpParallelism: 0, interOpParallelism: 2, fileSystemPollWaitSeconds: 1 },
  ...{ maxNumLoadRetries: 2, loadRetryIntervalMicros: 0, numLoadThreads: 0, numUnloadThreads: 1 },
  ...{ enableModelWarmup: true, numRequestIterationsForWarmup: 3 },
  perProcessGpuMemoryFraction: 1,
  grpcChannelArguments: { "grpc.max_connection_age_ms": "2000" },
  ...{ enableGrpcHealthcheckService: true, enableProfiler: true, enableBfloat16: true },
  ...{ savedModelTags: ["serve", "gpu"], enableCors: true, batching: {} },
  monitoring: { enabled: true, path: "/metrics" },
  ...{ models: [{ name: "a" }], modelConfigPollWaitSeconds: 5 },
  extraArgs: ["--xla_cpu_compilation_enabled", "--num_tflite_pools=2"],
};

describe("server options without problems", () => {
  const padded = { maxBatchSize: 8, allowedBatchSizes: [1, 4, 8], batchTimeoutMicros: 0 };
  const splitting = { enableLargeBatchSplitting: true, maxExecutionBatchSize: 16 };
  const atItsSize = { enableLargeBatchSplitting: true, maxBatchSize: 8, allowedBatchSizes: [8] };
  const byModel = { perModelParameters: true, numBatchThreads: 2, threadPoolName: "batch" };
  const { All, Specific } = ModelVersionPolicy;
  const highest = "9223372036854775807";
  const listed = { versionPolicy: Specific, versions: ["0", highest] };

  it.each<[string, ServerOptions | undefined]>([
    ["none", undefined],
    ["empty", {}],
    ["every field", everyField],
    ["one number for both thread pools", { sessionParallelism: 4 }],
    ["monitoring off", { monitoring: { enabled: false } }],
    ["a retry interval of int64 size", { maxNumLoadRetries: 1, loadRetryIntervalMicros: 6e9 }],
    ["batching padded to its size", { batching: padded }],
    ["batching padded to the default size", { batching: { allowedBatchSizes: [10, 1000] } }],
    [
      "batching that splits and pads to what it executes",
      { batching: { ...splitting, maxBatchSize: 64, allowedBatchSizes: [8, 16] } },
    ],
    ["batching that splits at its size", { batching: atItsSize }],
    ["batching by each model", { batching: byModel }],
    [
      "models of every policy",
      {
        models: [
          { name: "a", numVersions: 2, labels: { stable: "1" } },
          { name: "b", basePath: "gs://bucket/b", versionPolicy: All },
          { name: "c", basePath: "/c", ...listed, labels: { canary_1: "0", stable: highest } },
        ],
      },
    ],
  ])("%s", (_, options) => {
    expect(problemsOf(options)).toEqual([]);
  });
});

const options: Record<string, unknown> = {
  "no object": "fast",
  "a list": [],
  "an unknown field": { restApiTimeoutMS: 1 },
  "no timeout": { restApiTimeoutMs: 0 },
  "half a thread": { grpcMaxThreads: 0.5 },
  "not a number": { restApiNumThreads: NaN },
  infinity: { numLoadThreads: Infinity },
  "a number as text": { numLoadThreads: "2" },
  "beyond int32": { maxNumLoadRetries: 2 ** 31 },
  "a negative poll": { fileSystemPollWaitSeconds: -1 },
  "a boolean as text": { enableProfiler: "no" },
  "all thread pools": { sessionParallelism: 2, intraOpParallelism: 2, interOpParallelism: 2 },
  "two thread pools": { sessionParallelism: 2, interOpParallelism: 2 },
  "an interval without retries": { loadRetryIntervalMicros: 5, maxNumLoadRetries: 0 },
  "an interval with the default of no retries": { loadRetryIntervalMicros: 0 },
  "iterations without warm-up": { enableModelWarmup: false, numRequestIterationsForWarmup: 2 },
  "polling without models": { modelConfigPollWaitSeconds: 5, fileSystemPollWaitSeconds: 1 },
  "polling models but not versions": { modelConfigPollWaitSeconds: 5, models: [{ name: "a" }] },
  "no GPU memory": { perProcessGpuMemoryFraction: 0 },
  "more than a GPU": { perProcessGpuMemoryFraction: 1.01 },
  "a GPU that is NaN": { perProcessGpuMemoryFraction: NaN },
  "another precision": { enableBfloat16: "fp16" },
  "no tags": { savedModelTags: [] },
  "two tags in one": { savedModelTags: ["a,b"] },
  "a tag that is a number": { savedModelTags: [1] },
  "a channel argument that the server would split": {
    grpcChannelArguments: { "grpc.user_agent": "a=b" },
  },
  "channel arguments without names": { grpcChannelArguments: "foo" },
  "channel arguments as a list": { grpcChannelArguments: ["a=b"] },
  "an empty channel argument": { grpcChannelArguments: { a: "" } },
  "a path without /": { monitoring: { path: "metrics" } },
  "a path with a query": { monitoring: { path: "/m?x" } },
  "the REST API's path": { monitoring: { path: "/v1/m" } },
  "a path while off": { monitoring: { enabled: false, path: "/m" } },
  "unknown monitoring": { monitoring: { enable: true } },
  "all at once": { restApiTimeoutMs: 0, enableCors: 1, batching: { maxBatchSize: 0 } },
};

const splitting = { enableLargeBatchSplitting: true };
const batching: Record<string, unknown> = {
  "an unknown field": { batchSize: 8 },
  "no object": null,
  "an empty batch": { maxBatchSize: 0 },
  "a negative timeout": { batchTimeoutMicros: -1 },
  "no queue": { maxEnqueuedBatches: 0 },
  "no threads": { numBatchThreads: 0 },
  "half a batch": { maxBatchSize: 1.5 },
  "a number as a name": { threadPoolName: 5 },
  "no name": { threadPoolName: "" },
  "a number for a boolean": { padVariableLengthInputs: 1 },
  "no sizes": { allowedBatchSizes: [] },
  "a size of 0": { maxBatchSize: 8, allowedBatchSizes: [0, 8] },
  "falling sizes": { maxBatchSize: 2, allowedBatchSizes: [4, 2] },
  "equal sizes": { maxBatchSize: 4, allowedBatchSizes: [4, 4] },
  "sizes below the batch": { maxBatchSize: 16, allowedBatchSizes: [4, 8] },
  "sizes below the default batch": { allowedBatchSizes: [4, 8] },
  "sizes that do not end with what is executed": {
    ...{ ...splitting, maxBatchSize: 16, maxExecutionBatchSize: 8, allowedBatchSizes: [4, 16] },
  },
  "splitting at no size": splitting,
  "an execution size without splitting": { maxBatchSize: 8, maxExecutionBatchSize: 4 },
  "an execution size above the batch": { ...splitting, maxBatchSize: 8, maxExecutionBatchSize: 9 },
  "a batch size beside each model's own": { perModelParameters: true, maxBatchSize: 8 },
};

const named = { name: "a" };
const specific = { ...named, versionPolicy: "specific" };
const models: Record<string, unknown> = {
  "no model": [],
  null: [null],
  "an unknown field": [{ ...named, path: "/a" }],
  "a bad name": [{ name: "a/b" }],
  "one name twice": [named, { name: "b" }, named],
  "a relative path": [{ ...named, basePath: "models/a" }],
  "an unknown policy": [{ ...named, versionPolicy: "newest" }],
  "no versions": [{ ...named, numVersions: 0 }],
  "a number of versions under all": [{ ...named, versionPolicy: "all", numVersions: 2 }],
  "specific versions left out": [specific],
  "versions under latest": [{ ...named, versions: ["1"] }],
  "a version as number": [{ ...specific, versions: [1] }],
  "a version that JSON has rounded": [
    { ...specific, versions: [JSON.parse("1795350300123456789")] },
  ],
  "a label on a version that JSON has rounded": [{ ...named, labels: { stable: 2 ** 53 } }],
  "labels that are a list": [{ ...named, labels: ["1"] }],
  "labels that are a text": [{ ...named, labels: "stable" }],
  "a version beyond int64": [{ ...specific, versions: ["9223372036854775808"] }],
  "one version twice": [{ ...specific, versions: ["1", "1"] }],
  "a label with a dash": [{ ...named, labels: { "my-label": "1" } }],
  "a label on no version": [{ ...named, labels: { stable: "new" } }],
  "a label on a version that is not loaded": [
    { ...specific, versions: ["1", "2"], labels: { stable: "3" } },
  ],
};

const extraArgs = {
  "an unknown flag": "--enable_turbo=true",
  "a misspelt flag": "--xla_cpu_compilation_enable=true",
  "a flag of a field": "--rest_api_timeout_in_ms=5",
  "a flag of a nested field": "--enable_batching",
  "the gRPC port": "--port=9000",
  "the REST port": "--rest_api_port=9000",
  "the model": "--model_name=x",
  "the model's path": "--model_base_path=/x",
  "a file": "--model_config_file=/x",
  "metrics by a file": "--monitoring_config_file=/x",
  "batching by a file": "--batching_parameters_file=/x",
  "channel arguments as text": "--grpc_channel_arguments=foo",
  "platforms by a file": "--platform_config_file=/x",
  "a session by a file": "--tensorflow_session_config_file=/x",
  "threads by a file": "--thread_pool_factory_config_file=/x",
  TLS: "--ssl_config_file=/x",
  "a way to print and exit": "--version",
  "a single dash": "-xla_cpu_compilation_enabled",
  "name and value apart": "--num_tflite_pools 2",
  "no flag": "serve",
  "a boolean that the server cannot read": "--flush_filesystem_caches=yes",
  "a number that the server cannot read": "--num_tflite_pools=two",
  "a missing value": "--num_tflite_pools",
};

describe("server options that cannot work are refused, and it is said what to use:", () => {
  it.each<[string, Record<string, unknown>, (given: unknown) => unknown]>([
    ["options", options, (given) => given],
    ["batching", batching, (batching) => ({ batching })],
    ["models", models, (models) => ({ models })],
    ["extra-arguments", extraArgs, (argument) => ({ extraArgs: [argument] })],
  ])("%s", async (what, cases, optionsOf) => {
    const said = await refusals(cases, (given) => problemsOf(optionsOf(given)));
    await expect(said).toMatchFileSnapshot(`snapshots/refused-${what}.txt`);
  });

  it("one flag twice", () => {
    const extraArgs = ["--num_tflite_pools=1", "--num_tflite_pools=2"];
    expect(problemsOf({ extraArgs })).toEqual([
      {
        propertyPath: "server.extraArgs[1]",
        reason: 'is "--num_tflite_pools=2", but --num_tflite_pools is given twice',
      },
    ]);
  });
});
