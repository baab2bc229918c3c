import type Docker from "dockerode";
import { age } from "../age";
import { type Container, inOrder, ofStack } from "./containers";

interface Service {
  ID: string;
  Spec: { Name: string; Labels?: Record<string, string> };
}

interface Task {
  ID: string;
  ServiceID: string;
  /** Absent where the service has a task on each node. */
  Slot?: number;
  NodeID?: string;
  Spec: { ContainerSpec?: { Image?: string } };
  Status: { State: string; Timestamp: string };
}

interface Node {
  ID: string;
  Description?: { Hostname?: string };
}

/**
 * The tasks of a stack's services that are to run, on whatever node of the swarm; none where the
 * engine is no manager.
 */
export async function listTasks(engine: Docker, label: string): Promise<Container[]> {
  const services: Service[] = await ofManager(engine.listServices({ filters: ofStack(label) }));
  if (services.length === 0) {
    return [];
  }
  const filters = { service: services.map(({ ID }) => ID), "desired-state": ["running"] };
  const [tasks, nodes]: [Task[], Node[]] = await Promise.all([
    engine.listTasks({ filters: JSON.stringify(filters) }),
    engine.listNodes(),
  ]);
  return readTasks(tasks, services, nodes, Date.now());
}

/** What tasks are and do, in the order in which they are shown. */
export function readTasks(
  tasks: Task[],
  services: Service[],
  nodes: Node[],
  now: number,
): Container[] {
  return tasks
    .map(({ ID, ServiceID, Slot, NodeID, Spec, Status }) => {
      const service = services.find((one) => one.ID === ServiceID)?.Spec;
      const node = nodes.find((one) => one.ID === NodeID)?.Description?.Hostname ?? "";
      const part = service?.Labels?.["tfserving.part"] ?? "";
      return {
        id: ID,
        part,
        number: part === "replica" ? String(Slot ?? "") : "",
        version: service?.Labels?.["tfserving.version"],
        node,
        // Swarm calls a task running once its health check has passed.
        ...{ state: Status.State, health: "" },
        since: age(now - Date.parse(Status.Timestamp)),
        image: Spec.ContainerSpec?.Image ?? "",
        name: `${service?.Name}.${Slot ?? NodeID}`,
        networks: [],
      };
    })
    .sort(inOrder);
}

/** Names of what a swarm still has of a stack, by what Docker calls it. */
export async function swarmObjects(
  engine: Docker,
  label: string,
): Promise<{ kind: string; names: string[] }[]> {
  const filters = JSON.stringify(ofStack(label));
  const [services, configs, secrets] = await Promise.all([
    ofManager(engine.listServices({ filters: ofStack(label) })),
    ofManager(engine.listConfigs({ filters } as object)),
    ofManager(engine.listSecrets({ filters } as object)),
  ]);
  const names = (listed: { Spec?: { Name?: string } }[]) =>
    listed.map(({ Spec }) => Spec?.Name ?? "");
  return [
    { kind: "service", names: names(services as Service[]) },
    { kind: "config", names: names(configs as Service[]) },
    { kind: "secret", names: names(secrets as Service[]) },
  ];
}

/** An engine that is no manager refuses, and so has nothing. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each list has its own type
function ofManager(list: Promise<any[]>): Promise<any[]> {
  return list.catch((error: { statusCode?: number }) => {
    if (error.statusCode === 503 || error.statusCode === 406) {
      return [];
    }
    throw error;
  });
}
