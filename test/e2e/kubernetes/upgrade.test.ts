// A recorded stack on Kubernetes, previewed with today's program. The API server answers the
// provider's dry runs; none of the stack's objects is there.
import { expect, test } from "vitest";
import { clusterEnv, sharedCluster } from "../../cluster/cluster";
import { previewRecorded } from "../../support/recordedStack";

test("a recorded stack on Kubernetes loses nothing", async () => {
  const cluster = sharedCluster();
  const { context, kubeconfig } = cluster;
  const place = { context, kubeconfig };

  const upgrade = await previewRecorded("kubernetes", place, clusterEnv(cluster), withoutRestarted);

  expect(upgrade).toEqual({ lost: [], changed: [] });
});

/**
 * Pods that start anew, of the notebook and the balancers: an API server plans that for objects that it
 * has, and it has none.
 */
async function withoutRestarted(recorded: string): Promise<string> {
  const { resources, ...others } = JSON.parse(recorded) as { resources: Recorded[] };
  const gone = resources
    .filter(
      ({ urn, type }) => /StatefulSet$/.test(type) || /:Deployment::serving-balancer$/.test(urn),
    )
    .map(({ urn }) => urn);
  const kept = resources
    .filter(({ urn }) => !gone.includes(urn))
    .map(({ dependencies = [], ...resource }) => ({
      ...resource,
      dependencies: dependencies.filter((urn) => !gone.includes(urn)),
    }));
  return JSON.stringify({ ...others, resources: kept });
}

interface Recorded {
  urn: string;
  type: string;
  dependencies?: string[];
}
