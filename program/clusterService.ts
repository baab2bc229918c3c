import * as pulumi from "@pulumi/pulumi";
import { Problem, ReleaseStrategy } from "../components";
import { isNumber, numberOf, text } from "../settings";
import { readServer } from "./serverConfig";

/** Defaults of a target's replicas. */
interface ReplicaDefaults {
  cpus: number;
  memoryMb: number;
  strategy: ReleaseStrategy;
  drainSeconds: number;
  startTimeoutSeconds: number;
}

/** What the keys that all targets share say of replicas that a scheduler places on instances or nodes. */
export function readReplicas(config: pulumi.Config, defaults: ReplicaDefaults) {
  const gpus = text(config, "gpus");
  return {
    cpus: numberOf(config, "cpus") ?? defaults.cpus,
    memoryMb: config.getNumber("memoryMb") ?? defaults.memoryMb,
    gpus: isNumber(gpus) ? Number(gpus) : 0,
    strategy: (text(config, "strategy") ?? defaults.strategy) as ReleaseStrategy,
    drainSeconds: config.getNumber("drainSeconds") ?? defaults.drainSeconds,
    stopGraceSeconds: config.getNumber("stopGraceSeconds") || undefined,
    startTimeoutSeconds: config.getNumber("startTimeoutSeconds") || defaults.startTimeoutSeconds,
    server: readServer(config),
  };
}

/** Text as on the other targets, and a number here: GPUs are whole devices for a scheduler. */
export function checkGpus(gpus: string | undefined, target: string): Problem[] {
  return gpus === undefined || /^\d+$/.test(gpus)
    ? []
    : [
        {
          propertyPath: "gpus",
          reason: `is "${gpus}": on ${target} use the number of GPUs per replica`,
        },
      ];
}
