import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { currentStack } from "../stack/currentStack";
import { stackLabel } from "../stack/stackLabel";
import { cpusText, durationText } from "../engine/providerText";

/**
 * Arguments that replace a container although the provider would record them
 * without effect, and `#initerror`: a container that never became healthy is
 * not taken for a good one by the next update.
 */
export const replaceOnChanges = ["healthcheck", "tmpfs", "init", "#initerror"];

/** Hardening of every container: no capabilities, no new privileges, no writable root. */
export const hardened = {
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  // Named, since an unset mode shows up as a change in every preview.
  networkMode: "bridge",
} satisfies Partial<docker.ContainerArgs>;

/** Lets a container come back by itself, and rotates its log. */
export const kept = {
  mustRun: true,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
} satisfies Partial<docker.ContainerArgs>;

/** Labels of a Docker object: its stack, its part in it and the caller's own, sorted by name. */
export function dockerLabels(
  part: string,
  extra: Record<string, pulumi.Input<string>> = {},
): { label: string; value: pulumi.Input<string> }[] {
  const labels: Record<string, pulumi.Input<string>> = {
    ...extra,
    [stackLabel]: currentStack(),
    "tfserving.part": part,
  };
  return Object.keys(labels)
    .sort()
    .map((label) => ({ label, value: labels[label] }));
}

/** Limits of a container; its memory has no swap beyond it, and its processes count by user. */
export function limits(
  cpus: number,
  memoryMb: number,
  pids: number,
): Partial<docker.ContainerArgs> {
  return {
    cpus: cpusText(cpus),
    memory: memoryMb,
    memorySwap: memoryMb,
    ulimits: [{ name: "nproc", soft: pids, hard: pids }],
  };
}

/**
 * Pace of a health check. Each check starts a process, so it is quick only until
 * the container is up, where the engine can do that (API 1.44 and later).
 *
 * @param apiVersion - what the engine speaks. @default - an old one is assumed
 */
export function healthPace(
  apiVersion: string | undefined,
  startSeconds: number,
): Pick<docker.types.input.ContainerHealthcheck, "interval" | "startInterval" | "startPeriod"> {
  const [major, minor] = (apiVersion ?? "1.0").split(".").map(Number);
  const hasStartInterval = major > 1 || minor >= 44;
  return {
    startPeriod: durationText(startSeconds),
    ...(hasStartInterval ? { interval: "30s", startInterval: "1s" } : { interval: "3s" }),
  };
}
