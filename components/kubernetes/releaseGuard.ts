import * as pulumi from "@pulumi/pulumi";
import { connectCluster } from "./connectCluster";
import { KubernetesCluster } from "./inspectCluster";
import { AutoscaledPods } from "./autoscaledPods";
import { DeploymentName, rolloutApi } from "./rolloutApi";
import { RolloutWatch } from "./rolloutWatch";

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
  /** Fewest pods that a HorizontalPodAutoscaler leaves. @default - Pulumi says how many there are */
  fewestAutoscaled?: number;
}

/**
 * Resource options of a Deployment whose releases are guarded: one whose new pods cannot serve fails
 * soon, with what they said, and the Deployment goes back to what it served before. A Deployment
 * that was just created goes to no pods. A release is good once the Deployment is complete, whatever
 * Pulumi's provider has seen.
 *
 * The hook after the update fails it, which needs version 3.238 or later of Pulumi's CLI. The next
 * update differs from the record in the annotation of `guardedAnnotations` at least, and tries again.
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
  private pods?: AutoscaledPods;

  constructor(
    private readonly release: GuardedRelease,
    private readonly cluster: KubernetesCluster,
    private readonly component: pulumi.Resource,
  ) {}

  async begin({ newInputs }: Pick<pulumi.ResourceHookArgs, "newInputs">): Promise<void> {
    const of = newInputs?.metadata as DeploymentName;
    const { name, namespace } = of;
    const warn = (message: string) => void pulumi.log.warn(message, this.component);
    try {
      const api = rolloutApi(await connectCluster(this.cluster));
      this.watch = await RolloutWatch.open(api, { name, namespace }, { ...this.release, warn });
      const { fewestAutoscaled } = this.release;
      if (fewestAutoscaled !== undefined) {
        this.pods = new AutoscaledPods(api, { name, namespace }, fewestAutoscaled, warn);
        await this.pods.keep();
      }
    } catch (error) {
      // Without a watch all works as well, later and with less to read.
      warn(`Cannot watch Deployment ${namespace}/${name}: ${(error as Error).message}`);
    }
  }

  /** The provider has seen a complete Deployment, or believes so. */
  async end(): Promise<void> {
    await this.pods?.raise();
    const failure = await this.watch?.complete();
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
