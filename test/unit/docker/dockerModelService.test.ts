import { describe, expect, it } from "vitest";

import * as fs from "node:fs";
import * as path from "node:path";

import { type DockerModelServiceArgs, ReleaseStrategy } from "../../../components";
import { resolveModelServiceArgs } from "../../../components/docker/modelServiceArgs";
import { renderBalancerConfig } from "../../../components/serving/balancerConfig";
import { renderServer } from "../../../components/tfserving/serverOptions";
import { engine } from "../../support/fakeEngine";
import { urn } from "../../support/mocks";
import {
  component,
  container,
  createService,
  labels,
  network,
  remoteImage,
  volume,
} from "./modelService";

const runScript = fs.readFileSync(path.join(__dirname, "../../../components/serving/run"), "utf8");

const hardened = {
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  networkMode: "bridge",
  mustRun: true,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
};

describe("the children of a service with all defaults", () => {
  it("are a network, four replicas and a balancer with its image, by stable names", async () => {
    const { children } = await createService();
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      `${container} serving-balancer`,
      `${container} serving-balancer-config`,
      `${container} serving-replica-1`,
      `${container} serving-replica-2`,
      `${container} serving-replica-3`,
      `${container} serving-replica-4`,
      `${network} serving`,
      `${remoteImage} serving-balancer`,
      `${volume} serving-balancer`,
    ]);
  });

  it("belong to the component and use the provider that it was given", async () => {
    const { children } = await createService();
    for (const { name, parent, provider } of children) {
      expect({ name, parent, provider }).toEqual({
        name,
        parent: urn(component, "serving"),
        provider: urn("pulumi:providers:docker", "docker"),
      });
    }
  });

  it("have exact inputs: the network", async () => {
    const { recording } = await createService();
    expect(recording.find(network).inputs).toEqual({ driver: "bridge", labels: labels("network") });
  });

  it("have exact inputs: a replica", async () => {
    const { replicas } = await createService();
    const server = renderServer(undefined, { cpus: 1 });
    expect(replicas.find(({ name }) => name === "serving-replica-3")?.inputs).toEqual({
      ...hardened,
      image: "sha256:model",
      command: server.flags,
      envs: [
        "TFS_DRAIN_SECONDS=5",
        `TFS_FILE_monitoring_config_file=${server.files.monitoring_config_file}`,
      ],
      labels: labels("replica", { "tfserving.replica": "3" }),
      user: expect.stringMatching(/^\d{5}:10001$/),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving_replica"] }],
      cpus: "1.0",
      memory: 2048,
      memorySwap: 2048,
      ulimits: [{ name: "nproc", soft: 1024, hard: 1024 }],
      healthcheck: {
        tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check", "joined"],
        timeout: "5s",
        retries: 3,
        startPeriod: "40s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 50,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
  });

  it("have exact inputs: the balancer's image, which outlives the stack", async () => {
    const { recording } = await createService();
    expect(recording.find(remoteImage).inputs).toEqual({
      name: "haproxy:3.2.24",
      keepLocally: true,
    });
  });

  it("have exact inputs: the balancer", async () => {
    const { balancer } = await createService();
    expect(balancer.inputs).toEqual({
      ...hardened,
      image: "sha256:id-of-haproxy:3.2.24",
      command: ["bash", "-c", runScript],
      envs: ["BALANCER_CONFIG_FILE=/config/haproxy.cfg"],
      labels: labels("balancer"),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=4m,mode=1777" },
      volumes: [
        { volumeName: "serving-balancer-1a2b3c4", containerPath: "/config", readOnly: true },
      ],
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving"] }],
      ports: [{ internal: 8501, external: 8501, ip: "127.0.0.1" }],
      cpus: "1.0",
      memory: 1024,
      memorySwap: 1024,
      ulimits: [{ name: "nproc", soft: 512, hard: 512 }],
      healthcheck: {
        tests: ["CMD", "bash", "-c", expect.stringContaining("/dev/tcp/127.0.0.1/8404")],
        timeout: "5s",
        retries: 3,
        startPeriod: "10s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 60,
      destroyGraceSeconds: 10,
    });
  });
});

it("writes the balancer's configuration to its volume, by a container that has nothing else", async () => {
  const { recording } = await createService();
  const config = renderBalancerConfig({
    replicaAlias: "tf_model_serving_replica",
    times: { restMs: 31_000, grpcMs: 60_000 },
  });
  expect(recording.find(container, "serving-balancer-config").inputs).toEqual({
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    readOnly: true,
    networkMode: "none",
    user: "0:0",
    image: "sha256:id-of-haproxy:3.2.24",
    command: ["sh", "-c", expect.stringContaining("/config/haproxy.cfg")],
    envs: [`BALANCER_CONFIG=${config}`],
    labels: labels("balancer-config"),
    volumes: [{ volumeName: "serving-balancer-1a2b3c4", containerPath: "/config" }],
    cpus: "1.0",
    memory: 64,
    memorySwap: 64,
    ulimits: [{ name: "nproc", soft: 512, hard: 512 }],
    logDriver: "json-file",
    logOpts: { "max-size": "1m", "max-file": "1" },
    restart: "no",
    mustRun: false,
    attach: true,
  });
});

describe("a canary", () => {
  const canary = { image: "sha256:next", version: "200", percent: 30 };

  it("has replicas of its own, as large a part of them as of the requests", async () => {
    const { children } = await createService(() => ({ replicas: 4, canary }));
    const names = children.map(({ name }) => name).filter((name) => name.includes("canary"));
    expect(names).toEqual(["serving-canary-1", "serving-canary-2"]);
  });

  it("differs from the replicas in image, name on the network, version, number and user", async () => {
    const { recording } = await createService(() => ({ canary, modelVersion: "100" }));
    const replica = recording.find(container, "serving-replica-1").inputs;
    expect(recording.find(container, "serving-canary-1").inputs).toEqual({
      ...replica,
      image: "sha256:next",
      labels: labels("canary", { "tfserving.replica": "1", "tfserving.version": "200" }),
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving_canary"] }],
      user: expect.stringMatching(/^\d{5}:10001$/),
    });
    expect(replica.labels).toEqual(
      labels("replica", { "tfserving.replica": "1", "tfserving.version": "100" }),
    );
  });

  it("changes nothing but the balancer's configuration when its share changes", async () => {
    const shared = async (percent: number) => {
      const args = { canary: { ...canary, percent, replicas: 1 } };
      const { children } = await createService(() => args);
      return Object.fromEntries(children.map(({ type, name, inputs }) => [type + name, inputs]));
    };
    const [before, after] = [await shared(10), await shared(90)];
    const changed = Object.keys(after).filter(
      (key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]),
    );
    expect(changed).toEqual([`${container}serving-balancer-config`]);
  });
});

describe("the options of the children", () => {
  const recorded = ["healthcheck", "tmpfs", "init", "#initerror"];

  it("start a new replica before the old one is stopped", async () => {
    const { replicas } = await createService();
    for (const { deleteBeforeReplace, replaceOnChanges } of replicas) {
      expect({ deleteBeforeReplace, replaceOnChanges }).toEqual({
        deleteBeforeReplace: false,
        replaceOnChanges: recorded,
      });
    }
  });

  it("stop the balancer before its successor takes the same host ports", async () => {
    const { deleteBeforeReplace, replaceOnChanges } = (await createService()).balancer;
    expect({ deleteBeforeReplace, replaceOnChanges }).toEqual({
      deleteBeforeReplace: true,
      replaceOnChanges: recorded,
    });
  });

  it("replace one replica after the other in a rolling release", async () => {
    const { replicas } = await createService(() => ({ strategy: ReleaseStrategy.InPlace }));
    expect(replicas.map(({ deleteBeforeReplace }) => deleteBeforeReplace)).toEqual(
      Array(4).fill(true),
    );
  });

  it("make no container wait for another to be removed", async () => {
    const { children } = await createService();
    const waiting = children.filter(({ dependencies }) =>
      dependencies.some((dependency) => /replica|::serving-balancer$/.test(dependency)),
    );
    expect(waiting.map(({ name }) => name)).toEqual([
      "serving-balancer-config",
      "serving-balancer",
    ]);
  });
});

it.each([
  [{ cpus: 16 }, 1, 8],
  [{ cpus: 16 }, 3, 2],
  [{ cpus: 2 }, 4, 1],
])(
  "starts as many replicas at a time as half of a host with %o serves at %d CPUs: %d",
  (host, cpus, expected) => {
    const args = { image: "x", modelName: "m", cpus, engine: { ...engine, ...host } };
    expect(resolveModelServiceArgs(args).parallelStarts).toBe(expected);
  },
);

it("keeps what the engine says of itself out of the state, where it would change by itself", async () => {
  const { recording } = await createService(() => ({ engine }));
  expect(recording.find(component).inputs).toEqual({});
});

describe("a change of a service leaves everything else alone:", () => {
  /** Inputs by type and name. */
  async function inputs(args: Partial<DockerModelServiceArgs>): Promise<Record<string, unknown>> {
    const { children } = await createService(() => args);
    return Object.fromEntries(
      children.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]),
    );
  }

  function replicaNames(from: number, to: number): string[] {
    const all = Array.from(
      { length: to },
      (_, index) => `${container} serving-replica-${index + 1}`,
    );
    return all.slice(from - 1);
  }

  it("scaled from 4 to 2 to 6", async () => {
    const four = await inputs({ replicas: 4 });
    const two = await inputs({ replicas: 2 });
    const six = await inputs({ replicas: 6 });
    for (const name of replicaNames(3, 4)) delete four[name];
    for (const name of replicaNames(3, 6)) delete six[name];
    expect(four).toEqual(two);
    expect(six).toEqual(two);
  });

  it("another image, other limits and other flags of the replicas", async () => {
    const before = await inputs({ replicas: 2 });
    const after = await inputs({
      replicas: 2,
      image: "sha256:next",
      cpus: 2,
      memoryMb: 512,
      pids: 128,
      drainSeconds: 1,
      startTimeoutSeconds: 10,
      server: { enableCors: true },
    });
    for (const name of replicaNames(1, 2)) {
      delete before[name];
      delete after[name];
    }
    expect(after).toEqual(before);
  });
});

