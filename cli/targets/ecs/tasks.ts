import type { Service, Task, TaskDefinition } from "@aws-sdk/client-ecs";
import { Failure } from "../../output/failure";
import { age } from "../age";
import type { Fact, Part } from "../target";
import type { Aws, EcsPlace } from "./aws";

/** A task of a stack's services. */
export interface EcsTask extends Part {
  /** The last part of its ARN. */
  readonly name: string;
  /** Where it writes what it says. @default - its definition does not say */
  readonly log?: { readonly group: string; readonly stream: string };
  /** Why it stopped. @default - it runs */
  readonly stopped?: string;
}

// As many as one call describes.
const page = 100;
const idLength = 8;

/**
 * The tasks of a stack's services.
 *
 * @param stopped - whether to list those that ended within the last hour, which is how long ECS knows
 * them, in place of those that run
 */
export async function listTasks(
  { ecs }: Pick<Aws, "ecs">,
  { cluster, services }: EcsPlace,
  stopped = false,
): Promise<EcsTask[]> {
  const desiredStatus = stopped ? "STOPPED" : "RUNNING";
  const found = await Promise.all(
    services.map(async ({ name, part }) => {
      const arns: string[] = [];
      let nextToken: string | undefined;
      do {
        const listed = await ecs.listTasks({
          ...{ cluster, serviceName: name, desiredStatus, nextToken },
        });
        arns.push(...(listed.taskArns ?? []));
        nextToken = listed.nextToken;
      } while (nextToken);
      const tasks: Task[] = [];
      for (let at = 0; at < arns.length; at += page) {
        const described = await ecs.describeTasks({ cluster, tasks: arns.slice(at, at + page) });
        tasks.push(...(described.tasks ?? []));
      }
      return tasks.map((task) => ({ task, part }));
    }),
  );
  const tasks = found.flat();
  const [definitions, instances] = await Promise.all([
    definitionsOf({ ecs }, tasks),
    instancesOf({ ecs }, cluster, tasks),
  ]);
  return tasks
    .map(({ task, part }) =>
      readTask(
        task,
        part,
        definitions.get(task.taskDefinitionArn ?? ""),
        instances.get(task.containerInstanceArn ?? ""),
        Date.now(),
      ),
    )
    .sort((a, b) => b.part.localeCompare(a.part) || a.name.localeCompare(b.name));
}

type Found = { task: Task; part: Part["part"] }[];

async function definitionsOf(
  { ecs }: Pick<Aws, "ecs">,
  tasks: Found,
): Promise<Map<string, TaskDefinition | undefined>> {
  const arns = [...new Set(tasks.map(({ task }) => task.taskDefinitionArn ?? ""))];
  const described = arns.map(async (arn): Promise<[string, TaskDefinition | undefined]> => {
    const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: arn });
    return [arn, taskDefinition];
  });
  return new Map(await Promise.all(described));
}

/** Ids of the instances that tasks are on, by what ECS calls these. */
async function instancesOf(
  { ecs }: Pick<Aws, "ecs">,
  cluster: string,
  tasks: Found,
): Promise<Map<string, string>> {
  const arns = [...new Set(tasks.flatMap(({ task }) => task.containerInstanceArn ?? []))];
  if (arns.length === 0) {
    return new Map();
  }
  const { containerInstances = [] } = await ecs.describeContainerInstances({
    ...{ cluster, containerInstances: arns.slice(0, page) },
  });
  return new Map(
    containerInstances.map(({ containerInstanceArn = "", ec2InstanceId = "" }) => [
      containerInstanceArn,
      ec2InstanceId,
    ]),
  );
}

/** @param now - ms since 1970 */
export function readTask(
  task: Task,
  part: Part["part"],
  definition: TaskDefinition | undefined,
  instance: string | undefined,
  now: number,
): EcsTask {
  const name = task.taskArn?.split("/").at(-1) ?? "";
  const container = definition?.containerDefinitions?.[0];
  const options = container?.logConfiguration?.options;
  const state = (task.lastStatus ?? "").toLowerCase();
  // A container with a check is of unknown health while it starts.
  const health = { HEALTHY: "healthy", UNHEALTHY: "unhealthy", UNKNOWN: "starting" };
  const found = task.healthStatus ? health[task.healthStatus] : "";
  const begun = task.startedAt ?? task.createdAt;
  return {
    ...{ name, part, state, health: found },
    id: name.slice(0, idLength),
    version: container?.dockerLabels?.["tfserving.version"],
    node: instance,
    since: begun ? age(now - begun.getTime()) : "",
    image: (container?.image ?? "").replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1"),
    well: state === "running" && ["healthy", ""].includes(found),
    ...(options?.["awslogs-group"]
      ? {
          log: {
            group: options["awslogs-group"],
            stream: `${options["awslogs-stream-prefix"]}/${container?.name}/${name}`,
          },
        }
      : {}),
    ...(task.stoppedReason ? { stopped: task.stoppedReason } : {}),
  };
}

/**
 * The tasks that `npm run logs` is asked for: all of a part, or one by its id or the beginning of it.
 *
 * @throws Failure where there can be no such part
 */
export function selectTasks(tasks: EcsTask[], which: string | undefined): EcsTask[] {
  const selected = tasks.filter(
    ({ part, name }) => which === undefined || part === which || name.startsWith(which),
  );
  if (which !== undefined && selected.length === 0 && !["replica", "notebook"].includes(which)) {
    throw new Failure(
      `"${which}" is no part of a stack on AWS, and none of its tasks.`,
      "use replica, notebook, or the id of a task, of which the beginning is enough.",
      2,
    );
  }
  return selected;
}

/** Whether a service runs what it was told to, in full. */
export function isSteady({ desiredCount = 0, runningCount = 0, deployments = [] }: Service) {
  const isDone = ({ rolloutState = "COMPLETED" }) => rolloutState === "COMPLETED";
  return runningCount >= desiredCount && deployments.length <= 1 && deployments.every(isDone);
}

const latest = 3;

/** What ECS says of a service that does not run what it was told to: of its releases, and the last events. */
export function serviceRemarks(services: Service[]): Fact[] {
  return services
    .filter((service) => !isSteady(service))
    .flatMap(({ serviceName = "", desiredCount, runningCount, deployments, events }) => [
      { subject: "service", text: `${serviceName} runs ${runningCount} of ${desiredCount} tasks` },
      ...(deployments ?? [])
        .filter(({ rolloutStateReason }) => rolloutStateReason)
        .map(({ rolloutStateReason }) => ({ subject: "release", text: rolloutStateReason ?? "" })),
      ...(events ?? []).slice(0, latest).map(({ createdAt, message }) => ({
        subject: "event",
        text: `${createdAt?.toISOString()} ${message}`,
      })),
    ]);
}
