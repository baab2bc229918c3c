import * as pulumi from "@pulumi/pulumi";
import Docker from "dockerode";
import { currentStack } from "../stack/currentStack";
import { connect } from "../engine/engine";
import { lastWords } from "../serving/lastWords";
import { servedOn } from "../serving/startFailure";
import { stackLabel } from "../stack/stackLabel";

/** What Swarm's API says of a task, as far as it is read here. */
export interface Task {
  ID: string;
  Slot?: number;
  ServiceID: string;
  Status: { State: string; Err?: string };
}

const pollMs = 1000;
const logTimeoutMs = 5000;
const tail = "100";
// One failure may be a node's. Swarm waits 5 s before each new start.
const failuresOfHopeless = 3;

/** Which services of a swarm are watched. */
export interface WatchedServices {
  /** Address of a manager's Docker Engine. */
  host: string;
  /** Id of the network that they are on: one of a single component of the stack. */
  network: string;
  /** Their labels `tfserving.part`. */
  parts: string[];
}

/**
 * Says why tasks of a component fail while an update runs. Swarm starts a failed task anew until the
 * update is given up, and the provider then says nothing of what the server wrote. The first task
 * of each service that fails is reported, with its last lines, wherever it ran.
 *
 * A service that this update has created and that never runs is removed: Swarm has nothing to roll
 * it back to and would start it anew until the provider's time is up.
 *
 * It ends with the program, and without it all works as well, with less to read. An engine that
 * does not answer once is asked again.
 *
 * @param component - what failures are reported on: a resource that fails never gets its URN
 * @returns how to end it, once it is known what was there before
 */
export async function watchTasks(
  watched: WatchedServices,
  component: pulumi.Resource,
): Promise<() => void> {
  const reported = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  try {
    const engine = connect(watched.host);
    const old = (await listTasks(engine, watched)).map(({ task }) => task);
    const before = new Set(old.flatMap(({ ID, ServiceID }) => [ID, ServiceID]));
    const look = async () => {
      const found = await listTasks(engine, watched);
      for (const { task, part } of found) {
        if (!before.has(task.ID) && hasFailed(task) && !reported.has(task.ServiceID)) {
          reported.add(task.ServiceID);
          const said = await logsOf(engine, task.ID);
          const text = taskFailureText(part, task, said);
          void pulumi.log.warn(
            before.has(task.ServiceID) ? `${text}\n${servedOn}` : text,
            component,
          );
        }
      }
      for (const service of hopelessServices(found.map(({ task }) => task))) {
        if (!before.has(service)) await engine.getService(service).remove();
      }
    };
    // The program may end while it waits.
    const later = () => {
      if (ended) return;
      timer = setTimeout(() => void look().catch(noted(watched.host)).finally(later), pollMs);
      timer.unref();
    };
    later();
  } catch (error) {
    noted(watched.host)(error as Error);
  }
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/**
 * Watches the services of a component during an update.
 *
 * @returns the network, once they are watched: services that are made with it are new ones
 */
export function watchedNetwork(
  watched: { [Key in keyof WatchedServices]: pulumi.Input<WatchedServices[Key]> },
  component: pulumi.Resource,
): pulumi.Output<string> {
  return pulumi.output(watched).apply(async (known) => {
    if (!pulumi.runtime.isDryRun()) {
      await watchTasks(known, component);
    }
    return known.network;
  });
}

/** Whether a task ended by itself and not because Swarm wanted it to. */
export function hasFailed({ Status }: Task): boolean {
  return Status.State === "failed" || Status.State === "rejected";
}

/** Services that have failed several times and of which nothing runs. */
export function hopelessServices(tasks: Task[]): string[] {
  const of = (service: string) => tasks.filter(({ ServiceID }) => ServiceID === service);
  return [...new Set(tasks.map(({ ServiceID }) => ServiceID))].filter(
    (service) =>
      of(service).filter(hasFailed).length >= failuresOfHopeless &&
      !of(service).some(({ Status }) => Status.State === "running"),
  );
}

/** What to say of a task that failed. */
export function taskFailureText(part: string, { Slot, Status }: Task, said: string): string {
  const why = (Status.Err ?? "").replace(/^task: /, "").trim();
  const verb = Status.State === "rejected" ? "was rejected" : "failed";
  const name = Slot === undefined ? part : `${part} ${Slot}`;
  return `The new ${name} ${verb}${why && `: ${why}`}.${lastWords(said)}`;
}

async function listTasks(
  engine: Docker,
  { network, parts: watchedParts }: WatchedServices,
): Promise<{ task: Task; part: string }[]> {
  const services = await engine.listServices({
    filters: { label: [`${stackLabel}=${currentStack()}`] },
  });
  const parts = new Map(
    services
      .filter(({ Spec }) => networksOf(Spec).includes(network))
      .map(({ ID, Spec }) => [ID, Spec?.Labels?.["tfserving.part"] ?? ""] as const)
      .filter(([, part]) => watchedParts.includes(part)),
  );
  if (parts.size === 0) {
    return [];
  }
  const tasks: Task[] = await engine.listTasks({ filters: { service: [...parts.keys()] } });
  return tasks.map((task) => ({ task, part: parts.get(task.ServiceID) ?? "task" }));
}

/** The networks that the tasks of a service are on, by id. */
function networksOf(spec?: Docker.ServiceSpec): string[] {
  const { TaskTemplate } = (spec ?? {}) as { TaskTemplate?: { Networks?: { Target: string }[] } };
  return (TaskTemplate?.Networks ?? []).map(({ Target }) => Target);
}

/** What a task has written, or nothing where its node does not hand it over in time. */
async function logsOf(engine: Docker, id: string): Promise<string> {
  const task = engine.getTask(id) as unknown as { logs(options: object): Promise<Buffer> };
  try {
    const logs = await task.logs({
      ...{ stdout: true, stderr: true, follow: false, tail },
      abortSignal: AbortSignal.timeout(logTimeoutMs),
    });
    return demultiplexed(logs);
  } catch {
    return "";
  }
}

/**
 * Joins both streams of a container's log, in the order in which it wrote them.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function demultiplexed(logs: Buffer): string {
  const headerBytes = 8;
  const pieces: Buffer[] = [];
  for (let at = 0; at + headerBytes <= logs.length;) {
    const end = at + headerBytes + logs.readUInt32BE(at + 4);
    pieces.push(logs.subarray(at + headerBytes, end));
    at = end;
  }
  return Buffer.concat(pieces).toString();
}

function noted(host: string): (error: Error) => void {
  return (error) => void pulumi.log.debug(`cannot watch tasks on ${host}: ${error.message}`);
}
