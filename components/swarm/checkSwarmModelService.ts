import { maxReplicas } from "../serving/balancerConfig";
import { checkModelService, ModelServiceShape } from "../docker/checkModelService";
import { DockerEngine } from "../engine/engine";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import { Problem, wholeNumber } from "../core/problem";
import { checkStopGrace } from "../serving/stopTimes";
import { checkGpus, checkSwarm } from "./checkSwarm";
import { EndpointMode, leaveSeconds } from "./swarmModelServiceArgs";

/** The part of a Swarm service's arguments that can be judged before there is any resource. */
export interface SwarmModelServiceShape extends Omit<
  ModelServiceShape,
  "publishAddress" | "pids" | "gpus"
> {
  endpointMode: string;
  address: string;
  balancers: number;
  reservedCpus: number;
  gpus?: string;
  constraints?: string[];
  spreadOver?: string;
  stopGraceSeconds: number;
  strategy: ReleaseStrategy;
  parallelStarts: number;
  registry?: object;
  subnet?: string;
}

// A /24 less the network's, gateway's and broadcast addresses and one per node for its own use.
const tasksInDefaultSubnet = 240;
/**
 * Everything about a Swarm service that would be refused, or accepted and never run.
 *
 * @param stack - `<project>/<stack>`; ports that its own balancers hold are free
 * @param engine - the manager that shall take the orders. @default - nothing is held against one
 */
export function checkSwarmModelService(
  shape: SwarmModelServiceShape,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  return [
    ...checkCommon(shape, stack, engine),
    ...wholeNumber("balancers", shape.balancers, 1, maxReplicas),
    ...checkMode(shape.endpointMode),
    ...checkStopGrace(shape, "Swarm", { leaveSeconds }),
    ...checkReservedCpus(shape),
    ...checkPlacement(shape),
    ...checkSubnet(shape),
    ...checkSwarm(engine),
    ...checkGpus(shape.gpus, shape.replicas, engine?.swarm),
    ...(engine?.swarm?.manager ? checkNodes(shape, engine) : []),
  ];
}

/** What a service on one Docker host is checked for too; limits are compared with the nodes instead. */
function checkCommon(
  shape: SwarmModelServiceShape,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  const node = engine?.swarm?.manager
    ? {
        ...engine,
        cpus: engine.swarm.largestNodeCpus,
        memoryMb: engine.swarm.largestNodeMemoryMb,
      }
    : engine;
  const common = {
    ...shape,
    publishAddress: "0.0.0.0",
    pids: 1024,
    gpus: undefined,
    stopGraceSeconds: undefined,
  };
  return checkModelService(common, stack, node);
}

function checkMode(mode: string): Problem[] {
  const modes: string[] = Object.values(EndpointMode);
  return modes.includes(mode)
    ? []
    : [{ propertyPath: "endpointMode", reason: `is "${mode}": use ${modes.join(" or ")}` }];
}

function checkReservedCpus({ cpus, reservedCpus }: SwarmModelServiceShape): Problem[] {
  return reservedCpus >= 0 && reservedCpus <= cpus
    ? []
    : [
        {
          propertyPath: "reservedCpus",
          reason: `is ${reservedCpus}: use 0 to ${cpus}, the CPUs that a replica may use`,
        },
      ];
}

function checkPlacement({ constraints = [], spreadOver }: SwarmModelServiceShape): Problem[] {
  const problems = constraints.flatMap((constraint, index) =>
    /^\s*(node|engine)\.[\w.-]+\s*(==|!=)\s*\S+\s*$/.test(constraint)
      ? []
      : [
          {
            propertyPath: `constraints[${index}]`,
            reason: `is "${constraint}": use a condition such as node.role==worker or node.labels.gpu==true`,
          },
        ],
  );
  // Swarm ignores every other one without a word.
  return spreadOver === undefined || /^(node|engine)\.labels\.\S+$/.test(spreadOver)
    ? problems
    : [
        ...problems,
        {
          propertyPath: "spreadOver",
          reason:
            `is "${spreadOver}": use a label, such as node.labels.zone; ` +
            "over the nodes themselves Swarm spreads without being asked",
        },
      ];
}

function checkSubnet({
  subnet,
  replicas,
  balancers,
  parallelStarts,
}: SwarmModelServiceShape): Problem[] {
  if (subnet === undefined) {
    const tasks = replicas + balancers + parallelStarts;
    return tasks <= tasksInDefaultSubnet
      ? []
      : [
          {
            propertyPath: "subnet",
            reason:
              `is missing: a swarm's own choice has room for ${tasksInDefaultSubnet} tasks, and a release of ` +
              `${replicas} replicas needs ${tasks}. Give one such as 10.20.0.0/22 that is free in your network`,
          },
        ];
  }
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(subnet) ?? [];
  const valid =
    address?.split(".").every((part) => Number(part) < 256) && +bits >= 8 && +bits <= 28;
  return valid
    ? []
    : [
        {
          propertyPath: "subnet",
          reason: `is "${subnet}": use an IPv4 subnet such as 10.20.0.0/22`,
        },
      ];
}

function checkNodes(shape: SwarmModelServiceShape, { swarm }: DockerEngine): Problem[] {
  if (!swarm) {
    return [];
  }
  const { nodes, readyNodes, memoryMb } = swarm;
  const problems: Problem[] = [];
  if (nodes > 1 && shape.registry === undefined) {
    problems.push({
      propertyPath: "registry",
      reason:
        `is missing, so the image stays on one of the swarm's ${nodes} nodes: ` +
        "name a registry that all of them can pull from",
    });
  }
  if (shape.balancers > readyNodes) {
    problems.push({
      propertyPath: "balancers",
      reason: `is ${shape.balancers}, and the swarm has ${readyNodes} ready nodes for at most one each: use less`,
    });
  }
  const spare = shape.strategy === ReleaseStrategy.InPlace ? 0 : shape.parallelStarts;
  const wanted = (shape.replicas + spare) * shape.memoryMb;
  if (wanted > memoryMb) {
    problems.push({
      propertyPath: "replicas",
      reason:
        `is ${shape.replicas}: with ${spare} more during a release they reserve ${wanted} MiB ` +
        `(memoryMb is ${shape.memoryMb}), and the ready nodes have ${memoryMb} MiB in all: use fewer or smaller ones`,
    });
  }
  return problems;
}
