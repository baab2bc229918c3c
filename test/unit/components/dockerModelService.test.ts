import { describe, expect, it } from "vitest";

import type { DockerModelServiceArgs } from "../../../components";
import { renderBalancerConfig } from "../../../components/balancer/balancerConfig";
import { renderServer } from "../../../components/tfserving/serverOptions";
import { engine } from "../../support/fakeEngine";
import { urn } from "../../support/mocks";
import { component, container, createService, labels, network, remoteImage } from "./modelService";

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
      `${container} serving-replica-1`,
      `${container} serving-replica-2`,
      `${container} serving-replica-3`,
      `${container} serving-replica-4`,
      `${network} serving`,
      `${remoteImage} serving-balancer`,
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
      user: "10003:10001",
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving_replica"] }],
      cpus: "1.0",
      memory: 2048,
      memorySwap: 2048,
      ulimits: [{ name: "nproc", soft: 1024, hard: 1024 }],
      healthcheck: {
        tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check"],
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 60,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
  });

  it("have exact inputs: the balancer's image, which outlives the stack", async () => {
    const { recording } = await createService();
    expect(recording.find(remoteImage).inputs).toEqual({
      name: "haproxy:3.2.4",
      keepLocally: true,
    });
  });

  it("have exact inputs: the balancer", async () => {
    const { balancer } = await createService();
    const config = renderBalancerConfig({
      replicaAlias: "tf_model_serving_replica",
      requestTimeoutMs: 31_000,
    });
    expect(balancer.inputs).toEqual({
      ...hardened,
      image: "sha256:id-of-haproxy:3.2.4",
      command: [
        "sh",
        "-c",
        'printf "%s" "$BALANCER_CONFIG" > /tmp/haproxy.cfg && exec haproxy -W -db -f /tmp/haproxy.cfg',
      ],
      envs: [`BALANCER_CONFIG=${config}`],
      labels: labels("balancer"),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=1m,mode=1777" },
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving"] }],
      ports: [{ internal: 8501, external: 8501, ip: "127.0.0.1" }],
      cpus: "1.0",
      memory: 512,
      memorySwap: 512,
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

  it("make the balancer wait for every replica", async () => {
    const { balancer } = await createService(() => ({ replicas: 2 }));
    expect(balancer.dependencies).toEqual(
      expect.arrayContaining([
        urn(container, "serving-replica-1", component),
        urn(container, "serving-replica-2", component),
      ]),
    );
  });
});

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

it("gives every replica a user of its own, since the limit of processes counts by user", async () => {
  const { replicas } = await createService(() => ({ replicas: 3 }));
  expect(replicas.map(({ inputs }) => inputs.user)).toEqual([
    "10001:10001",
    "10002:10001",
    "10003:10001",
  ]);
});
