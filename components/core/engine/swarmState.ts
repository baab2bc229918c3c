import type Docker from "dockerode";

/** What an engine knows of the swarm that it is in; only a manager sees all of it. */
export interface SwarmState {
  /** Whether the engine is a manager, which alone takes orders for the whole swarm. */
  manager: boolean;
  /** Id of the engine's own node. */
  nodeId: string;
  /** Address at which the other nodes reach this one. */
  nodeAddress: string;
  /** Nodes that are ready for tasks: neither down, drained nor paused. */
  readyNodes: number;
  /** Nodes of the swarm, whatever their state. */
  nodes: number;
  /** Memory of all ready nodes, in MiB. */
  memoryMb: number;
  /** Memory of the ready node that has most, in MiB. */
  largestNodeMemoryMb: number;
  /** CPUs of the ready node that has most. */
  largestNodeCpus: number;
  /**
   * Generic resources that ready nodes offer, summed up by kind, such as
   * `{"NVIDIA-GPU": 4}`.
   */
  genericResources: Record<string, number>;
}

interface SwarmInfo {
  LocalNodeState?: string;
  ControlAvailable?: boolean;
  NodeID?: string;
  NodeAddr?: string;
  Nodes?: number;
}

interface Node {
  Spec: { Availability: string };
  Status: { State: string };
  Description?: {
    Resources?: { NanoCPUs?: number; MemoryBytes?: number; GenericResources?: GenericResource[] };
  };
}

interface GenericResource {
  DiscreteResourceSpec?: { Kind: string; Value: number };
  NamedResourceSpec?: { Kind: string; Value: string };
}

/** The part of a Swarm service that tells which ports it holds. */
export interface SwarmService {
  Spec: { Name: string; Labels?: Record<string, string> };
  Endpoint?: { Ports?: { PublishedPort?: number; Protocol?: string }[] };
}

/** The swarm of an engine and the services in it; undefined where the engine is in none. */
export async function readSwarm(
  docker: Docker,
  info: { Swarm?: SwarmInfo },
): Promise<{ state: SwarmState; services: SwarmService[] } | undefined> {
  const { Swarm: swarm } = info;
  if (swarm?.LocalNodeState !== "active") {
    return undefined;
  }
  const manager = swarm.ControlAvailable === true;
  const [nodes, services] = manager
    ? ((await Promise.all([docker.listNodes(), docker.listServices()])) as [Node[], SwarmService[]])
    : [[], []];
  return {
    state: {
      manager,
      nodeId: swarm.NodeID ?? "",
      nodeAddress: swarm.NodeAddr ?? "",
      nodes: nodes.length,
      ...offered(nodes.filter(isReady)),
    },
    services,
  };
}

function isReady({ Spec, Status }: Node): boolean {
  return Status.State === "ready" && Spec.Availability === "active";
}

function offered(nodes: Node[]) {
  const resources = nodes.map(({ Description }) => Description?.Resources ?? {});
  const memory = resources.map(({ MemoryBytes }) => Math.floor((MemoryBytes ?? 0) / 2 ** 20));
  return {
    readyNodes: nodes.length,
    memoryMb: memory.reduce((sum, mb) => sum + mb, 0),
    largestNodeMemoryMb: Math.max(0, ...memory),
    largestNodeCpus: Math.max(0, ...resources.map(({ NanoCPUs }) => (NanoCPUs ?? 0) / 1e9)),
    genericResources: countByKind(resources.flatMap((one) => one.GenericResources ?? [])),
  };
}

/** A named resource, such as one GPU by its UUID, is one of its kind. */
function countByKind(resources: GenericResource[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { DiscreteResourceSpec: discrete, NamedResourceSpec: named } of resources) {
    const kind = discrete?.Kind ?? named?.Kind;
    if (kind) {
      counts[kind] = (counts[kind] ?? 0) + (discrete?.Value ?? 1);
    }
  }
  return counts;
}
