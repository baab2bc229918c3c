import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { dockerTarget } from "../../../cli/targets/docker/dockerTarget";
import type { StackContext } from "../../../cli/targets/target";
import { root } from "../../../cli/setup/folders";
import { describeLoad, Load, startLoad } from "../../support/load";
import { mirrorImage } from "../../support/mirrorImage";
import { spoilVariables } from "../../support/modelFolder";
import { Registry, startRegistry } from "../../support/registry";
import { connect, modelStatusMethod, serializeModelStatus } from "../../support/servingGrpc";
import { configure, createStack, TestStack } from "../../support/stack";
import { dockerOn } from "../../support/ownMachine";
import { MachineRoom, openMachineRoom, TestSwarm } from "../../support/swarmNodes";
import { swarmObjects, tasks } from "../../support/swarmTasks";
import { openTunnel, Tunnel } from "../../support/tunnel";
import { until } from "../../support/until";

const restPort = 18701;
const grpcPort = 18700;
const request = JSON.stringify({ inputs: { x: [[1, 2, 3]], notes: "none" } });
const releases = path.join(root, "test/unit/tfserving/testdata/scale/1");

describe("a stack on a swarm of three nodes", () => {
  let room: MachineRoom;
  let registry: Registry;
  let swarm: TestSwarm;
  let stack: TestStack;
  let config: Record<string, string>;
  let outputs: Record<string, { value: unknown; secret: boolean }>;
  const models = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-models-"));
  const tunnels: Tunnel[] = [];

  beforeAll(async () => {
    room = openMachineRoom();
    registry = await startRegistry(18799, room.address);
    const { baseImage, balancerImage } = inject("images");
    const mirrored = {
      baseImage: await mirrorImage(baseImage, registry),
      balancerImage: await mirrorImage(balancerImage, registry),
    };
    swarm = await room.startSwarm(3, registry.address);
    pullOn(swarm, registry, mirrored.baseImage);
    addVersion(1);
    config = {
      ...mirrored,
      target: "swarm",
      host: swarm.nodes[0].host,
      modelFolder: models,
      modelName: "scale",
      restPort: String(restPort),
      grpcPort: String(grpcPort),
      replicas: "3",
      memoryMb: "1024",
      notebook: "false",
      registry: registry.address,
      registryUsername: registry.username,
      registryPassword: registry.password,
      registryPlainHttp: "true",
    };
    stack = await createStack("swarm", config);
    outputs = (await stack.stack.up()).outputs;
  });
  afterAll(async () => {
    tunnels.forEach((tunnel) => tunnel.close());
    try {
      await stack?.remove();
    } finally {
      await swarm?.stop();
      await registry?.stop();
      room?.close();
      fs.rmSync(models, { recursive: true, force: true });
    }
  });

  test("spreads replicas and balancers over the nodes, by the pushed digest", () => {
    const [manager] = swarm.nodes;
    const names = swarm.nodes.map(({ name }) => name);
    for (const part of ["replica", "balancer"]) {
      const running = tasks(manager, stack.label, part);
      expect(running.map(({ state }) => state)).toEqual(Array(3).fill("Running"));
      expect(running.map(({ node }) => node).sort()).toEqual(names);
    }
    expect(outputs.image.value).toMatch(
      new RegExp(`^${registry.address}/tf_serving@sha256:[0-9a-f]{64}$`),
    );
  });

  test("answers REST on every node", async () => {
    expect(outputs.restUrl.value).toBe(
      `http://${swarm.nodes[0].address}:${restPort}/v1/models/scale`,
    );
    for (const { address } of swarm.nodes) {
      expect(await double(`http://${address}:${restPort}`)).toEqual([[2, 4, 6]]);
    }
  });

  test("answers gRPC on every node", async () => {
    for (const { address } of swarm.nodes) {
      const client = connect(`${address}:${grpcPort}`);
      try {
        const [{ version, state }] = await client.getModelStatus({ model: "scale" });
        expect({ version: String(version), state }).toEqual({ version: "1", state: "AVAILABLE" });
      } finally {
        client.close();
      }
    }
  });

  test("shows its tasks on all nodes to npm run status, and what they say to npm run logs", async () => {
    const target = dockerTarget({
      ...{ host: swarm.nodes[0].host, label: stack.label, stack: "test" },
      outputs: () => Promise.resolve(undefined),
    } as unknown as StackContext);
    const { parts } = await target.status();
    expect(parts.map(({ part, id, state }) => `${part} ${id} ${state}`)).toEqual([
      ...Array(3).fill("balancer  running"),
      ...["replica 1 running", "replica 2 running", "replica 3 running"],
    ]);
    const said: string[] = [];
    await target.logs({ tail: "all", timestamps: false, follow: false }, (line) => said.push(line));
    for (const replica of [1, 2, 3]) {
      expect(said).toContainEqual(
        expect.stringMatching(new RegExp(`^replica ${replica} +\\| supervisor: ready$`)),
      );
    }
  });

  test("runs its tasks without root, capabilities or writable root, labelled", () => {
    for (const node of swarm.nodes) {
      const filter = `label=tfserving.stack=${stack.label}`;
      const ids = dockerOn(node, "ps", "--quiet", "--filter", filter).split("\n");
      // A replica, a balancer, and what brings the balancer its files.
      expect(ids).toHaveLength(3);
      for (const id of ids) {
        const [{ HostConfig }] = JSON.parse(dockerOn(node, "inspect", id));
        expect(dockerOn(node, "exec", id, "id", "-u")).not.toBe("0");
        expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ["ALL"] });
      }
    }
  });

  test("changes nothing in a second update", async () => {
    const before = taskIds();
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(taskIds()).toEqual(before);
  });

  test("scales in place and leaves the other replicas and the balancers alone", async () => {
    const [manager] = swarm.nodes;
    const before = tasks(manager, stack.label, "replica").map(({ id }) => id);
    const balancers = tasks(manager, stack.label, "balancer");
    const { summary } = await scaleTo("4");
    expect(summary.resourceChanges).toMatchObject({ update: 1 });
    const after = tasks(manager, stack.label, "replica").map(({ id }) => id);
    expect(after).toHaveLength(4);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(tasks(manager, stack.label, "balancer")).toEqual(balancers);
  });

  test("loses no request in a release under load", async () => {
    const load = await loadOn(0);
    await load.more(50);
    load.mark("release");
    addVersion(2);
    await stack.stack.up();
    load.mark("after");
    await load.more(50);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    expect(result.phases.release.total).toBeGreaterThan(100);
    await untilServed("2");
  });

  test("rolls a release back whose model cannot be loaded, and serves on", async () => {
    const load = await loadOn(0);
    const broken = addVersion(3);
    spoilVariables(broken);
    const failure = await stack.stack.up().catch((error: Error) => error.message);
    expect(failure).toMatch(/rollback/);
    expect(failure).toMatch(/The new replica \d failed: .*It said:[^]*Loading servable.*failed/);
    // Pulumi's record names the broken release; a refresh, as npm run up does it, sees the old one.
    await expect(stack.stack.up({ refresh: true })).rejects.toThrow(/rollback/);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    await untilServed("2");

    fs.rmSync(broken, { recursive: true });
    addVersion(4);
    await stack.stack.up();
    await untilServed("4");
  });

  test("loses no request in a release of a single replica either", async () => {
    await scaleTo("1");
    const load = await loadOn(0);
    await load.more(50);
    addVersion(5);
    await stack.stack.up();
    await untilServed("5");
    await load.more(50);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    await scaleTo("4");
  });

  test("loses no request that can be sent again when a node dies, and replaces its tasks", async () => {
    const loads = [await loadOn(0), await callsOn(0)];
    await loads[0].more(50);
    await swarm.nodes[2].unplug();
    const livingReplicas = () =>
      tasks(swarm.nodes[0], stack.label, "replica").filter(
        ({ node, state }) => node !== "node3" && state === "Running",
      );
    await eventually("all replicas run on the living nodes", () => livingReplicas().length === 4);
    await loads[0].more(50);
    for (const load of loads) {
      const result = await load.stop();
      expect(result.failed, describeLoad(result)).toBe(0);
    }
    expect(await double(`http://${swarm.nodes[1].address}:${restPort}`)).toEqual([[2, 4, 6]]);
  });

  test("gives a first release up that cannot be loaded, and leaves nothing of it", async () => {
    const broken = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-broken-"));
    const folder = path.join(broken, "scale/1");
    fs.cpSync(releases, folder, { recursive: true });
    spoilVariables(folder);
    const ports = { restPort: String(restPort + 2), grpcPort: String(grpcPort + 2) };
    const first = await createStack("swarm-first", { ...config, ...ports, modelFolder: broken });
    try {
      const failure = await first.stack.up().catch((error: Error) => error.message);
      expect(failure).toMatch(/The new replica \d failed: .*It said:[^]*Loading servable.*failed/);
      expect(tasks(swarm.nodes[0], first.label, "replica")).toEqual([]);
    } finally {
      await first.remove();
      fs.rmSync(broken, { recursive: true, force: true });
    }
  });

  test("leaves nothing when it is destroyed", async () => {
    await stack.stack.destroy();
    const living = swarm.nodes.slice(0, 2);
    await eventually(
      "the nodes have removed their containers",
      () => swarmObjects(living, stack.label).length === 0,
    );
  });

  async function scaleTo(replicas: string) {
    config.replicas = replicas;
    await configure(stack.stack, config);
    return stack.stack.up();
  }

  /** Adds a model version; gives its folder. */
  function addVersion(version: number): string {
    const folder = path.join(models, "scale", String(version));
    fs.cpSync(releases, folder, { recursive: true });
    return folder;
  }

  function taskIds(): string[] {
    return ["replica", "balancer"].flatMap((part) =>
      tasks(swarm.nodes[0], stack.label, part).map(({ id }) => id),
    );
  }

  /** The last old replica may answer for some seconds after an update has ended. */
  async function untilServed(wanted: string): Promise<void> {
    await eventually(`version ${wanted} is served`, async () => {
      const answer = await fetch(String(outputs.restUrl.value));
      const { model_version_status: versions } = await answer.json();
      return versions.map(({ version }: { version: string }) => version).join() === wanted;
    });
  }

  /** A steady load on the balancer of one node. */
  async function loadOn(node: number): Promise<Load> {
    const url = `http://127.0.0.1:${await tunnelTo(node, restPort)}/v1/models/scale:predict`;
    return startLoad({ target: { api: "rest", url, body: request }, perSecond: 25 });
  }

  /** Calls over one connection, which the balancer spreads over one to each replica. */
  async function callsOn(node: number): Promise<Load> {
    const address = `127.0.0.1:${await tunnelTo(node, grpcPort)}`;
    const status = serializeModelStatus({ model: "scale" });
    const target = { api: "grpc", address, method: modelStatusMethod, request: status } as const;
    return startLoad({ target, perSecond: 25 });
  }

  async function tunnelTo(node: number, port: number): Promise<number> {
    const tunnel = await openTunnel(swarm.nodes[node].address, port);
    tunnels.push(tunnel);
    return tunnel.port;
  }
});

/** The model's factor is 2. */
async function double(origin: string): Promise<unknown> {
  const answer = await fetch(`${origin}/v1/models/scale:predict`, {
    method: "POST",
    body: request,
  });
  return (await answer.json()).outputs.y;
}

/** The layers that all releases share; nodes have them long before the first one. */
function pullOn(swarm: TestSwarm, registry: Registry, image: string): void {
  const config = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-docker-"));
  const auth = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  fs.writeFileSync(
    path.join(config, "config.json"),
    JSON.stringify({ auths: { [registry.address]: { auth } } }),
  );
  const pulls = swarm.nodes.map(({ host }) => `docker --host ${host} pull --quiet ${image} &`);
  execFileSync("sh", ["-c", `${pulls.join(" ")} wait`], {
    env: { ...process.env, DOCKER_CONFIG: config },
    stdio: ["ignore", "ignore", "inherit"],
  });
  fs.rmSync(config, { recursive: true });
}

/** Nodes take their time, and asking them costs. */
function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<true> {
  return until(what, holds, 120_000, 500);
}
