import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { type ImageKey, whyNoStandIn } from "../../program/standIns";
import { hasAirgap } from "./airgap";
import { engineInfo } from "./engine";
import { root } from "./folders";

/** The images that airgap/ builds, by setting; none where it cannot work. */
export function standInNames(): Record<string, string> {
  const file = path.join(root, "airgap", "images", "names.json");
  return hasAirgap() && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/** Tells of a setting that names an image why nothing may stand in for it; undefined where one may. */
export type StandInRule = (key: string) => string | undefined;

/** The program's own rule for the stand-ins of a stack. */
export async function standInRule(
  setting: (key: string) => unknown,
  host: string,
): Promise<StandInRule> {
  if (String(setting("standIns")) === "true") {
    return () => undefined;
  }
  const target = String(setting("target"));
  const registry = String(setting("registry") ?? "") || undefined;
  const nodes = target === "swarm" ? (await engineInfo(host))?.Swarm?.Nodes : undefined;
  return (key) =>
    whyNoStandIn(key as ImageKey, { target, registry, host, nodes: nodes || undefined });
}
