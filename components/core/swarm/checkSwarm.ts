import { DockerEngine } from "../engine/engine";
import { SwarmState } from "../engine/swarmState";
import { Problem } from "../arguments/problem";

/** The part of an engine's checks that every Swarm component shares: is there a swarm to order from? */
export function checkSwarm(engine?: DockerEngine): Problem[] {
  if (!engine) {
    return [];
  }
  const { host, swarm } = engine;
  if (!swarm) {
    return [
      {
        propertyPath: "host",
        reason:
          `is ${host}, an engine in no swarm: run docker swarm init there, ` +
          "or set host to a manager of one",
      },
    ];
  }
  return swarm.manager
    ? []
    : [
        {
          propertyPath: "host",
          reason:
            `is ${host}, a worker of its swarm, and only managers take orders: ` +
            "set host to a manager (docker node ls lists them there)",
        },
      ];
}

/** A generic resource as `KIND=COUNT`. */
export interface GenericResource {
  kind: string;
  count: number;
}

/** Reads `NVIDIA-GPU=1`; undefined where it is none. */
function parseGenericResource(text: string): GenericResource | undefined {
  const match = /^([A-Za-z][\w.-]*)=([1-9]\d{0,3})$/.exec(text);
  return match ? { kind: match[1], count: Number(match[2]) } : undefined;
}

/** Whether the nodes offer what all tasks of a service reserve together. */
export function checkGpus(
  gpus: string | undefined,
  tasks: number,
  swarm: SwarmState | undefined,
): Problem[] {
  if (gpus === undefined) {
    return [];
  }
  const wanted = parseGenericResource(gpus);
  if (!wanted) {
    return [
      {
        propertyPath: "gpus",
        reason: `is "${gpus}": on Swarm use a generic resource and how many of it, such as NVIDIA-GPU=1`,
      },
    ];
  }
  const offered = swarm?.genericResources[wanted.kind] ?? 0;
  if (!swarm || offered >= wanted.count * tasks) {
    return [];
  }
  const known = Object.entries(swarm.genericResources).map(([kind, count]) => `${kind}=${count}`);
  return [
    {
      propertyPath: "gpus",
      reason:
        `is "${gpus}", so ${tasks} tasks need ${wanted.count * tasks} of ${wanted.kind}, but the swarm's ready nodes ` +
        `offer ${known.length > 0 ? `${known.sort().join(", ")} in all` : "no generic resources"}: ` +
        "list them under node-generic-resources in the nodes' daemon.json, or use less",
    },
  ];
}
