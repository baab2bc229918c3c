import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import {
  checkModelService,
  DockerModelService,
  DockerModelServiceArgs,
  ReleaseStrategy,
} from "../../../components";
import { serviceWarnings } from "../../../components/serving/checkReplicas";
import { resolveModelServiceArgs } from "../../../components/docker/modelServiceArgs";
import { engine } from "../../support/fakeEngine";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

const required = { image: "sha256:model", modelName: "my_model" };

const numbers = (min: number, max: number) => `use a whole number from ${min} to ${max}`;

/** The problems of a service, as "path reason". */
function problems(args: Partial<DockerModelServiceArgs>): string[] {
  const create = () => new DockerModelService("serving", { ...required, engine, ...args });
  return problemsOf(create).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
}

it("refuses a model name that no URL can hold", () => {
  expect(problems({ modelName: "a b" })).toEqual([
    expect.stringMatching(/^modelName "a b" cannot be used unescaped in URLs/),
  ]);
});

describe("a service refuses", () => {
  it.each<[string, Partial<DockerModelServiceArgs>, string]>([
    ["no replica", { replicas: 0 }, `replicas is 0: ${numbers(1, 256)}`],
    ["too many replicas", { replicas: 257 }, `replicas is 257: ${numbers(1, 256)}`],
    ["parts of replicas", { replicas: 1.5 }, `replicas is 1.5: ${numbers(1, 256)}`],
    ["a number that is none", { replicas: NaN }, `replicas is NaN: ${numbers(1, 256)}`],
    ["a port below the range", { restPort: 0 }, `restPort is 0: ${numbers(1, 65535)}`],
    ["a port above the range", { grpcPort: 65536 }, `grpcPort is 65536: ${numbers(1, 65535)}`],
    ["hardly any CPU", { cpus: 0.09 }, "cpus is 0.09: use 0.1 or more"],
    ["a CPU count that is no number", { cpus: NaN }, "cpus is NaN: use 0.1 or more"],
    ["hardly any memory", { memoryMb: 63 }, `memoryMb is 63: ${numbers(64, 4194304)}`],
    ["hardly any process", { pids: 63 }, `pids is 63: ${numbers(64, 65536)}`],
    [
      "a strategy that it does not know",
      { strategy: "recreate" as ReleaseStrategy },
      'strategy is "recreate": use surge or inPlace',
    ],
    ["no start at a time", { parallelStarts: 0 }, `parallelStarts is 0: ${numbers(1, 256)}`],
    [
      "a drain that lasts longer than the time to stop",
      { drainSeconds: 20, stopGraceSeconds: 20 },
      "stopGraceSeconds is 20, and drainSeconds is 20: Docker would kill a replica that still drains. " +
        "Use 24 or more, or drain for a shorter time",
    ],
    [
      "more than all requests for a canary",
      { canary: { image: "x", version: "2", percent: 101 } },
      `canary.percent is 101: ${numbers(0, 100)}`,
    ],
    [
      "a canary version that is no number",
      { canary: { image: "x", version: "next", percent: 1 } },
      'canary.version is "next": use the number of a model version',
    ],
    [
      "a canary without replicas",
      { canary: { image: "x", version: "2", percent: 1, replicas: 0 } },
      `canary.replicas is 0: ${numbers(1, 256)}`,
    ],
    ["a negative drain", { drainSeconds: -1 }, `drainSeconds is -1: ${numbers(0, 3600)}`],
    [
      "no time to start",
      { startTimeoutSeconds: 0 },
      `startTimeoutSeconds is 0: ${numbers(1, 3600)}`,
    ],
    [
      "gRPC calls without end",
      { grpcTimeoutSeconds: 0 },
      `grpcTimeoutSeconds is 0: ${numbers(1, 3595)}`,
    ],
    [
      "one port for both protocols",
      { restPort: 9000, grpcPort: 9000 },
      "grpcPort is 9000 like restPort: give each a port of its own",
    ],
    [
      "a model that is not among those that are served",
      { server: { models: [{ name: "birds" }, { name: "fish" }] } },
      'modelName is "my_model", which is not among the models that are served: use one of birds, fish',
    ],
    [
      "flags that the server refuses",
      { server: { batching: { maxBatchSize: 0 } } },
      "server.batching.maxBatchSize is 0: use a whole number from 1 to 9007199254740991",
    ],
  ])("%s", (_, args, problem) => {
    expect(problems(args)).toEqual([problem]);
  });

  it.each(["", "TF", "a b", "-a", "a-", "a.b", "a/b", "é", "a".repeat(51)])(
    "the service name %j",
    (serviceName) => {
      expect(problems({ serviceName })).toEqual([
        `serviceName is "${serviceName}", which cannot be a name on the network: use up to 50 ` +
          "lower-case letters, digits, _ and -, with a letter or digit at both ends",
      ]);
    },
  );

  it.each(["localhost", "::1", "127.0.0", "127.0.0.256", "127.0.0.1.1", ""])(
    "the address %j",
    (publishAddress) => {
      expect(problems({ publishAddress })).toEqual([
        `publishAddress is "${publishAddress}", which is no IPv4 address: use 127.0.0.1`,
      ]);
    },
  );

  it.each(["", "1", "device=", "device=0, 2", "all,device=0"])("the GPUs %j", (gpus) => {
    expect(problems({ gpus, engine: { ...engine, runtimes: ["nvidia"] } })).toEqual([
      `gpus is "${gpus}": use "all", or "device=0,2" with numbers or UUIDs of GPUs`,
    ]);
  });
});

