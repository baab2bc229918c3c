import * as path from "path";

/** For a process whose engine is to find the test provider, and it the cluster. */
export function providerEnv(kubeconfig: string): Record<string, string> {
  return {
    KUBECONFIG: kubeconfig,
    // The engine takes pulumi-resource-kubernetes from the first folder that has it.
    PATH: `${__dirname}${path.delimiter}${process.env.PATH}`,
  };
}
