import type Docker from "dockerode";
import { balancerMemoryMb, stackLabel } from "@tf-model-serving/core/facts";
import type { Machine, Room, StackContext } from "../target";
import { ofStack } from "./containers";

const mebibyte = 2 ** 20;
// What a swarm reserves for a balancer, whose limit is higher.
const reservedForBalancerMb = 64;
const mostBalancers = 3;

/** Memory that is left beside the limits of others' containers, or a swarm's reservations. */
export async function roomOf(context: StackContext, engine: Docker): Promise<Room> {
  if (context.setting("target") === "swarm") {
    const machines = await swarmNodes(engine, context.label);
    const balancers = Number(context.setting("swarmBalancers"));
    return {
      machines,
      balancers: balancers || Math.min(machines.length, mostBalancers),
      balancerMemoryMb: reservedForBalancerMb,
    };
  }
  const given = (key: string) => Number(context.setting(key)) || undefined;
  const size = { maxRequestMb: given("maxRequestMb"), maxConnections: given("maxConnections") };
  return {
    machines: [await dockerHost(context, engine)],
    balancers: 1,
    balancerMemoryMb: balancerMemoryMb(size),
  };
}

/** CPUs are shared by all that runs on a host; memory that is promised twice ends in a killed replica. */
async function dockerHost({ host, label }: StackContext, engine: Docker): Promise<Machine> {
  const [{ MemTotal }, listed] = await Promise.all([engine.info(), engine.listContainers()]);
  const others = listed.filter(({ Labels }) => Labels[stackLabel] !== label);
  const limits = await Promise.all(others.map(({ Id }) => memoryLimit(engine, Id)));
  return {
    name: `the Docker host at ${host}`,
    memoryMb: Math.floor(MemTotal / mebibyte),
    promisedMb: sum(limits),
  };
}

/** In MiB; 0 where there is none, or the container has ended meanwhile. */
async function memoryLimit(engine: Docker, id: string): Promise<number> {
  const found = await engine
    .getContainer(id)
    .inspect()
    .catch(() => undefined);
  return Math.ceil((found?.HostConfig.Memory ?? 0) / mebibyte);
}

interface Resources {
  readonly MemoryBytes?: number;
  readonly NanoCPUs?: number;
}

/** A task of a swarm, cut to what it takes of its node. */
export interface Task {
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly Spec: { readonly Resources?: { readonly Reservations?: Resources } };
}

/** A node of a swarm, cut to what it has. */
export interface Node {
  readonly ID: string;
  readonly Spec: { readonly Availability: string };
  readonly Status: { readonly State: string };
  readonly Description?: { readonly Hostname?: string; readonly Resources?: Resources };
}

async function swarmNodes(engine: Docker, label: string): Promise<Machine[]> {
  const filters = JSON.stringify({ "desired-state": ["running"] });
  const [nodes, tasks, own] = await Promise.all([
    engine.listNodes() as Promise<Node[]>,
    engine.listTasks({ filters }) as Promise<Task[]>,
    engine.listServices({ filters: ofStack(label) }),
  ]);
  return machinesOf(
    nodes,
    tasks.filter(({ ServiceID }) => !own.some(({ ID }) => ID === ServiceID)),
  );
}

/** The nodes that take tasks, and what those of others reserve there. */
export function machinesOf(nodes: Node[], tasks: Task[]): Machine[] {
  return nodes
    .filter(({ Spec, Status }) => Spec.Availability === "active" && Status.State === "ready")
    .map(({ ID, Description }) => {
      const reserved = tasks
        .filter(({ NodeID }) => NodeID === ID)
        .map(({ Spec }) => Spec.Resources?.Reservations ?? {});
      return {
        name: Description?.Hostname ?? ID,
        memoryMb: toMb(Description?.Resources?.MemoryBytes),
        promisedMb: sum(reserved.map(({ MemoryBytes }) => toMb(MemoryBytes))),
      };
    });
}

function toMb(bytes = 0): number {
  return Math.floor(bytes / mebibyte);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
