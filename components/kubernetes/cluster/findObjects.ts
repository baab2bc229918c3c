import { stackLabel } from "@tf-model-serving/core/internal/stack/stackLabel";
import { ifFound, ifPermitted, messageOf } from "./apiErrors";
import { ClusterClient, connectCluster, serverOf } from "./connectCluster";
import { ClusterChoice, ClusterError } from "./kubeconfig";

/** What a cluster says of a namespace. */
export interface FoundNamespace {
  exists: boolean;
  /** Whether it is being deleted. */
  terminating: boolean;
  /** Its label `tfserving.stack`. @default - it has none */
  stack?: string;
}

/** A Service that is there. */
export interface FoundService {
  name: string;
  /** Its label `tfserving.stack`. @default - it has none */
  stack?: string;
}

/**
 * Looks a namespace up; undefined where the user may not ask.
 *
 * @throws ClusterError where the API server does not answer as it should
 */
export async function findNamespace(
  choice: ClusterChoice,
  name: string,
): Promise<FoundNamespace | undefined> {
  const client = await connectCluster(choice);
  const { core } = client;
  const look = async () => {
    const found = await ifFound(core.readNamespace({ name }));
    return {
      exists: found !== undefined,
      terminating: found?.status?.phase === "Terminating",
      stack: found?.metadata?.labels?.[stackLabel],
    };
  };
  return answered(client, look());
}

/**
 * Those of the names that Services have in a namespace; undefined where the user may not ask.
 *
 * @throws ClusterError where the API server does not answer as it should
 */
export async function findServices(
  choice: ClusterChoice,
  namespace: string,
  names: string[],
): Promise<FoundService[] | undefined> {
  const client = await connectCluster(choice);
  const { core } = client;
  const look = async (name: string) => {
    const found = await ifFound(core.readNamespacedService({ namespace, name }));
    return found ? [{ name, stack: found.metadata?.labels?.[stackLabel] }] : [];
  };
  return (await answered(client, Promise.all(names.map(look))))?.flat();
}

async function answered<T>({ config }: ClusterClient, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await ifPermitted(answer);
  } catch (error) {
    throw new ClusterError(
      "kubeconfig",
      `the Kubernetes API server at ${serverOf(config)} could not be asked: ${messageOf(error)}`,
    );
  }
}
