// @ts-check
import { existsSync } from "node:fs";
import path from "node:path";
import { show } from "./process.mjs";

/**
 * Whether airgap/ can work here: it assumes Debian (or a descendant) and bash.
 *
 * @param {string} root - project folder
 * @returns {boolean}
 */
export function hasAirgap(root) {
  return (
    process.platform === "linux" &&
    existsSync("/etc/debian_version") &&
    existsSync(path.join(root, "airgap"))
  );
}

/** @returns {boolean} whether this process may install packages and start services */
export function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * Runs a script of airgap/ and gives its exit code.
 *
 * @param {string} root - project folder
 * @param {string} script - below airgap/
 * @param {string[]} [args]
 * @param {Record<string, string | undefined>} [env]
 * @returns {Promise<number>}
 */
export function runAirgap(root, script, args = [], env = process.env) {
  return show("bash", [path.join(root, "airgap", script), ...args], {
    ...{ cwd: root, env, progress: true },
  });
}
