import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { defaultDockerHost } from "@tf-model-serving/core/facts";
import { PulumiStack } from "../automation/pulumiStack";
import { defaultStack, type Environment } from "../output/console";
import { Failure } from "../output/failure";
import type { StackContext } from "../targets/target";
import {
  type Backend,
  backendVariables,
  chooseBackend,
  configFolder,
  currentLogin,
} from "./backend";
import { findEngine } from "./engine";
import { ownFolder, root } from "./folders";
import { pluginNeeds, wantedPlugins } from "./pulumiHome";
import { standInNames, standInRule } from "./standIns";
import {
  explicitSetting,
  hasSecret,
  type Mapping,
  readMapping,
  renderConfigFile,
  settingOf,
} from "./stackConfig";

/** A stack, with all that the commands need to know of it. */
export interface Workspace extends StackContext {
  /** The last part of the stack's name. */
  readonly name: string;
  /** Pulumi.yaml. */
  readonly project: Mapping;
  readonly backend: Backend;
  /** Name of the stack's own config file. */
  readonly stackFile: string;
  /** The config file that Pulumi gets, absolute. */
  readonly configFile: string;
  /** The stack as Pulumi's Automation API has it. */
  readonly pulumi: PulumiStack;
  /** A setting as the stack's own file has it. */
  explicit(key: string): unknown;
  /** A setting as Pulumi got it last. */
  last(key: string): unknown;
  /** Makes the config file; without stand-ins it keeps the last ones. */
  writeConfig(standIns?: Record<string, string>): Promise<void>;
}

/**
 * Opens a stack for a command. Nothing is created.
 *
 * @param option - the value of --stack
 * @param config - what is to count in place of the stack's own config file
 */
export function openWorkspace(option?: string, config?: string): Workspace {
  const stack = stackName(option, process.env);
  const name = stack.slice(stack.lastIndexOf("/") + 1);
  const project = readMapping(readText(path.join(root, "Pulumi.yaml")), "Pulumi.yaml");
  const stackFile = `Pulumi.${name}.yaml`;
  const own = readMapping(config ?? readText(path.join(root, stackFile)), stackFile);
  const backend = chooseBackend({
    env: process.env,
    projectUrl: (project.backend as { url?: string } | undefined)?.url,
    login: currentLogin(process.env),
    folder: ownFolder,
  });
  const configFile = path.join(configFolder(backend, ownFolder), stackFile);
  const previous = readMapping(readText(configFile), path.relative(root, configFile));
  const setting = (key: string) => settingOf(project, own, key);
  const last = (key: string) => settingOf(project, previous, key);
  const { host, variables } = findEngine(setting("host"), process.env);
  // Every client of Docker follows it.
  Object.assign(process.env, variables);
  const env = {
    ...process.env,
    ...backendVariables(backend, process.env),
    // Every subcommand follows it, those without --stack too; nothing is selected.
    PULUMI_STACK: stack,
    // The address of a Docker context, for what does not follow contexts.
    ...(host === defaultDockerHost ? {} : { DOCKER_HOST: host }),
  };
  const plugins = () => wantedPlugins(pluginNeeds(setting));
  const pulumi = new PulumiStack({ stack, name, project, backend, env, configFile, plugins });
  return {
    ...{ root, stack, name, project, backend, host, stackFile, configFile, env, pulumi },
    label: `${project.name}/${name}`,
    ...{ setting, last },
    explicit: (key) => explicitSetting(project, own, key),
    plainSetting: async (key) => {
      const given = own.config && (own.config as Mapping)[fullKey(project, key)];
      return hasSecret(given) ? pulumi.configValue(fullKey(project, key)) : given;
    },
    outputs: () => pulumi.outputs(),
    record: () => pulumi.record(),
    writeRecord: (deployment) => pulumi.writeRecord(deployment),
    otherRecords: () => pulumi.otherRecords(),
    writeConfig: async (given) => {
      const standIns = given ?? (await lastStandIns(last, setting, host));
      const parts = { project, file: stackFile, stackFile: own, standIns, previous };
      mkdirSync(path.dirname(configFile), { recursive: true });
      writeFileSync(configFile, renderConfigFile(parts));
    },
  };
}

/** The stack's name: the option, else PULUMI_STACK, else the default. */
export function stackName(option: string | undefined, env: Environment): string {
  const stack = option || env.PULUMI_STACK || defaultStack;
  if (!/^([\w.-]+\/){0,2}[\w.-]{1,100}$/.test(stack)) {
    throw new Failure(
      `"${stack}" is no name for a stack.`,
      `use letters, digits, _, . and -, such as ${defaultStack}; with an organization: ORGANIZATION/NAME.`,
      2,
    );
  }
  return stack;
}

function fullKey(project: Mapping, key: string): string {
  return key.includes(":") ? key : `${project.name}:${key}`;
}

/** The stand-ins of the last run, as far as they may still be used. */
async function lastStandIns(
  last: (key: string) => unknown,
  setting: (key: string) => unknown,
  host: string,
): Promise<Record<string, string>> {
  const used = Object.entries(standInNames()).filter(([key, image]) => last(key) === image);
  if (used.length === 0) {
    return {};
  }
  const whyNone = await standInRule(setting, host);
  return Object.fromEntries(used.filter(([key]) => whyNone(key) === undefined));
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
