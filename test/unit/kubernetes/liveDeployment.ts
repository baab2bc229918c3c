import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";

/** What names the Deployment of a test. */
export const of = { namespace: "models", name: "model" };

/** A Deployment as the cluster has it. */
export function liveDeployment(
  metadata: Partial<LiveObject["metadata"]> = {},
  spec: LiveObject["spec"] = {},
  status?: LiveObject["status"],
): LiveObject {
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", spec, status },
    metadata: { ...of, uid: "deployment-1", generation: 1, ...metadata },
  };
}
