import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { inspectEngine, modelServiceDefaults } from "@tf-model-serving/core";
import { fewestReplicas } from "@tf-model-serving/kubernetes";
import { readTags, setTags } from "../automation/stackTags";
import { note, npmRun } from "../output/console";
import { Failure } from "../output/failure";
import { startEngine } from "../setup/engine";
import { createMissingStack } from "../setup/prepare";
import { readMapping } from "../setup/stackConfig";
import { prepareToolchain } from "../setup/toolchain";
import { openWorkspace, type Workspace } from "../setup/workspace";
import { targetOf } from "../targets";
import type { Target } from "../targets/target";
import { type Environment, environmentIn, tagsFor, timeText } from "./environment";
import { choosePorts, environmentPorts } from "./ports";
import { whyNoRoom } from "./room";
import { environmentFile, isEnvironmentFile } from "./stackFile";

/** A stack that is an environment, with its settings as the commands take them. */
export interface OpenEnvironment {
  readonly workspace: Workspace;
  readonly environment: Environment;
  /** What its config file has to say. */
  readonly file: string;
}

/**
 * Makes a stack an environment, or gives one more time: writes its config file and its tags. Nothing
 * runs yet.
 *
 * @param from - the stack whose settings it has. @default - the one that it has had
 * @param lifetimeMs - how long it lives from now on
 * @throws Failure where the name is another stack's, or the host has no room for it
 */
export async function prepareEnvironment(
  { stack, env }: Workspace,
  from: string | undefined,
  lifetimeMs: number,
): Promise<OpenEnvironment> {
  await prepareToolchain(env);
  const kept = await environmentOf(openWorkspace(stack));
  const base = from ?? kept?.from;
  if (!base) {
    throw new Failure(
      `The stack ${stack} is no preview environment yet.`,
      `name the stack whose settings it is to have: ${npmRun("environment -- --from dev", stack)}.`,
      2,
    );
  }
  const expires = new Date(Date.now() + lifetimeMs);
  const made = openAs(stack, { from: base, expires, ports: kept?.ports ?? [] });
  const ports = await portsOf(made.workspace, kept?.ports ?? []);
  const opened = openAs(stack, { ...made.environment, ports });
  const { workspace, environment } = opened;
  writeFile(opened);
  await createMissingStack(workspace);
  await setTags(env, stack, tagsFor(environment));
  try {
    // A target may need a secret of the stack, which only Pulumi can read.
    await requireRoom(workspace, targetOf(workspace), base);
  } catch (error) {
    if (!kept) {
      await workspace.pulumi.remove();
      forgetFiles(workspace);
    }
    throw error;
  }
  note("stack", `${stack} has the settings of ${base}, and lives until ${timeText(expires)}`);
  return opened;
}

/** An environment as its tags say it is: also where this checkout has no file of it. */
export function openAs(stack: string, environment: Environment): OpenEnvironment {
  const { root, project, name } = openWorkspace(stack);
  const { from } = environment;
  const baseFile = `Pulumi.${from}.yaml`;
  const text = path.join(root, baseFile);
  if (!/^[\w.-]+$/.test(from) || !existsSync(text)) {
    throw new Failure(
      `The environment ${stack} has the settings of the stack ${from || "(none is named)"}, and there is no ${baseFile}.`,
      "use a stack that has such a file, beside Pulumi.yaml.",
    );
  }
  const base = readMapping(readFileSync(text, "utf8"), baseFile);
  const file = environmentFile({ project, base, name, environment });
  const workspace = openWorkspace(stack, file);
  if (workspace.setting("target") === "ecs") {
    throw new Failure(
      `The stack ${from} is on ecs, where an environment would have instances and a load balancer of its own.`,
      "use a stack on docker, swarm or kubernetes, whose machines several stacks share.",
    );
  }
  return { workspace, environment, file };
}

/** @throws Failure where somebody else wrote the config file of that name */
export function writeFile({ workspace, file }: OpenEnvironment): void {
  if (hasForeignFile(workspace)) {
    throw foreign(workspace.stackFile);
  }
  writeFileSync(fileOf(workspace), file);
}

/** Removes the config files that were made for an environment. */
export function forgetFiles(workspace: Workspace): void {
  rmSync(workspace.configFile, { force: true });
  if (!hasForeignFile(workspace)) {
    rmSync(fileOf(workspace), { force: true });
  }
}

function hasForeignFile(workspace: Workspace): boolean {
  const file = fileOf(workspace);
  return existsSync(file) && !isEnvironmentFile(readFileSync(file, "utf8"));
}

function fileOf({ root, stackFile }: Workspace): string {
  return path.join(root, stackFile);
}

function foreign(what: string): Failure {
  return new Failure(
    `${what} is not of a preview environment, and stays as it is.`,
    "give the environment another name, such as pr-123.",
    2,
  );
}

/**
 * What the tags of a stack say.
 *
 * @returns undefined where there is no such stack
 * @throws Failure where the name is that of a stack, or of a stack's file, that is no environment
 */
async function environmentOf(workspace: Workspace): Promise<Environment | undefined> {
  const { stack, stackFile, env, pulumi } = workspace;
  if (hasForeignFile(workspace)) {
    throw foreign(stackFile);
  }
  if (await pulumi.isMissing()) {
    return undefined;
  }
  const environment = environmentIn(await readTags(env, stack));
  if (!environment) {
    throw foreign(`The stack ${stack}`);
  }
  return environment;
}

/** The ports that an environment has on its Docker host: those that it had, else free ones. */
async function portsOf(
  { setting, host, name }: Workspace,
  kept: readonly number[],
): Promise<number[]> {
  const isSwarm = setting("target") === "swarm";
  if (!isSwarm && setting("target") !== "docker") {
    return [];
  }
  await startEngine(host);
  const address = isSwarm ? "0.0.0.0" : String(setting("publishAddress"));
  const wanted = Number(setting("grpcPort")) === 0 ? 1 : 2;
  const ports = await choosePorts(name, wanted, kept, async (some) => {
    const asked = some.map((port) => ({ port, address }));
    return (await inspectEngine(host, asked)).takenPorts.map(({ port }) => port);
  });
  if (ports.length < wanted) {
    const { first, count } = environmentPorts;
    throw new Failure(
      `The Docker host at ${host} has no free port from ${first} to ${first + count - 1}.`,
      `npm run sweep removes environments whose time is up.`,
    );
  }
  return ports;
}

/** @throws Failure that names what is free, what is asked, and what to do */
async function requireRoom(workspace: Workspace, target: Target, base: string): Promise<void> {
  const { setting, plainSetting, stack } = workspace;
  const room = await target.room();
  const replicas =
    Number(setting("replicas")) ||
    (setting("target") === "kubernetes"
      ? fewestReplicas((await plainSetting("kubernetesService")) ?? {})
      : modelServiceDefaults.replicas);
  const memoryMb = Number(setting("memoryMb"));
  const why = room && whyNoRoom(room, { replicas, memoryMb, cpus: Number(setting("cpus")) });
  if (why) {
    throw new Failure(
      `There is no room for the environment ${stack}: ${why}.`,
      `npm run sweep removes environments whose time is up; else set fewer replicas, or ` +
        `less memoryMb, in Pulumi.${base}.yaml.`,
    );
  }
}
