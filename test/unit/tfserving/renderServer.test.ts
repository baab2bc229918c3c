import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BatchingOptions } from "../../../components/tfserving/batching";
import { ModelConfigOptions, ModelVersionPolicy } from "../../../components/tfserving/modelConfig";
import {
  checkServerOptions,
  renderServer,
  ServerOptions,
} from "../../../components/tfserving/serverOptions";
import { renderedValues } from "../../support/rendered";

/** Options with everything that no other excludes. */
const everything: ServerOptions = {
  extraArgs: ["--flush_filesystem_caches=false", "--num_tflite_pools=2"],
  ...{ enableCors: true, enableBfloat16: true, savedModelTags: ["serve", "gpu"] },
  grpcChannelArguments: { "grpc.b": "2", "grpc.a": "1" },
  ...{ perProcessGpuMemoryFraction: 0.4, enableModelWarmup: true },
  ...{ numRequestIterationsForWarmup: 3, enableGrpcHealthcheckService: true },
  ...{
    numUnloadThreads: 1,
    numLoadThreads: 2,
    maxNumLoadRetries: 2,
    loadRetryIntervalMicros: 1000,
  },
  ...{ fileSystemPollWaitSeconds: 1, restApiTimeoutMs: 5000, modelConfigPollWaitSeconds: 7 },
  batching: { perModelParameters: true },
  models: [{ name: "a", labels: { stable: "1" } }],
};

const batching: BatchingOptions = {
  ...{ padVariableLengthInputs: true, allowedBatchSizes: [8, 16], maxExecutionBatchSize: 16 },
  ...{ enableLargeBatchSplitting: true, threadPoolName: 'a "b"', numBatchThreads: 3 },
  ...{ maxEnqueuedBatches: 20, batchTimeoutMicros: 0, maxBatchSize: 64 },
};

const models: ModelConfigOptions[] = [
  { name: "a" },
  { name: "b", basePath: "/else/b", versionPolicy: ModelVersionPolicy.All },
  {
    ...{ name: "c", versionPolicy: ModelVersionPolicy.Specific, versions: ["42", "43"] },
    labels: { stable: "42", canary: "43" },
  },
  { name: "d", numVersions: 2 },
];

const threads = {
  ...{ restApiNumThreads: 1, grpcMaxThreads: 2, intraOpParallelism: 0, interOpParallelism: 5 },
  enableProfiler: true,
};

it("options and limits become a server's flags and files", async () => {
  expect(checkServerOptions(everything, "server")).toEqual([]);
  const servers: Record<string, [ServerOptions | undefined, number?]> = {
    "nothing: the flags of a model that is part of its image": [undefined],
    "a field that is undefined is not set": [{ maxNumLoadRetries: undefined }],
    "everything, extra arguments last": [everything],
    "a quarter of a CPU": [{}, 0.25],
    "1.9 CPUs": [{}, 1.9],
    "2 CPUs": [{}, 2],
    "32.5 CPUs": [{}, 32.5],
    "what is set is preferred to what derives from CPUs": [threads, 8],
    "one thread pool size stands beside no others": [{ sessionParallelism: 3 }, 8],
    "metrics elsewhere": [{ monitoring: { path: "/m" } }],
    "no metrics": [{ monitoring: { enabled: false } }],
    "batching with every parameter": [{ batching }],
    "batching by the server's own parameters": [{ batching: {} }],
    "batching with threads to fill batches, and of the CPU limit": [{ batching: {} }, 2.5],
    "batching with threads that are set": [{ batching: { numBatchThreads: 7 } }, 2.5],
    "small batches": [{ batching: { maxBatchSize: 8 } }, 1],
    "larger batches": [{ batching: { maxBatchSize: 50 } }, 1],
    "models with names, paths, policies and labels": [{ models }],
    "models without labels need no flag for them": [{ models: [{ name: "a", labels: {} }] }],
  };
  const rendered = Object.entries(servers).map(([what, [options, cpus]]) => [
    what,
    renderServer(options, { cpus }),
  ]);
  await expect(renderedValues(Object.fromEntries(rendered))).toMatchFileSnapshot(
    "snapshots/servers.yaml",
  );
});

describe("a server's flags", () => {
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
