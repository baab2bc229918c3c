// A recorded stack on Kubernetes, previewed with today's program. The API server answers the
// provider's dry runs; none of the stack's objects is there.
import { expect, test } from "vitest";
import { clusterEnv, sharedCluster } from "../../cluster/cluster";
import { previewRecorded } from "../../support/recordedStack";

test("a recorded stack on Kubernetes loses nothing", async () => {
  const cluster = sharedCluster();
  const { context, kubeconfig } = cluster;
  const place = { context, kubeconfig };

  const upgrade = await previewRecorded("kubernetes", place, clusterEnv(cluster));

  expect(upgrade).toEqual({ lost: [], changed: [] });
});
