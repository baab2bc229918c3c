// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure, note } from "./command.mjs";
import { show } from "./process.mjs";

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * Whether what is installed is what the lock file asks for. By content, since a
 * checkout changes times; optional packages of other platforms may be missing.
 *
 * @param {LockFile} locked - package-lock.json
 * @param {LockFile | undefined} installed - node_modules/.package-lock.json
 * @returns {boolean}
 */
export function packagesAreCurrent(locked, installed) {
  const have = installed?.packages ?? {};
  return Object.entries(locked.packages ?? {}).every(([folder, wanted]) => {
    const found = have[folder];
    if (folder === "" || (!found && (wanted.optional || wanted.peer))) {
      return true;
    }
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

/**
 * Runs `npm ci` when what is installed is not what package-lock.json asks for.
 *
 * @param {string} root - project folder
 */
export async function installPackages(root) {
  if (areCurrent(root)) {
    return;
  }
  note("packages", "installing the npm packages of package-lock.json (npm ci)");
  const npm = npmCommand(process.env, process.platform);
  // Whatever NODE_ENV says: the development packages hold Pulumi's command line.
  const args = [...npm.args, "ci", "--include=dev", "--no-audit", "--no-fund"];
  const code = await show(npm.program, args, {
    ...{ cwd: root, shell: npm.shell, progress: true },
  });
  if (code !== 0) {
    throw new Failure(
      `npm ci ended with exit code ${code}.`,
      "see its messages above; behind a company proxy, npm config get registry shows where it looks.",
    );
  }
}

/**
 * Refuses to go on where `npm run up` has not installed the packages yet.
 *
 * @param {string} root - project folder
 */
export function requirePackages(root) {
  if (!existsSync(path.join(root, "node_modules", ".package-lock.json"))) {
    throw new Failure(
      "The npm packages are not installed yet.",
      "npm ci, or npm run up, which does it first.",
    );
  }
}

/**
 * How to start npm without a shell: `npm run` names its own script; elsewhere
 * Windows has npm as a batch file only, which needs one.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 * @returns {{ program: string, args: string[], shell: boolean }}
 */
export function npmCommand(env, platform) {
  const script = env.npm_execpath;
  return script && /npm-cli\.c?js$/.test(script)
    ? { program: process.execPath, args: [script], shell: false }
    : { program: "npm", args: [], shell: platform === "win32" };
}

/** @param {string} root */
function areCurrent(root) {
  const locked = readLock(path.join(root, "package-lock.json"));
  const installed = readLock(path.join(root, "node_modules", ".package-lock.json"));
  return locked !== undefined && packagesAreCurrent(locked, installed);
}

/**
 * @param {string} file
 * @returns {LockFile | undefined}
 */
function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
