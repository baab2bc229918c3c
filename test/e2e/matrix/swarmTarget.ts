import { logs } from "../../support/docker";
import { mirrorImage } from "../../support/mirrorImage";
import { startRegistry } from "../../support/registry";
import { dockerOn } from "../../support/ownMachine";
import { openMachineRoom } from "../../support/swarmNodes";
import { swarmObjects } from "../../support/swarmTasks";
import { openTunnel, type Tunnel } from "../../support/tunnel";
import { inject } from "vitest";
import type { MatrixTarget } from "./target";

/** Canaries and autoscaling are not Swarm's. Of one node, so that it needs no registry. */
export const swarmFixed = { canary: "none", scaling: "fixed" } as const;

const restPort = 19301;

/** A swarm of one node, apart from this machine's own Docker Engine, and a registry. */
export async function swarmTarget(): Promise<MatrixTarget> {
  const room = openMachineRoom(3);
  const registry = await startRegistry(19399, room.address, { open: true });
  const { baseImage, balancerImage, notebookImage } = inject("images");
  const images = {
    baseImage: await mirrorImage(baseImage, registry),
    balancerImage: await mirrorImage(balancerImage, registry),
    notebookImage: await mirrorImage(notebookImage, registry),
  };
  const swarm = await room.startSwarm(1, registry.address);
  const [node] = swarm.nodes;
  Object.values(images).forEach((image) => dockerOn(node, "pull", "--quiet", image));
  let tunnel: Tunnel | undefined;
  return {
    fixed: swarmFixed,
    env: {},
    serving: /docker:index\/service:Service/,
    replacing: { says: /Service serving-replica updating/ },
    // No time-out, which the balancers have as well: their port allows one on a node at a time.
    flags: (number) => ({ restApiNumThreads: 8 + number }),
    settings: (row) => ({
      ...images,
      ...{ target: "swarm", host: node.host, restPort, grpcPort: 0, notebookPort: restPort + 1 },
      // One node's port has one balancer.
      ...{ swarmBalancers: 1, memoryMb: 1024, swarmReservedCpus: "0.1", drainSeconds: 2 },
      ...(row.registry === "none" ? {} : { registry: registry.address, registryPlainHttp: true }),
    }),
    open: async () => (tunnel ??= await openTunnel(node.address, restPort)).port,
    told: (label) =>
      swarmObjects(swarm.nodes, label)
        .map((object) => object.split(" ").slice(-2))
        .flatMap(([kind, id]) => [
          dockerOn(node, kind, "inspect", id),
          ...(kind === "config" ? [dockerOn(node, kind, "inspect", "--pretty", id)] : []),
          ...(kind === "container" ? [logs(id, "--host", node.host)] : []),
        ])
        .join("\n"),
    stop: async () => {
      tunnel?.close();
      await swarm.stop();
      await registry.stop();
      room.close();
    },
  };
}
