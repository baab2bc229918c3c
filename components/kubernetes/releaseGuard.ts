import * as pulumi from "@pulumi/pulumi";
import { connectCluster } from "./connectCluster";
import { KubernetesCluster } from "./inspectCluster";
import { rolloutApi } from "./rolloutApi";
import { releaseAnnotation, RolloutWatch, wanted } from "./rolloutWatch";

/** What the guard of a Deployment needs to know. */
export interface GuardedRelease {
  /** Where the Deployment is; without it nothing is watched. */
  cluster?: KubernetesCluster;
  /** What its pods are: "replica" or "canary". */
  part: string;
  /** Name of the container that serves. */
  container: string;
  /** From the start of a container until its server is ready, in seconds. */
  startTimeoutSeconds: number;
  /** How long an old pod may take to stop, in seconds. */
  stopGraceSeconds: number;
}

/** Annotations of a guarded Deployment itself, not of its pods. */
export const guardAnnotations = { [releaseAnnotation]: wanted };

/**
 * Resource options of a Deployment whose releases are guarded: one whose new pods cannot serve fails
 * soon, with what they said, and the Deployment goes back to what was applied before. A Deployment
 * that was just created goes to no pods.
 *
 * Pulumi's provider then waits for the Deployment as it was before, and records that. The hook after
 * the update fails it, which needs version 3.238 or later of Pulumi's CLI. The next update differs
 * from the record in the annotation of `guardAnnotations` at least, and tries again.
 *
 * @param name - unique in the program
 * @param component - what is reported on
 */
export function guardRelease(
  name: string,
  release: GuardedRelease,
  component: pulumi.Resource,
): Pick<pulumi.CustomResourceOptions, "hooks"> {
  if (release.cluster === undefined) {
    return {};
  }
  const guard = new ReleaseGuard(release, release.cluster, component);
  const begin = new pulumi.ResourceHook(`${name}: before the release`, (args) => guard.begin(args));
  const end = new pulumi.ResourceHook(`${name}: release`, () => guard.end());
  const fail = new pulumi.ErrorHook(`${name}: failed release`, () => guard.fail());
  return {
    hooks: {
      beforeCreate: [begin],
      beforeUpdate: [begin],
      afterCreate: [end],
      afterUpdate: [end],
      onError: [fail],
    },
  };
}

class ReleaseGuard {
  private watch?: RolloutWatch;

  constructor(
    private readonly release: GuardedRelease,
    private readonly cluster: KubernetesCluster,
    private readonly component: pulumi.Resource,
  ) {}

  async begin({ newInputs }: Pick<pulumi.ResourceHookArgs, "newInputs">): Promise<void> {
    const { name, namespace } = newInputs?.metadata as { name: string; namespace: string };
    const warn = (message: string) => void pulumi.log.warn(message, this.component);
    try {
      const api = rolloutApi(await connectCluster(this.cluster));
      this.watch = await RolloutWatch.open(api, { name, namespace }, { ...this.release, warn });
    } catch (error) {
      // Without a watch all works as well, later and with less to read.
      warn(`Cannot watch Deployment ${namespace}/${name}: ${(error as Error).message}`);
    }
  }

  /** The provider has seen a complete Deployment: the release's, or the one before. */
  async end(): Promise<void> {
    const failure = await this.watch?.end();
    if (failure !== undefined) {
      throw new Error(failure);
    }
  }

  /** The provider has given up; it is not asked to try again. */
  async fail(): Promise<boolean> {
    const failure = await this.watch?.end();
    if (failure !== undefined) {
      await pulumi.log.error(failure, this.component);
    }
    return false;
  }
}
