// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pulumiHome } from "./pulumiCli.mjs";

/**
 * Where a stack's state is kept.
 *
 * @typedef {object} Backend
 * @property {string} url
 * @property {boolean} own - whether it is this project's own folder, and so these commands' to manage
 * @property {string} because - who chose it
 */

/**
 * The backend that Pulumi itself would use, in its order; where the user chose
 * none, a folder of this project.
 *
 * @param {object} choice
 * @param {Record<string, string | undefined>} choice.env
 * @param {string} [choice.projectUrl] - backend.url of Pulumi.yaml
 * @param {string} [choice.login] - where `pulumi login` was last
 * @param {string} choice.folder - this project's own, absolute
 * @returns {Backend}
 */
export function chooseBackend({ env, projectUrl, login, folder }) {
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
 * Variables that lead Pulumi to the backend; none for one that the user chose.
 * The project's own, for development, is encrypted with an empty passphrase
 * unless the user gives one.
 *
 * @param {Backend} backend
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string>}
 */
export function backendVariables(backend, env) {
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

/**
 * The folder for generated config files: one per backend, since the salt in them
 * belongs to the passphrase of one.
 *
 * @param {Backend} backend
 * @param {string} folder - this project's own
 * @returns {string}
 */
export function configFolder(backend, folder) {
  const id = createHash("sha256").update(backend.url).digest("hex").slice(0, 12);
  return path.join(folder, "config", ...(backend.own ? [] : [id]));
}

/**
 * The file in which a folder backend keeps a stack.
 *
 * @param {string} folder - of the backend
 * @param {string} project
 * @param {string} stack
 * @returns {string}
 */
export function stackStateFile(folder, project, stack) {
  return path.join(folder, ".pulumi", "stacks", project, `${stack}.json`);
}

/**
 * Where `pulumi login` was last; undefined where it never was.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {string | undefined}
 */
export function currentLogin(env) {
  const file = path.join(env.PULUMI_CREDENTIALS_PATH || pulumiHome(env), "credentials.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).current || undefined : undefined;
}

/**
 * A backend's URL as it holds in any folder: file://./state is relative.
 *
 * @param {string} url
 * @param {string} folder - that it is relative to
 * @returns {string}
 */
export function absoluteUrl(url, folder) {
  return /^file:\/\/\.{1,2}(\/|$)/.test(url) ? folderUrl(path.resolve(folder, url.slice(7))) : url;
}

/** @param {string} folder */
function folderUrl(folder) {
  // No encoding, and file://C:/... on Windows: Pulumi takes what follows file:// as a path.
  return `file://${folder.split(path.sep).join("/")}`;
}
