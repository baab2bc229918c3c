// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { loadTypeScript } from "./components.mjs";
import { hasAirgap } from "./debian.mjs";
import { capture } from "./process.mjs";

/**
 * The images that airgap/ builds, by setting; none where it cannot work.
 *
 * @param {string} root - project folder
 * @returns {Record<string, string>}
 */
export function standInNames(root) {
  const file = path.join(root, "airgap", "images", "names.json");
  return hasAirgap(root) && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/**
 * Tells of a setting that names an image why nothing may stand in for it, by the program's own rule.
 *
 * @param {string} root - project folder
 * @param {Pick<import("./workspace.mjs").Workspace, "setting" | "host">} workspace
 * @returns {Promise<(key: string) => string | undefined>} undefined where a stand-in may be used
 */
export async function standInRule(root, { setting, host }) {
  if (String(setting("standIns")) === "true") {
    return () => undefined;
  }
  /** @type {typeof import("../../program/standIns.js")} */
  const { whyNoStandIn } = await loadTypeScript(root, "program/standIns.ts");
  const target = String(setting("target"));
  const registry = String(setting("registry") ?? "") || undefined;
  const nodes = target === "swarm" ? await countNodes(host) : undefined;
  return (key) =>
    whyNoStandIn(/** @type {import("../../program/standIns.js").ImageKey} */ (key), {
      ...{ target, registry, host, nodes },
    });
}

/**
 * @param {string} host - Docker Engine
 * @returns {Promise<number | undefined>} of its swarm; undefined where it says nothing
 */
async function countNodes(host) {
  const { stdout } = await capture("docker", [
    ...["--host", host, "info", "--format", "{{.Swarm.Nodes}}"],
  ]);
  return Number(stdout) || undefined;
}
