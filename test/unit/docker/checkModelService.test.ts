import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { checkModelService, DockerModelService, ReleaseStrategy } from "@tf-model-serving/core";
import { serviceWarnings } from "../../../components/core/serving/checkReplicas";
import { resolveModelServiceArgs } from "../../../components/core/docker/modelServiceArgs";
import { engine } from "../../support/fakeEngine";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import type { Args } from "./modelService";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

const required = { image: "sha256:model", modelName: "my_model" };
const later = pulumi.output("known later");
const withGpus = { ...engine, runtimes: ["nvidia"] };
const canary = { image: "x", version: "2", percent: 1 };
const create = (args: Args) => new DockerModelService("serving", { ...required, engine, ...args });

/** Cases of an argument, by its values. */
function valuesOf(argument: keyof Args, values: string[], besides: Args = {}) {
  const cases = values.map((value) => [
    `${argument} ${JSON.stringify(value)}`,
    { [argument]: value, ...besides },
  ]);
  return Object.fromEntries(cases) as Record<string, Args>;
}

/** The engine with port 8501 in use. */
function held(stack?: string) {
  const holder = stack ? "container web" : "another process";
  return { ...engine, takenPorts: [{ port: 8501, address: "127.0.0.1", holder, stack }] };
}

it("a service refuses what cannot work, in these words", async () => {
  const cases: Record<string, Args> = {
    "a model name that no URL can hold": { modelName: "a b" },
    "no replica": { replicas: 0 },
    "too many replicas": { replicas: 257 },
    "parts of replicas": { replicas: 1.5 },
    "a number that is none": { replicas: NaN },
    "a port below the range": { restPort: 0 },
    "a port above the range": { grpcPort: 65536 },
    "hardly any CPU": { cpus: 0.09 },
    "a CPU count that is no number": { cpus: NaN },
    "hardly any memory": { memoryMb: 63 },
    "hardly any process": { pids: 63 },
    "a strategy that it does not know": { strategy: "recreate" as ReleaseStrategy },
    "no start at a time": { parallelStarts: 0 },
    "a drain that lasts longer than the time to stop": { drainSeconds: 20, stopGraceSeconds: 20 },
    "more than all requests for a canary": { canary: { ...canary, percent: 101 } },
    "a canary version that is no number": { canary: { ...canary, version: "next" } },
    "a canary without replicas": { canary: { ...canary, replicas: 0 } },
    "a negative drain": { drainSeconds: -1 },
    "no time to start": { startTimeoutSeconds: 0 },
    "gRPC calls without end": { grpcTimeoutSeconds: 0 },
    "one port for both protocols": { restPort: 9000, grpcPort: 9000 },
    "a model that is not among those that are served": {
      server: { models: [{ name: "birds" }, { name: "fish" }] },
    },
    "flags that the server refuses": { server: { batching: { maxBatchSize: 0 } } },
    "another architecture": { engine: { ...engine, host: "ssh://ada@pi", architecture: "arm64" } },
    "another operating system": { engine: { ...engine, os: "windows" } },
    "more CPUs than there are": { cpus: 8.5 },
    "more memory than there is": { memoryMb: 16385 },
    "requests for which the balancer has no memory": { maxRequestMb: 8 },
    "requests for which nobody has the memory": { maxRequestMb: 64, maxConnections: 4096 },
    "a HAProxy of before 3.2": { balancerImage: "registry.example.com/haproxy:2.6.12" },
    "a certificate without its key": { tls: { certificate: later } },
    "a key without its certificate": { tls: { privateKey: later } },
    "two certificates": {
      tls: { certificate: later, privateKey: later, selfSigned: true },
    },
    "clients' certificates without one of the service": { tls: { clientCa: later } },
    "rights of a client that has no key": {
      auth: { apiKeys: {}, clients: { ada: { verbs: ["predict"] } } },
    },
    "limits below what one request needs": {
      limits: { requestsPerSecond: 0, callsPerReplica: 0, queueMilliseconds: 0 },
      ...{ maxRequestMb: 0, maxConnections: 0 },
    },
    "a model that is not served, and none that gRPC tells": { limits: { models: ["fish"] } },
    "what nobody can call": { limits: { verbs: ["reload"] } },
    "a sample of more than all": { accessLog: { sample: 2 } },
    "GPUs without a runtime for them": { gpus: "all" },
    "a port that a process holds": { engine: held() },
    "a port that another stack holds": {
      ...{ restPort: 1234, grpcPort: 8501, engine: held("tfserving/prod") },
    },
    ...valuesOf("serviceName", ["", "TF", "a b", "-a", "a-", "a.b", "a/b", "é", "a".repeat(51)]),
    ...valuesOf("publishAddress", [
      "localhost",
      "::1",
      "127.0.0",
      "127.0.0.256",
      "127.0.0.1.1",
      "",
    ]),
    ...valuesOf("gpus", ["", "1", "device=", "device=0, 2", "all,device=0"], { engine: withGpus }),
  };
  const text = await refusals(cases, (args) => problemsOf(() => create(args)));
  await expect(text).toMatchFileSnapshot("snapshots/service-refused.txt");
});

