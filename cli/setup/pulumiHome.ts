import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Environment } from "../output/console";
import type { Deployment } from "../targets/target";
import { root } from "./folders";

/** Pulumi's command line, or a plugin. */
export interface Part {
  readonly name: string;
  readonly version: string;
}

/** Where Pulumi keeps its command line, plugins and credentials. */
export function pulumiHome(env: Environment): string {
  return env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");
}

/** The Pulumi version of package-lock.json. It is the one that runs, whatever else is on PATH. */
export function pinnedVersion(folder = root): string {
  return readPackage("pulumi", folder).version;
}

/** The folder of the pinned command line, with `bin/pulumi`. */
export function cliFolder(env: Environment, folder = root): string {
  return path.join(pulumiHome(env), "versions", pinnedVersion(folder));
}

export function cliFile(env: Environment, folder = root): string {
  return path.join(
    cliFolder(env, folder),
    "bin",
    process.platform === "win32" ? "pulumi.exe" : "pulumi",
  );
}

export function hasCli(env: Environment, folder = root): boolean {
  try {
    accessSync(cliFile(env, folder), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What decides on the plugins that a stack needs. */
export interface PluginNeeds {
  readonly target: string;
  /** Whether an authority of the stack signs a certificate. */
  readonly selfSigned?: boolean;
}

/** What a stack needs, by its settings. */
export function pluginNeeds(setting: (key: string) => unknown): PluginNeeds {
  const tls = setting("tls") as { selfSigned?: unknown } | undefined;
  return { target: String(setting("target")), selfSigned: tls?.selfSigned === true };
}

/** Provider plugins that not every stack needs: some are hundreds of megabytes. */
const neededBy: Record<string, (needs: PluginNeeds) => boolean> = {
  aws: ({ target }) => target === "ecs",
  kubernetes: ({ target }) => target === "kubernetes",
  tls: ({ selfSigned = false }) => selfSigned,
};

/** The provider plugins that the project's npm packages ask for, by exact version. */
export function wantedPlugins(needs: PluginNeeds, folder = root): Part[] {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return Object.keys(dependencies)
    .map((name) => readPackage(name, folder).pulumi)
    .filter((plugin) => plugin?.resource && plugin.name && plugin.version)
    .filter(({ name }) => neededBy[name]?.(needs) ?? true)
    .map(({ name, version }) => ({ name, version }));
}

/** The provider plugins that made what is on record; their versions may be older ones. */
export function recordedPlugins({ resources = [] }: Deployment): Part[] {
  const prefix = "pulumi:providers:";
  return resources
    .filter(({ type }) => type.startsWith(prefix) && type !== `${prefix}pulumi`)
    .map(({ type, inputs }) => ({
      name: type.slice(prefix.length),
      version: String(inputs?.version),
    }));
}

/** Whether a plugin is in Pulumi's home, complete, or on PATH, where Pulumi takes any version. */
export function hasPlugin({ name, version }: Part, env: Environment): boolean {
  const folders = (env.PATH ?? "").split(path.delimiter);
  if (folders.some((folder) => existsSync(path.join(folder, `pulumi-resource-${name}`)))) {
    return true;
  }
  const folder = path.join(pulumiHome(env), "plugins", `resource-${name}-v${version}`);
  return existsSync(folder) && !existsSync(`${folder}.partial`);
}

function readPackage(name: string, folder: string) {
  return JSON.parse(readFileSync(path.join(folder, "node_modules", name, "package.json"), "utf8"));
}
