import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contextHost, usualEngine } from "./dockerContext";

/** What the arguments of a component say of its engine. */
export interface GivenEngine {
  host?: pulumi.Input<string>;
  engine?: { host: string };
}

/**
 * Address of the engine that a component's Docker resources are made on: its argument `host`, else
 * that of its provider, else that of its argument `engine`, else the one that `docker ps` asks. It
 * fails with a RunError where a Docker context that is named does not exist.
 */
export function componentEngine(
  component: pulumi.Resource,
  { host, engine }: GivenEngine,
): pulumi.Output<string> {
  const provider = component.getProvider("docker:index/container:Container") as
    docker.Provider | undefined;
  const config = new pulumi.Config("docker");
  // In a preview what a provider was not given is unknown, and so would be all that is made from it.
  const context = pulumi.runtime.isDryRun() ? undefined : provider?.context;
  return pulumi
    .all([context, provider?.host, host])
    .apply(
      ([context, ofProvider, given]) =>
        given ||
        (context && known(() => contextHost(context))) ||
        ofProvider ||
        engine?.host ||
        config.get("host") ||
        known(usualEngine),
    );
}

/** A Docker context that is not there is for the user to mend. */
function known(find: () => string): string {
  try {
    return find();
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