it("a service refuses everything that is wrong in one error, before anything is registered", async () => {
  const provider = new docker.Provider("docker", { host: engine.host });
  const args = { ...required, replicas: 0, cpus: 0, serviceName: "", engine };
  const wrong = () => new DockerModelService("serving", args, { provider });
  expect(wrong).toThrow(pulumi.InputPropertiesError);
  expect(wrong).toThrow("DockerModelService serving cannot work with these arguments");
  const paths = problemsOf(wrong).map(({ propertyPath }) => propertyPath);
  expect(paths).toEqual(["replicas", "cpus", "serviceName"]);
  await settle();
  expect(recording.resources.map(({ type }) => type)).toEqual(["pulumi:providers:docker"]);
});

describe("a service accepts", () => {
  it.each<[string, Args]>([
    ["the fewest of everything", { replicas: 1, cpus: 0.1, memoryMb: 64, pids: 64 }],
    ["the most replicas", { replicas: 256 }],
    ["the first and the last port", { restPort: 1, grpcPort: 65535 }],
    ["no drain", { drainSeconds: 0, startTimeoutSeconds: 1 }],
    ["the longest service name", { serviceName: "a".repeat(50) }],
    ["every address of the host", { publishAddress: "0.0.0.0" }],
    ["all GPUs", { gpus: "all", engine: withGpus }],
    ["some GPUs", { gpus: "device=0,GPU-3a", engine: withGpus }],
    ["an engine of which nothing is known", { engine: undefined, cpus: 900, gpus: "all" }],
    ["all of the engine's CPUs and memory", { cpus: engine.cpus, memoryMb: engine.memoryMb }],
    ["a port that this very stack holds", { engine: held("tfserving/dev") }],
  ])("%s", (_, args) => {
    const resolved = resolveModelServiceArgs({ ...required, engine, ...args });
    expect(checkModelService(resolved, "tfserving/dev", resolved.engine)).toEqual([]);
  });
});

describe("a service warns", () => {
  it("that a release in place of one replica interrupts it", () => {
    const [warning] = serviceWarnings({ strategy: ReleaseStrategy.InPlace, replicas: 1 });
    expect(warning).toContain("the service is away meanwhile");
    expect(serviceWarnings({ strategy: ReleaseStrategy.InPlace, replicas: 2 })).toEqual([]);
  });

  it("that a canary has too few replicas for its share", () => {
    const warnings = (replicas?: number) =>
      serviceWarnings({
        ...{ strategy: ReleaseStrategy.Surge, replicas: 4 },
        canary: { version: "2", percent: 60, replicas },
      });
    expect(warnings(2)).toEqual([expect.stringContaining("use 3")]);
    expect([...warnings(3), ...warnings()]).toEqual([]);
  });
});
