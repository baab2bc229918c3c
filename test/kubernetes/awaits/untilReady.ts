import { setTimeout } from "timers/promises";
import type { Api } from "../api";
import { annotation, referenceTo } from "../metadata";
import type { Plain } from "../../provider/provider";
import { type Await, NeverReadyError } from "./look";
import { ingress, service } from "./network";
import { pod } from "./pods";
import { claim, volume } from "./storage";
import { daemonSet, deployment, job, statefulSet } from "./workloads";

/** Other kinds are ready once they are there. */
const awaits: Record<string, Await> = {
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "batch/v1/Job": job,
  "networking.k8s.io/v1/Ingress": ingress,
  "v1/PersistentVolume": volume,
  "v1/PersistentVolumeClaim": claim,
  "v1/Pod": pod,
  "v1/Service": service,
};

/** An object on the server, with what it lacks. */
export interface Awaited {
  live: Plain;
  /** Nothing: it is ready. */
  reasons: string[];
}

/** How long an object is waited for, and by whom that can be ended. */
export interface Patience {
  /** From the resource's `customTimeouts`, which come before the annotation; 0: none. */
  timeoutSeconds: number;
  signal: AbortSignal;
  /** Gets what is missing, whenever it changes. */
  status(message: string): void;
}

/** Waits until the object is ready, for as long as its kind, annotation or option says. */
export async function untilReady(api: Api, object: Plain, patience: Patience): Promise<Awaited> {
  const rule = ruleOf(object);
  const seconds = timeoutOf(object, patience.timeoutSeconds) ?? rule?.defaultSeconds ?? 600;
  const deadline = Date.now() + seconds * 1000;
  for (let said = ""; ;) {
    const { live, reasons, isFinal } = await lookAt(api, object, rule);
    if (reasons.length === 0 || isFinal) {
      return { live, reasons };
    }
    if (patience.signal.aborted) {
      return {
        live,
        reasons: [`Resource operation was cancelled for '${nameOf(live)}'`, ...reasons],
      };
    }
    if (Date.now() > deadline) {
      return { live, reasons: [`Timeout occurred for '${nameOf(live)}'`, ...reasons] };
    }
    if (reasons[0] !== said) {
      patience.status((said = reasons[0]));
    }
    await setTimeout(250);
  }
}

/** What the object lacks now. */
export function readiness(api: Api, object: Plain): Promise<Awaited> {
  return lookAt(api, object, ruleOf(object));
}

/** Seconds by the resource option or the annotation, whichever is there. */
export function timeoutOf(object: Plain, option: number): number | undefined {
  const seconds = option || Number(annotation(object, "timeoutSeconds"));
  return seconds > 0 ? seconds : undefined;
}

function ruleOf(object: Plain): Await | undefined {
  return annotation(object, "skipAwait") === "true"
    ? undefined
    : awaits[`${object.apiVersion}/${object.kind}`];
}

async function lookAt(
  api: Api,
  object: Plain,
  rule: Await | undefined,
): Promise<Awaited & { isFinal?: boolean }> {
  const live = await api.get(referenceTo(object));
  try {
    return { live, reasons: (await rule?.notReady({ api, live })) ?? [] };
  } catch (error) {
    if (error instanceof NeverReadyError) {
      return { live, reasons: [error.message], isFinal: true };
    }
    throw error;
  }
}

function nameOf({ metadata }: Plain): string {
  return metadata.name;
}
