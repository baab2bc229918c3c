// A recorded stack on Kubernetes, previewed with today's program. The API server answers the
// provider's dry runs; none of the stack's objects is there.
import { expect, test } from "vitest";
import { clusterEnv, sharedCluster } from "../../cluster/cluster";
import { previewRecorded } from "../../support/recordedStack";

test("a recorded stack on Kubernetes loses nothing", async () => {
  const cluster = sharedCluster();
  const { context, kubeconfig } = cluster;
  const place = { context, kubeconfig };

  const upgrade = await previewRecorded("kubernetes", place, clusterEnv(cluster), withoutNotebook);

  expect(upgrade).toEqual({ lost: [], changed: [] });
});

/** A notebook's pod starts anew: an API server plans that for an object that it has, and it has none. */
async function withoutNotebook(recorded: string): Promise<string> {
  const { resources, ...others } = JSON.parse(recorded) as { resources: { type: string }[] };
  const kept = resources.filter(({ type }) => type !== "kubernetes:apps/v1:StatefulSet");
  return JSON.stringify({ ...others, resources: kept });
}
