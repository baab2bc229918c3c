import type Docker from "dockerode";
import { note } from "../../output/console";
import { Failure } from "../../output/failure";
import { pendingWords, standing } from "../record";
import type { Cure, Deployment, Recovery, StackContext } from "../target";
import { type Container, listContainers, nameOf } from "./containers";
import { driftOf, inWords, memoryLimits } from "./drift";
import { isUnderWay, type ObjectKind, orphansOf, planRecovery } from "./recovery";

const settleMs = 15_000;
const serviceType = "docker:index/service:Service";

/**
 * Puts in order what a killed update left, as far as it stands in the way of another one.
 * What serves goes on serving.
 *
 * @param engine - client without a time limit: a container takes its time to stop
 * @param docker - how to call Docker for the engine, for advice
 */
export async function recover(
  context: StackContext,
  engine: Docker,
  docker: string,
): Promise<Recovery | undefined> {
  // The containers first: one that is being created right now is then in the record.
  let containers = await listContainers(engine, context.label);
  const record = await context.record();
  if (!record) {
    return undefined;
  }
  containers = await settled(engine, context.label, record, containers);
  const plan = planRecovery(record, containers);
  if (plan.deployment) {
    note("recovery", `an update broke off while ${pendingWords(record).join(", ")}`);
    // Pulumi refuses this while another update is under way, so nothing is touched before.
    await context.writeRecord(plan.deployment);
    plan.adopted.forEach(({ container }) =>
      note("recovery", `${container.name} came up all the same: it is on record now`),
    );
  }
  const idle = [...plan.idle, ...containers.filter(({ part }) => part === "evaluation")];
  await removeContainers(engine, docker, idle, "left by an update that broke off: removed");
  for (const { kind, name } of plan.others) {
    await removeObject(engine, kind, name);
  }
  plan.serving.forEach((container) =>
    note("recovery", `${container.name} was left too; it serves until the update has ended`),
  );
  const interrupted = plan.deployment !== undefined || plan.idle.length + plan.serving.length > 0;
  const present = containers.filter((container) => !idle.includes(container));
  const deployment = plan.deployment ?? record;
  return {
    cure: async () => {
      const { refresh, replace } = await cureDrift(engine, present, deployment);
      return { refresh: interrupted || refresh || hasFailedService(deployment), replace };
    },
    finish: async () => {
      if (interrupted) {
        await removeOrphans(context, engine, docker, new Set(plan.names));
      }
    },
  };
}

/**
 * Removes the orphans that served during the update, and those that Docker had not finished before
 * it. Each one drains first.
 */
async function removeOrphans(
  { label, record }: StackContext,
  engine: Docker,
  docker: string,
  names: Set<string>,
): Promise<void> {
  const containers = await listContainers(engine, label);
  const orphans = new Set([
    ...orphansOf((await record()) ?? {}, containers),
    ...containers.filter(({ name }) => names.has(name)),
  ]);
  const why = "left by the update that broke off: drained and removed";
  await removeContainers(engine, docker, [...orphans], why);
}

/** Waits until Docker has ended what was being created when the update was killed. */
async function settled(
  engine: Docker,
  label: string,
  record: Deployment,
  containers: Container[],
): Promise<Container[]> {
  const recordedAt = Date.parse(record.manifest?.time ?? "") || 0;
  const end = Date.now() + settleMs;
  let now = containers;
  while (isUnderWay(record, now, Date.now() - recordedAt) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    now = await listContainers(engine, label);
  }
  return now;
}

/** Cures what neither a refresh nor the update would see, and says what they have to see. */
async function cureDrift(
  engine: Docker,
  containers: Container[],
  deployment: Deployment,
): Promise<Cure> {
  const drift = driftOf(containers, deployment, await memoryLimits(engine, deployment));
  const [paused, cutOff, changed] = (["resume", "replace", "refresh"] as const).map((cure) =>
    drift.filter((one) => one.cure === cure),
  );
  if (paused.length > 0) {
    note("stack", `${inWords(paused)}: resuming`);
    await Promise.all(paused.map(({ id }) => engine.getContainer(id).unpause()));
  }
  if (cutOff.length > 0) {
    note("stack", `${inWords(cutOff)}: replacing`);
  }
  if (changed.length > 0) {
    note("stack", `${inWords(changed)}: comparing all of it with Docker first`);
  }
  return { refresh: changed.length > 0, replace: cutOff.map(({ urn }) => urn) };
}

/**
 * Whether Swarm took the last update of a service back: Pulumi has what failed on record, and Docker
 * runs what was there before.
 */
export function hasFailedService(deployment: Deployment): boolean {
  return standing(deployment).some(
    ({ type, initErrors = [] }) => type === serviceType && initErrors.length > 0,
  );
}

async function removeContainers(
  engine: Docker,
  docker: string,
  containers: Container[],
  why: string,
): Promise<void> {
  await Promise.all(
    containers.map(async ({ id, name }) => {
      const container = engine.getContainer(id);
      // Without a time: each container has its own, in which it drains.
      await container.stop().catch(() => undefined);
      await container.remove({ force: true }).catch((error: Error & { statusCode?: number }) => {
        // It is gone, or Docker is about to remove it.
        if (error.statusCode !== 404 && error.statusCode !== 409) {
          throw new Failure(
            `${name}, left by an update that broke off, cannot be removed: ${error.message}`,
            `${docker} rm --force ${name}.`,
          );
        }
      });
    }),
  );
  containers.forEach((container) =>
    note("recovery", `${nameOf(container)} (${container.name}), ${why}`),
  );
}

/**
 * Removes what an interrupted creation may have made besides containers. Nothing can have been stored
 * in it: what would use it is created after it is on record.
 */
async function removeObject(engine: Docker, kind: ObjectKind, name: string): Promise<void> {
  const object = {
    service: () => engine.getService(name),
    network: () => engine.getNetwork(name),
    volume: () => engine.getVolume(name),
    secret: () => engine.getSecret(name),
    config: () => engine.getConfig(name),
  }[kind]();
  try {
    await object.remove();
    note("recovery", `${kind} ${name}, left by an update that broke off: removed`);
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode?: number };
    // There is none; or the engine is no manager of a swarm.
    if (statusCode !== 404 && statusCode !== 503) {
      note("recovery", `${kind} ${name} is left and cannot be removed: ${message}`);
    }
  }
}
