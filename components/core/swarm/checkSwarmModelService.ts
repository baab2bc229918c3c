import type { Problem } from "../arguments/problem";
import {
  anyObject,
  anyText,
  laterOr,
  listOf,
  objectOf,
  oneOf,
  problemsOfArgs,
  textThat,
  textLike,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "../arguments/schema";
import { checkMachine, checkPorts, hostPort } from "../docker/checkModelService";
import type { DockerEngine } from "../engine/engine";
import type { SwarmState } from "../engine/swarmState";
import { maxReplicas } from "../serving/balancer/ports";
import { balancedFields, checkReplicaRules, networkName } from "../serving/checkReplicas";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import { checkGpus, checkSwarm } from "./checkSwarm";
import {
  EndpointMode,
  leaveSeconds,
  RegistryLogin,
  ResolvedSwarmArgs,
  SwarmModelServiceArgs,
} from "./swarmModelServiceArgs";

const schema = objectOf<SwarmModelServiceArgs>({
  ...balancedFields,
  serviceName: networkName.optional(),
  endpointMode: oneOf(EndpointMode).optional(),
  address: anyText().optional(),
  balancers: wholeNumberFrom(1, maxReplicas).optional(),
  restPort: hostPort.optional(),
  grpcPort: hostPort.optional(),
  reservedCpus: valueWhere(Number.isFinite, "use a number of CPUs").optional(),
  gpus: anyText().optional(),
  constraints: listOf(
    textLike(
      /^\s*(node|engine)\.[\w.-]+\s*(==|!=)\s*\S+\s*$/,
      "use a condition such as node.role==worker or node.labels.gpu==true",
    ),
  ).optional(),
  // Swarm ignores every other one without a word.
  spreadOver: textLike(
    /^(node|engine)\.labels\.\S+$/,
    "use a label, such as node.labels.zone; over the nodes themselves Swarm spreads without being asked",
  ).optional(),
  parallelStarts: wholeNumberFrom(1, maxReplicas).optional(),
  registry: objectOf<RegistryLogin>({
    registry: anyText(),
    username: laterOr(anyText()).optional(),
    password: laterOr(anyText()).optional(),
    plainHttp: trueOrFalse().optional(),
  }).optional(),
  subnet: textThat(checkSubnet).optional(),
  engine: anyObject().optional(),
});

// A /24 less the network's, gateway's and broadcast addresses and one per node for its own use.
const tasksInDefaultSubnet = 240;

/**
 * Everything about a Swarm service that would be refused, or accepted and never run.
 *
 * @param stack - `<project>/<stack>`; ports that its own balancers hold are free
 * @param engine - the manager that shall take the orders. @default - nothing is held against one
 */
export function checkSwarmModelService(
  args: ResolvedSwarmArgs,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  return problemsOfArgs(schema, args, {}, (known) => [
    // Swarm publishes on all addresses of a node.
    ...checkPorts(known, "0.0.0.0", stack, engine),
    ...checkReplicaRules(known, "Swarm", { leaveSeconds }),
    ...(engine ? checkMachine(known, largestNode(engine)) : []),
    ...checkReservedCpus(known),
    ...checkRoom(known),
    ...checkSwarm(engine),
    ...checkGpus(known.gpus, known.replicas, engine?.swarm),
    ...(engine?.swarm?.manager ? checkNodes(known, engine.swarm) : []),
  ]);
}

/** Limits are compared with the largest node, where the manager tells it. */
function largestNode(engine: DockerEngine): DockerEngine {
  const { swarm } = engine;
  return swarm?.manager
    ? { ...engine, cpus: swarm.largestNodeCpus, memoryMb: swarm.largestNodeMemoryMb }
    : engine;
}

function checkReservedCpus({ cpus, reservedCpus }: ResolvedSwarmArgs): Problem[] {
  return reservedCpus < 0 || reservedCpus > cpus
    ? [
        {
          propertyPath: "reservedCpus",
          reason: `is ${reservedCpus}: use 0 to ${cpus}, the CPUs that a replica may use`,
        },
      ]
    : [];
}

/** Whether the network that Swarm chooses has an address for every task. */
function checkRoom({ subnet, replicas, balancers, parallelStarts }: ResolvedSwarmArgs): Problem[] {
  const tasks = replicas + balancers + parallelStarts;
  return subnet === undefined && tasks > tasksInDefaultSubnet
    ? [
        {
          propertyPath: "subnet",
          reason:
            `is missing: a swarm's own choice has room for ${tasksInDefaultSubnet} tasks, and a release of ` +
            `${replicas} replicas needs ${tasks}. Give one such as 10.20.0.0/22 that is free in your network`,
        },
      ]
    : [];
}

function checkSubnet(propertyPath: string, subnet: string): Problem[] {
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(subnet) ?? [];
  const valid =
    address?.split(".").every((part) => Number(part) < 256) && +bits >= 8 && +bits <= 28;
  return valid
    ? []
    : [{ propertyPath, reason: `is "${subnet}": use an IPv4 subnet such as 10.20.0.0/22` }];
}

function checkNodes(args: ResolvedSwarmArgs, swarm: SwarmState): Problem[] {
  const { nodes, readyNodes, memoryMb } = swarm;
  const problems: Problem[] = [];
  if (nodes > 1 && args.registry === undefined) {
    problems.push({
      propertyPath: "registry",
      reason:
        `is missing, so the image stays on one of the swarm's ${nodes} nodes: ` +
        "name a registry that all of them can pull from",
    });
  }
  if (args.balancers > readyNodes) {
    problems.push({
      propertyPath: "balancers",
      reason: `is ${args.balancers}, and the swarm has ${readyNodes} ready nodes for at most one each: use less`,
    });
  }
  const spare = args.strategy === ReleaseStrategy.InPlace ? 0 : args.parallelStarts;
  const wanted = (args.replicas + spare) * args.memoryMb;
  if (wanted > memoryMb) {
    problems.push({
      propertyPath: "replicas",
      reason:
        `is ${args.replicas}: with ${spare} more during a release they reserve ${wanted} MiB ` +
        `(memoryMb is ${args.memoryMb}), and the ready nodes have ${memoryMb} MiB in all: use fewer or smaller ones`,
    });
  }
  return problems;
}
