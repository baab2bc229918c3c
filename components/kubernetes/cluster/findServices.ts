import { stackLabel } from "../../core/stackLabel";
import { connectCluster } from "./connectCluster";
import { ClusterChoice } from "./kubeconfig";

/** A Service that is there. */
export interface FoundService {
  name: string;
  /** Its label `tfserving.stack`. @default - it has none */
  stack?: string;
}

/** Those of the names that Services have in a namespace; undefined where the user may not ask. */
export async function findServices(
  choice: ClusterChoice,
  namespace: string,
  names: string[],
): Promise<FoundService[] | undefined> {
  const { core } = await connectCluster(choice);
  try {
    const found = await Promise.all(
      names.map(async (name) => {
        try {
          const { metadata } = await core.readNamespacedService({ namespace, name });
          return [{ name, stack: metadata?.labels?.[stackLabel] }];
        } catch (error) {
          if (codeOf(error) === 404) {
            return [];
          }
          throw error;
        }
      }),
    );
    return found.flat();
  } catch (error) {
    if (codeOf(error) === 403) {
      return undefined;
    }
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