describe("a service accepts", () => {
  it.each<[string, Partial<DockerModelServiceArgs>]>([
    ["the fewest of everything", { replicas: 1, cpus: 0.1, memoryMb: 64, pids: 64 }],
    ["the most replicas", { replicas: 256 }],
    ["the first and the last port", { restPort: 1, grpcPort: 65535 }],
    ["no drain", { drainSeconds: 0, startTimeoutSeconds: 1 }],
    ["the longest service name", { serviceName: "a".repeat(50) }],
    ["every address of the host", { publishAddress: "0.0.0.0" }],
    ["all GPUs", { gpus: "all", engine: { ...engine, runtimes: ["nvidia"] } }],
    ["some GPUs", { gpus: "device=0,GPU-3a", engine: { ...engine, runtimes: ["nvidia"] } }],
    ["an engine of which nothing is known", { engine: undefined, cpus: 900, gpus: "all" }],
    ["all of the engine's CPUs and memory", { cpus: engine.cpus, memoryMb: engine.memoryMb }],
  ])("%s", (_, args) => {
    const resolved = resolveModelServiceArgs({ ...required, engine, ...args });
    expect(checkModelService(resolved, "tfserving/dev", resolved.engine)).toEqual([]);
  });
});

describe("a service checks against the engine", () => {
  const arm64 = { ...engine, host: "ssh://ada@pi", architecture: "arm64" };

  it.each<[string, Partial<DockerModelServiceArgs>, string]>([
    [
      "its architecture",
      { engine: arm64 },
      "host is ssh://ada@pi, a linux/arm64 engine: TensorFlow Serving's image exists for " +
        "linux/amd64 only and needs AVX, which emulation often lacks. Set host to an amd64 " +
        "engine, for example ssh://user@machine",
    ],
    [
      "its operating system",
      { engine: { ...engine, os: "windows" } },
      "host is unix:///var/run/docker.sock, a windows/amd64 engine: TensorFlow Serving's image " +
        "exists for linux/amd64 only and needs AVX, which emulation often lacks. Set host to an " +
        "amd64 engine, for example ssh://user@machine",
    ],
    [
      "its CPUs",
      { cpus: 8.5 },
      "cpus is 8.5, more than the 8 CPUs of the Docker host: use at most 8",
    ],
    [
      "its memory",
      { memoryMb: 16385 },
      "memoryMb is 16385, more than the 16384 MiB of the Docker host: use less",
    ],
    [
      "its runtime for GPUs",
      { gpus: "all" },
      'gpus is "all", but the engine at unix:///var/run/docker.sock has no nvidia runtime: ' +
        "install the NVIDIA Container Toolkit there, or leave gpus out",
    ],
  ])("%s", (_, args, problem) => {
    expect(problems(args)).toEqual([problem]);
  });

  const held = (stack?: string) => ({
    ...engine,
    takenPorts: [
      {
        port: 8501,
        address: "127.0.0.1",
        holder: stack ? "container web" : "another process",
        stack,
      },
    ],
  });

  it("its ports: one that a process holds", () => {
    expect(problems({ engine: held() })).toEqual([
      "restPort is 8501, which another process holds on the Docker host: stop that, or choose " +
        "another port",
    ]);
  });

  it("its ports: one that another stack holds", () => {
    expect(problems({ restPort: 1234, grpcPort: 8501, engine: held("tfserving/prod") })).toEqual([
      "grpcPort is 8501, which container web of stack tfserving/prod holds on the Docker host: " +
        "stop that, or choose another port",
    ]);
  });

  it("its ports: one that this very stack holds is free", () => {
    const resolved = resolveModelServiceArgs(required);
    expect(checkModelService(resolved, "tfserving/dev", held("tfserving/dev"))).toEqual([]);
  });
});

it("names all problems in one error, before anything is registered", async () => {
  const provider = new docker.Provider("docker", { host: engine.host });
  const create = () =>
    new DockerModelService(
      "serving",
      { ...required, replicas: 0, cpus: 0, serviceName: "", engine },
      { provider },
    );
  expect(create).toThrow(pulumi.InputPropertiesError);
  expect(create).toThrow("DockerModelService serving cannot work with these arguments");
  expect(problemsOf(create).map(({ propertyPath }) => propertyPath)).toEqual([
    "replicas",
    "cpus",
    "serviceName",
  ]);
  await settle();
  expect(recording.resources.map(({ type }) => type)).toEqual(["pulumi:providers:docker"]);
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
        strategy: ReleaseStrategy.Surge,
        replicas: 4,
        canary: { version: "2", percent: 60, replicas },
      });
    expect(warnings(2)).toEqual([expect.stringContaining("use 3")]);
    expect([...warnings(3), ...warnings()]).toEqual([]);
  });
});
