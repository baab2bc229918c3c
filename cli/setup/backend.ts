import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Environment } from "../output/console";
import { pulumiHome } from "./pulumiHome";

/** Where a stack's state is kept. */
export interface Backend {
  readonly url: string;
  /** Whether it is this project's own folder, and so these commands' to manage. */
  readonly own: boolean;
  /** Who chose it. */
  readonly because: string;
}

export interface BackendChoice {
  readonly env: Environment;
  /** backend.url of Pulumi.yaml. */
  readonly projectUrl?: string;
  /** Where `pulumi login` was last. */
  readonly login?: string;
  /** This project's own folder, absolute. */
  readonly folder: string;
}

/**
 * The backend that Pulumi itself would use, in its order; where the user chose none, a folder of this
 * project.
 */
export function chooseBackend({ env, projectUrl, login, folder }: BackendChoice): Backend {
  const own = folderUrl(folder);
  if (env.PULUMI_BACKEND_URL && env.PULUMI_BACKEND_URL !== own) {
    return { url: env.PULUMI_BACKEND_URL, own: false, because: "PULUMI_BACKEND_URL" };
  }
  if (projectUrl && !env.PULUMI_BACKEND_URL) {
    return { url: projectUrl, own: false, because: "backend.url in Pulumi.yaml" };
  }
  if (login && !env.PULUMI_BACKEND_URL) {
    return { url: login, own: false, because: "pulumi login" };
  }
  if (env.PULUMI_ACCESS_TOKEN && !env.PULUMI_BACKEND_URL) {
    return { url: "https://api.pulumi.com", own: false, because: "PULUMI_ACCESS_TOKEN" };
  }
  return { url: own, own: true, because: "this project's own folder" };
}

/**
 * Variables that lead Pulumi to the backend; none for one that the user chose. The project's own, for
 * development, is encrypted with an empty passphrase unless the user gives one.
 */
export function backendVariables(backend: Backend, env: Environment): Record<string, string> {
  if (!backend.own) {
    return {};
  }
  const hasPassphrase =
    env.PULUMI_CONFIG_PASSPHRASE !== undefined || Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE);
  return {
    PULUMI_BACKEND_URL: backend.url,
    ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }),
  };
}

/** The folder for generated config files: one per backend, since their salt belongs to one passphrase. */
export function configFolder(backend: Backend, folder: string): string {
  const id = createHash("sha256").update(backend.url).digest("hex").slice(0, 12);
  return path.join(folder, "config", ...(backend.own ? [] : [id]));
}

/** The file in which a folder backend keeps a stack. */
export function stackStateFile(folder: string, project: string, stack: string): string {
  return path.join(folder, ".pulumi", "stacks", project, `${stack}.json`);
}

/** Where `pulumi login` was last; undefined where it never was. */
export function currentLogin(env: Environment): string | undefined {
  const file = path.join(env.PULUMI_CREDENTIALS_PATH || pulumiHome(env), "credentials.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).current || undefined : undefined;
}

/** A backend's URL as it holds in any folder: file://./state is relative. */
export function absoluteUrl(url: string, folder: string): string {
  return /^file:\/\/\.{1,2}(\/|$)/.test(url) ? folderUrl(path.resolve(folder, url.slice(7))) : url;
}

/** Without encoding, and file://C:/... on Windows: Pulumi takes what follows file:// as a path. */
function folderUrl(folder: string): string {
  return `file://${folder.split(path.sep).join("/")}`;
}
