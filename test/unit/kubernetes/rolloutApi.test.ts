import { expect, it } from "vitest";
import type { ClusterClient } from "../../../components/kubernetes/cluster/connectCluster";
import { rolloutApi } from "../../../components/kubernetes/release/rolloutApi";

const pod = { metadata: { namespace: "default", name: "model-1" } };
const gone = Object.assign(new Error("previous terminated container not found"), { code: 400 });

it("what a container said is found where it has just been started anew", async () => {
  const answers = { now: ["unable to retrieve container logs for containerd://1f"], before: ["a"] };
  expect(await lastLines(answers, false)).toBe("a");
});

it("what a container said is said by the next one where the cluster has it no more", async () => {
  const answers = { now: ["", "unknown flag"], before: [gone, gone] };
  expect(await lastLines(answers, true)).toBe("unknown flag");
});

it("a container that said nothing is not waited for", async () => {
  expect(await lastLines({ now: ["a"], before: [""] }, true)).toBe("");
});

it("who may not read what pods say is told so at once", async () => {
  const forbidden = Object.assign(new Error("pods/log is forbidden"), { code: 403 });
  await expect(lastLines({ now: [], before: [forbidden] }, true)).rejects.toThrow("forbidden");
});

/** What is found of a pod whose kubelet answers this, one after the other. */
async function lastLines(
  answers: Record<"now" | "before", (string | Error)[]>,
  previous: boolean,
): Promise<string> {
  const readNamespacedPodLog = async ({ previous: before }: { previous: boolean }) => {
    const answer = answers[before ? "before" : "now"].shift()!;
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const client = { core: { readNamespacedPodLog }, api: () => ({}) };
  return rolloutApi(client as unknown as ClusterClient).lastLines(pod, "server", previous);
}
