import { stackLabel } from "../../core/stackLabel";
import { ifFound, ifPermitted } from "./apiErrors";
import { connectCluster } from "./connectCluster";
import { ClusterChoice } from "./kubeconfig";

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

/** Looks a namespace up; undefined where the user may not ask. */
export async function findNamespace(
  choice: ClusterChoice,
  name: string,
): Promise<FoundNamespace | undefined> {
  const { core } = await connectCluster(choice);
  const look = async () => {
    const found = await ifFound(core.readNamespace({ name }));
    return {
      exists: found !== undefined,
      terminating: found?.status?.phase === "Terminating",
      stack: found?.metadata?.labels?.[stackLabel],
    };
  };
  return ifPermitted(look());
}

/** Those of the names that Services have in a namespace; undefined where the user may not ask. */
export async function findServices(
  choice: ClusterChoice,
  namespace: string,
  names: string[],
): Promise<FoundService[] | undefined> {
  const { core } = await connectCluster(choice);
  const look = async (name: string) => {
    const found = await ifFound(core.readNamespacedService({ namespace, name }));
    return found ? [{ name, stack: found.metadata?.labels?.[stackLabel] }] : [];
  };
  return (await ifPermitted(Promise.all(names.map(look))))?.flat();
}
