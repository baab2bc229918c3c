// @ts-check
import { Failure, note } from "./command.mjs";
import { listContainers } from "./containers.mjs";
import { readDeployment, writeDeployment } from "./deployment.mjs";
import { dockerCommand } from "./engine.mjs";
import { nameOf } from "./logs.mjs";
import { capture } from "./process.mjs";
import { isUnderWay, orphansOf, planRecovery } from "./recovery.mjs";

/**
 * @typedef {import("./containers.mjs").Container} Container
 * @typedef {import("./deployment.mjs").Deployment} Deployment
 * @typedef {import("./workspace.mjs").Workspace} Workspace
 *
 * A stack as it was found, after what a killed update left was put in order.
 *
 * @typedef {object} Found
 * @property {Container[]} containers - with the label of the stack
 * @property {Deployment} deployment
 * @property {boolean} interrupted - whether something was put in order, so that the record is to be compared with Docker
 * @property {Set<string>} names - of containers that were being created and are no part of the record
 */

const settleSeconds = 15;

/**
 * Puts in order what a killed update left, as far as it stands in the way of
 * another one. What serves goes on serving.
 *
 * @param {Workspace} workspace
 * @returns {Promise<Found | undefined>} undefined where there is no such stack
 */
export async function recover(workspace) {
  const { host, label } = workspace;
  // The containers first: one that is being created right now is then in the record.
  let containers = await listContainers(host, label);
  const deployment = await readDeployment(workspace);
  if (!deployment) {
    return undefined;
  }
  containers = await settled(workspace, deployment, containers);
  const plan = planRecovery(deployment, containers);
  if (plan.deployment) {
    note("recovery", `an update broke off while ${plan.pending.join(", ")}`);
    // Pulumi refuses this while another update is under way, so nothing is touched before.
    await writeDeployment(workspace, plan.deployment);
    plan.adopted.forEach(({ container }) =>
      note("recovery", `${container.name} came up all the same: it is on record now`),
    );
  }
  await removeContainers(host, plan.idle, "left by an update that broke off: removed");
  for (const { kind, name } of plan.others) {
    await removeObject(host, kind, name);
  }
  plan.serving.forEach((container) =>
    note("recovery", `${container.name} was left too; it serves until the update has ended`),
  );
  return {
    containers: containers.filter((container) => !plan.idle.includes(container)),
    deployment: plan.deployment ?? deployment,
    interrupted: plan.deployment !== undefined || plan.idle.length + plan.serving.length > 0,
    names: new Set(plan.names),
  };
}

/**
 * Removes the orphans that served during the update, and those that Docker had
 * not finished before it. Each one drains first.
 *
 * @param {Workspace} workspace
 * @param {Found} found
 */
export async function removeOrphans(workspace, { interrupted, names }) {
  if (!interrupted) {
    return;
  }
  const containers = await listContainers(workspace.host, workspace.label);
  const deployment = (await readDeployment(workspace)) ?? {};
  const orphans = new Set([
    ...orphansOf(deployment, containers),
    ...containers.filter(({ name }) => names.has(name)),
  ]);
  await removeContainers(
    workspace.host,
    [...orphans],
    "left by the update that broke off: drained and removed",
  );
}

/**
 * Waits until Docker has ended what was being created when the update was killed.
 *
 * @param {Workspace} workspace
 * @param {Deployment} deployment
 * @param {Container[]} containers
 * @returns {Promise<Container[]>}
 */
async function settled({ host, label }, deployment, containers) {
  const recordedAt = Date.parse(deployment.manifest?.time ?? "") || 0;
  const end = Date.now() + settleSeconds * 1000;
  let now = containers;
  while (isUnderWay(deployment, now, Date.now() - recordedAt) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    now = await listContainers(host, label);
  }
  return now;
}

/**
 * @param {string} host
 * @param {Container[]} containers
 * @param {string} why
 */
async function removeContainers(host, containers, why) {
  if (containers.length === 0) {
    return;
  }
  const ids = containers.map(({ id }) => id);
  // Without a time: each container has its own, in which it drains.
  await capture("docker", ["--host", host, "stop", ...ids]);
  const { code, stderr } = await capture("docker", ["--host", host, "rm", "--force", ...ids]);
  if (code !== 0 && !/no such container|already in progress/i.test(stderr)) {
    throw new Failure(
      `Containers that a broken off update left cannot be removed: ${stderr}`,
      `${dockerCommand(host)} rm --force ${containers.map(({ name }) => name).join(" ")}.`,
    );
  }
  containers.forEach((container) =>
    note("recovery", `${nameOf(container)} (${container.name}), ${why}`),
  );
}

/**
 * Removes what an interrupted creation may have made besides containers. Nothing
 * can have been stored in it: what would use it is created after it is on record.
 *
 * @param {string} host
 * @param {string} kind
 * @param {string} name
 */
async function removeObject(host, kind, name) {
  const { code, stderr } = await capture("docker", ["--host", host, kind, "rm", name]);
  if (code === 0) {
    note("recovery", `${kind} ${name}, left by an update that broke off: removed`);
  } else if (!/no such|not found|not a swarm manager/i.test(stderr)) {
    note("recovery", `${kind} ${name} is left and cannot be removed: ${stderr}`);
  }
}