describe("no two replicas that run at a time share a user, since the limit of processes counts by user", () => {
  type Args = Partial<DockerModelServiceArgs>;
  const base = { replicas: 2, canary: { image: "sha256:next", version: "2", percent: 10 } };

  async function users(args: Args = {}): Promise<string[]> {
    const { children } = await createService(() => ({ ...base, ...args }));
    return children
      .filter(({ name }) => /-(replica|canary)-\d+$/.test(name))
      .map(({ inputs }) => inputs.user as string);
  }

  it("of one service: each has its own", async () => {
    const all = await users({ replicas: 5 });
    expect(new Set(all).size).toBe(all.length);
  });

  it.each<[string, Args]>([
    ["image", { image: "sha256:new" }],
    ["model version", { modelVersion: "7" }],
    ["drain", { drainSeconds: 6 }],
    ["stop grace", { stopGraceSeconds: 60 }],
    ["start time-out", { startTimeoutSeconds: 60 }],
    ["CPUs, which thread counts follow", { cpus: 2 }],
    ["limit of processes", { pids: 2048 }],
    ["flags", { server: { enableCors: true } }],
    ["labels", { labels: { team: "vision" } }],
  ])("old and new ones of a release that changes the %s", async (_, args) => {
    const [before, after] = [await users(), await users(args)];
    expect(after[0]).not.toBe(before[0]);
  });

  it.each<[string, Args]>([
    ["memory limit", { memoryMb: 4096 }],
    ["number of replicas", { replicas: 3 }],
    ["strategy", { strategy: ReleaseStrategy.InPlace }],
    ["balancer's image", { balancerImage: "haproxy:3.2.1" }],
  ])("the same ones as before stay when the %s changes", async (_, args) => {
    expect((await users(args))[0]).toBe((await users())[0]);
  });
});
