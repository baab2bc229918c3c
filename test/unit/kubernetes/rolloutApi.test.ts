import { expect, it } from "vitest";
import type { ClusterClient } from "../../../components/kubernetes/cluster/connectCluster";
import { rolloutApi } from "../../../components/kubernetes/release/rolloutApi";

it("what a container said is found where it has just been started anew", async () => {
  const readNamespacedPodLog = async ({ previous }: { previous: boolean }) =>
    previous ? "unknown flag" : "unable to retrieve container logs for containerd://1f";
  const client = { core: { readNamespacedPodLog }, api: () => ({}) };
  const pod = { metadata: { namespace: "default", name: "model-1" } };
  const { lastLines } = rolloutApi(client as unknown as ClusterClient);
  expect(await lastLines(pod, "server", false)).toBe("unknown flag");
});
