// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { backendVariables, chooseBackend, configFolder, currentLogin } from "./backend.mjs";
import { defaultStack, Failure } from "./command.mjs";
import { defaultHost, findEngine } from "./engine.mjs";
import { requirePackages } from "./packages.mjs";
import { standInNames, standInRule } from "./standIns.mjs";
import { explicitSetting, readMapping, renderConfigFile, settingOf } from "./stackConfig.mjs";

/** The project's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What belongs to this project's own backend and to no commit. */
export const ownFolder = path.join(root, ".pulumi");

/**
 * A stack, with all that the commands need to know of it.
 *
 * @typedef {object} Workspace
 * @property {string} stack - as Pulumi takes it, perhaps ORGANIZATION/NAME
 * @property {string} name - the last part of it
 * @property {import("./stackConfig.mjs").Mapping} project - Pulumi.yaml
 * @property {string} label - value of the label tfserving.stack on its Docker objects
 * @property {import("./backend.mjs").Backend} backend
 * @property {string} host - address of its Docker Engine
 * @property {string} stackFile - name of its own config file
 * @property {string} configFile - the config file that Pulumi gets, absolute
 * @property {Record<string, string | undefined>} env - for Pulumi
 * @property {(key: string) => unknown} setting - a setting, or its default
 * @property {(key: string) => unknown} explicit - a setting as the stack's own file has it
 * @property {(key: string) => unknown} last - a setting as Pulumi got it last
 * @property {(standIns?: Record<string, string>) => Promise<void>} writeConfig - makes the config file; without stand-ins it keeps the last ones
 */

/**
 * Opens a stack for a command. Nothing is created.
 *
 * @param {unknown} option - the value of --stack
 * @param {string} [config] - what is to count in place of the stack's own config file
 * @returns {Promise<Workspace>}
 */
export async function openWorkspace(option, config) {
  requirePackages(root);
  const stack = stackName(option, process.env);
  const name = shortName(stack);
  const project = await readMapping(readText(path.join(root, "Pulumi.yaml")), "Pulumi.yaml");
  const file = `Pulumi.${name}.yaml`;
  const stackFile = await readMapping(config ?? readText(path.join(root, file)), file);
  const backend = chooseBackend({
    env: process.env,
    projectUrl: backendUrl(project),
    login: currentLogin(process.env),
    folder: ownFolder,
  });
  const configFile = path.join(configFolder(backend, ownFolder), file);
  const previous = await readMapping(readText(configFile), path.relative(root, configFile));
  const configured = settingOf(project, stackFile, "host");
  const { host, variables } = await findEngine(root, configured, process.env);
  // Every call of Docker follows it.
  Object.assign(process.env, variables);
  /** @param {string} key */
  const setting = (key) => settingOf(project, stackFile, key);
  /** @param {string} key */
  const last = (key) => settingOf(project, previous, key);
  return {
    stack,
    name,
    project,
    label: `${project.name}/${name}`,
    backend,
    host,
    stackFile: file,
    configFile,
    env: {
      ...process.env,
      ...backendVariables(backend, process.env),
      // Every subcommand follows it, those without --stack too; nothing is selected.
      PULUMI_STACK: stack,
      // The address of a Docker context, for what does not follow contexts.
      ...(host === defaultHost ? {} : { DOCKER_HOST: host }),
    },
    setting,
    explicit: (key) => explicitSetting(project, stackFile, key),
    last,
    writeConfig: async (given) => {
      const standIns = given ?? (await lastStandIns(last, { setting, host }));
      const text = await renderConfigFile({ project, file, stackFile, standIns, previous });
      mkdirSync(path.dirname(configFile), { recursive: true });
      writeFileSync(configFile, text);
    },
  };
}

/**
 * The stack's name: the option, else PULUMI_STACK, else the default.
 *
 * @param {unknown} option
 * @param {Record<string, string | undefined>} env
 * @returns {string}
 */
export function stackName(option, env) {
  const stack = (typeof option === "string" && option) || env.PULUMI_STACK || defaultStack;
  if (!/^([\w.-]+\/){0,2}[\w.-]{1,100}$/.test(stack)) {
    throw new Failure(
      `"${stack}" is no name for a stack.`,
      `use letters, digits, _, . and -, such as ${defaultStack}; with an organization: ORGANIZATION/NAME.`,
      2,
    );
  }
  return stack;
}

/** @param {string} stack - perhaps ORGANIZATION/PROJECT/NAME */
function shortName(stack) {
  return stack.slice(stack.lastIndexOf("/") + 1);
}

/**
 * The stand-ins of the last run, as far as they may still be used.
 *
 * @param {(key: string) => unknown} last
 * @param {Pick<Workspace, "setting" | "host">} workspace
 * @returns {Promise<Record<string, string>>}
 */
async function lastStandIns(last, workspace) {
  const used = Object.entries(standInNames(root)).filter(([key, image]) => last(key) === image);
  if (used.length === 0) {
    return {};
  }
  const whyNone = await standInRule(root, workspace);
  return Object.fromEntries(used.filter(([key]) => whyNone(key) === undefined));
}

/**
 * backend.url of Pulumi.yaml.
 *
 * @param {import("./stackConfig.mjs").Mapping} project
 * @returns {string | undefined}
 */
function backendUrl(project) {
  return /** @type {{ url?: string } | undefined} */ (project.backend)?.url;
}

/** @param {string} file */
function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
