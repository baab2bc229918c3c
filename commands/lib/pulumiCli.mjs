// @ts-check
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { followingProxy } from "./download.mjs";
import { capture, show } from "./process.mjs";

/**
 * Where Pulumi keeps its command line, plugins and credentials.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {string}
 */
export function pulumiHome(env) {
  return env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");
}

/**
 * The Pulumi version of package-lock.json. It is the one that runs, whatever
 * else is on PATH, so that every machine runs the same.
 *
 * @param {string} root - project folder
 * @returns {string}
 */
export function pinnedVersion(root) {
  return readPackage(root, "pulumi").version;
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 * @returns {boolean} whether the pinned command line is in Pulumi's home
 */
export function hasCli(root, env) {
  try {
    accessSync(cliFile(root, env), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Provider plugins that one target alone needs: some are hundreds of megabytes. */
const targetOfPlugin = /** @type {Record<string, string>} */ ({
  aws: "ecs",
  kubernetes: "kubernetes",
});

/**
 * The provider plugins that the project's npm packages ask for, by exact version.
 *
 * @param {string} root
 * @param {string} target - of the stack
 * @returns {{ name: string, version: string }[]}
 */
export function wantedPlugins(root, target) {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return Object.keys(dependencies)
    .map((name) => readPackage(root, name).pulumi)
    .filter((plugin) => plugin?.resource && plugin.name && plugin.version)
    .filter(({ name }) => (targetOfPlugin[name] ?? target) === target)
    .map(({ name, version }) => ({ name, version }));
}

/**
 * @param {{ name: string, version: string }} plugin
 * @param {Record<string, string | undefined>} env
 * @returns {boolean} whether it is in Pulumi's home, complete, or on PATH, where Pulumi takes any version
 */
export function hasPlugin({ name, version }, env) {
  const folders = (env.PATH ?? "").split(path.delimiter);
  if (folders.some((folder) => existsSync(path.join(folder, `pulumi-resource-${name}`)))) {
    return true;
  }
  const folder = path.join(pulumiHome(env), "plugins", `resource-${name}-v${version}`);
  return existsSync(folder) && !existsSync(`${folder}.partial`);
}

/**
 * Installs the pinned command line: the npm package `pulumi` downloads it when it
 * is first called. Later calls go to the program itself, since the package's
 * script ends at Ctrl-C while Pulumi is still putting its records in order.
 *
 * @param {string} root - project folder
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<number>} exit code
 */
export function installCli(root, env) {
  const script = path.join(root, "node_modules", "pulumi", "run.js");
  const args = [...followingProxy, script, "version"];
  return show(process.execPath, args, { ...pulumiProcess(root, env), progress: true });
}

/**
 * Runs the pinned Pulumi on this terminal and gives its exit code.
 *
 * @param {string} root - project folder
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @param {Pick<import("./process.mjs").ShowOptions, "progress" | "apart">} [options]
 * @returns {Promise<number>}
 */
export function showPulumi(root, args, env, options) {
  return show(cliFile(root, env), args, { ...pulumiProcess(root, env), ...options });
}

/**
 * Runs the pinned Pulumi and keeps what it prints.
 *
 * @param {string} root - project folder
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 */
export function capturePulumi(root, args, env) {
  return capture(cliFile(root, env), args, pulumiProcess(root, env));
}

/**
 * Runs the pinned Pulumi on a text and keeps what it prints.
 *
 * @param {string} root - project folder
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @param {string} input
 */
export function feedPulumi(root, args, env, input) {
  return capture(cliFile(root, env), args, { ...pulumiProcess(root, env), input });
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 */
function pulumiProcess(root, env) {
  return {
    cwd: root,
    env: {
      ...env,
      PULUMI_VERSION: pinnedVersion(root),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Types are checked by npm run lint; checking them again costs seconds in each run.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    },
  };
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 */
function cliFile(root, env) {
  const program = process.platform === "win32" ? "pulumi.exe" : "pulumi";
  return path.join(pulumiHome(env), "versions", pinnedVersion(root), "bin", program);
}

/**
 * @param {string} root
 * @param {string} name
 */
function readPackage(root, name) {
  return JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8"));
}
