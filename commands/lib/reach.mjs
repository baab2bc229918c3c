// @ts-check
import { Failure, npmRun } from "./command.mjs";
import { readDeployment } from "./deployment.mjs";
import { isOnKubernetes, requireCluster } from "./kubernetes/cluster.mjs";
import { placeOf } from "./kubernetes/place.mjs";
import { listPods } from "./kubernetes/pods.mjs";
import { forwardToService } from "./kubernetes/portForward.mjs";
import { requireUrl } from "./prediction.mjs";

/**
 * Asks the service of a stack from this machine: at its published port, or on a cluster through a
 * port that is forwarded meanwhile.
 *
 * @template T
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {(reach: (url: string) => string) => Promise<T>} ask - gets the way from a URL of the service to one that can be called from here
 * @returns {Promise<T>}
 */
export async function withService(workspace, ask) {
  if (!isOnKubernetes(workspace)) {
    return ask((url) => requireUrl(url, workspace.host));
  }
  const { stack } = workspace;
  const [cluster, deployment] = await Promise.all([
    requireCluster(workspace),
    readDeployment(workspace),
  ]);
  const place = placeOf(deployment);
  if (!place) {
    throw new Failure(
      `Nothing of the stack ${stack} is on the cluster.`,
      `${npmRun("up", stack)}.`,
    );
  }
  const pods = await listPods(cluster, place);
  const forward = await forwardToService(cluster, place.namespace, pods, stack);
  try {
    return await ask(forward.reach);
  } finally {
    forward.close();
  }
}
