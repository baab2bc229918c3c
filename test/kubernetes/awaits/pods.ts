import { type Await, conditionOf, conditionText, type Look, NeverReadyError } from "./look";
import { isOwnedBy } from "./look";
import type { Plain } from "../../provider/provider";

/** Pod, by its own condition. */
export const pod: Await = {
  defaultSeconds: 300,
  notReady: async ({ live }) => {
    if (live.status?.phase === "Succeeded" || conditionOf(live, "Ready")?.status === "True") {
      return [];
    }
    if (live.status?.phase === "Failed" && live.spec.restartPolicy === "Never") {
      throw new NeverReadyError(troublesOf(live).join("; ") || `Pod ${nameOf(live)} failed`);
    }
    return [`Pod ${nameOf(live)} is not ready`, ...troublesOf(live)];
  },
};

/** What is wrong with the pods of an owner. */
export async function podTroubles({ api, live }: Look, owner: Plain): Promise<string[]> {
  const { namespace } = live.metadata;
  const pods = await api.list({ apiVersion: "v1", kind: "Pod", namespace });
  return pods.filter((one) => isOwnedBy(one, owner)).flatMap(troublesOf);
}

function nameOf({ metadata }: Plain): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function troublesOf(object: Plain): string[] {
  const scheduled = conditionOf(object, "PodScheduled");
  const texts = scheduled?.status === "False" ? [conditionText(scheduled)] : [];
  const { initContainerStatuses = [], containerStatuses = [] } = object.status ?? {};
  for (const { name, ready, state, lastState } of [
    ...initContainerStatuses,
    ...containerStatuses,
  ]) {
    const ended = state?.terminated ?? lastState?.terminated;
    const waits = state?.waiting;
    if (waits && waits.reason !== "ContainerCreating" && waits.reason !== "PodInitializing") {
      texts.push(`container "${name}" waits: [${waits.reason}] ${waits.message ?? ""}`.trim());
    }
    if (ended && ended.exitCode !== 0) {
      const text = `container "${name}" ended with exit code ${ended.exitCode}: [${ended.reason}]`;
      texts.push(`${text} ${ended.message ?? ""}`.trim());
    } else if (!ready && state?.running) {
      texts.push(`container "${name}" runs, but is not ready`);
    }
  }
  return texts.map((text) => `Pod ${nameOf(object)}: ${text}`);
}
