import { execFileSync } from "child_process";
import * as path from "path";
import { dockerOn } from "../test/support/ownMachine";
import { openMachineRoom, SwarmNode } from "../test/support/swarmNodes";
import { openTunnel } from "../test/support/tunnel";
import { until } from "../test/support/until";
import { buildPeerImage, peerEnvironment, peers } from "./support/compose";
import { imageName, standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { run } from "./support/process";
import { findCapacity, loadNote, Ports, releaseUnderLoad } from "./support/releaseLoad";
import { releaseGoals, releaseLine, releaseTables } from "./support/releaseReport";
import { openService } from "./support/service";

// Every second one goes back to the version before.
const releases = size(4, 1);
// Under load before and after each release.
const calmSeconds = size(10, 4);
const convergeMs = 300_000;

// Of a test network that no other test has.
const roomNumber = 88;
const ports = { restPort: 18881, grpcPort: 18880 };
const peerPorts = { restPort: 18883, grpcPort: 18882 };
const peerStack = "benchpeer";

measure("releaseSwarm", 15, async (later) => {
  const room = openMachineRoom(roomNumber);
  later(() => room.close());
  const swarm = await room.startSwarm(1, "127.0.0.0/8");
  later(() => swarm.stop());
  const [node] = swarm.nodes;
  say("copying base images to the swarm's own engine");
  copyImages(node, imageName("baseImage"), imageName("balancerImage"));

  const models = { 1: makeModel(1), 2: makeModel(2) };
  const service = await openService(
    "swarm",
    {
      target: "swarm",
      host: node.host,
      restPort: String(ports.restPort),
      grpcPort: String(ports.grpcPort),
      modelName,
      notebook: "false",
    },
    later,
  );
  await service.configure({ modelFolder: models[1] });
  say("bringing four replicas up");
  await service.up();
  const near = await tunnels(node, ports, later);
  const rate = (await findCapacity(near)) / 4;
  say(`load: ${rate.toFixed(0)} requests/s, a quarter of the capacity`);

  const ours = { name: "this project, Swarm", figures: [], seconds: [] } as Done;
  for (let release = 0; release < releases; release++) {
    const version = release % 2 === 0 ? 2 : 1;
    await service.configure({ modelFolder: models[version] });
    const result = await releaseUnderLoad(near, rate, calmSeconds, version, () => service.up());
    ours.figures.push(result.figures);
    ours.seconds.push(result.seconds);
    say(`release ${release + 1}: ${releaseLine(result.figures)}`);
  }
  await service.pulumi(["destroy", "--yes", "--skip-preview"]);

  const images = { 1: "bench-swarm-peer:1", 2: "bench-swarm-peer:2" };
  await buildPeerImage(images[1], models[1], later);
  await buildPeerImage(images[2], models[2], later);
  copyImages(node, images[1], images[2]);
  await deploy(node, images[1]);
  const nearPeer = await tunnels(node, peerPorts, later);
  await answers(nearPeer);
  await findCapacity(nearPeer);
  const theirs = await releaseUnderLoad(nearPeer, rate, calmSeconds, 2, () =>
    deploy(node, images[2]),
  );
  say(`docker stack deploy: ${releaseLine(theirs.figures)}`);
  const peer = {
    name: "docker stack deploy",
    figures: [theirs.figures],
    seconds: [theirs.seconds],
  };

  return {
    title: "A model change under load on Swarm",
    how: [
      "A swarm of one node, an engine of the bench's own in a network namespace. Four replicas; the " +
        `model's version is changed ${releases} times with \`pulumi up\`. ${loadNote(rate)}`,
      "`docker stack deploy` gets the same load for one deployment of another image, with Swarm's " +
        "default update settings, until Swarm calls the update completed: four replicas of the " +
        "two-line image that TensorFlow Serving's documentation makes, behind HAProxy as its own " +
        "guide configures it for Swarm ([bench/peers](../bench/peers)).",
      ...standInNote(),
    ],
    goals: releaseGoals([ours]),
    tables: releaseTables([ours, peer]),
    notMeasured: [
      "Several nodes: on one machine they would share its cores. Engine tests have three.",
      "Swarm's routing mesh, which needs a kernel with ip_vs: ports are published on the node.",
    ],
  };
});

type Done = Parameters<typeof releaseGoals>[0][0];

function copyImages(node: SwarmNode, ...images: string[]): void {
  const script = 'host=$1; shift; docker save "$@" | docker --host "$host" load --quiet';
  execFileSync("bash", ["-o", "pipefail", "-c", script, "bash", node.host, ...images], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Loads go to 127.0.0.1 only. */
async function tunnels(
  node: SwarmNode,
  { restPort, grpcPort }: Ports,
  later: (cleanUp: () => unknown) => void,
): Promise<Ports> {
  const rest = await openTunnel(node.address, restPort);
  later(() => rest.close());
  const grpc = await openTunnel(node.address, grpcPort);
  later(() => grpc.close());
  return { restPort: rest.port, grpcPort: grpc.port };
}

/** Deploys the peer's stack and waits until Swarm has done what it was told. */
async function deploy(node: SwarmNode, image: string): Promise<void> {
  const settings = { project: peerStack, modelName, ...peerPorts };
  const file = path.join(peers, "docker-stack.yml");
  const options = ["--resolve-image", "never", "--compose-file", file];
  await run("docker", ["--host", node.host, "stack", "deploy", ...options, peerStack], {
    env: { ...process.env, ...peerEnvironment(settings, image) },
  });
  const converged = () => {
    const filters = ["--filter", "desired-state=running"];
    const format = ["--format", "{{.Image}} {{.CurrentState}}"];
    const tasks = dockerOn(node, "service", "ps", ...filters, ...format, `${peerStack}_serving`);
    const status = ["service", "inspect", "--format", "{{json .UpdateStatus}}"];
    const state = dockerOn(node, ...status, `${peerStack}_serving`);
    const running = tasks.split("\n").filter((task) => task.startsWith(`${image} Running`));
    return running.length === 4 && !/"updating"/.test(state);
  };
  await until(`4 tasks run ${image}`, converged, convergeMs, 500);
}

async function answers({ restPort }: Ports): Promise<void> {
  const url = `http://127.0.0.1:${restPort}/v1/models/${modelName}`;
  await until("the peer answers", async () => (await fetch(url)).ok, convergeMs, 500);
}
