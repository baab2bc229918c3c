import * as pulumi from "@pulumi/pulumi";
import { hookName } from "@tf-model-serving/core/internal/stack/hookName";
import { connectCluster } from "../cluster/connectCluster";
import { KubernetesCluster } from "../cluster/inspectCluster";
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
  /** From the creation of a pod until its container starts, in seconds. */
  schedulingTimeoutSeconds: number;
  /** How long an old pod may take to stop, in seconds. */
  stopGraceSeconds: number;
  /** Fewest pods that a HorizontalPodAutoscaler leaves. @default - Pulumi says how many there are */
  fewestAutoscaled?: number;
}

/**
 * Guards the releases of a Deployment: one whose new pods cannot serve fails soon, with what they
 * said, and the Deployment goes back to what it served before. A Deployment that was just created goes
 * to no pods. A release is good once the Deployment is complete, whatever Pulumi's provider has seen.
 *
 * The hook after the update fails it, which needs version 3.238 or later of Pulumi's CLI. The next
 * update differs from the record in the annotation of `guardedAnnotations` at least, and tries again.
 */
export class ReleaseGuard {
  /** Resource options of the Deployment. */
  public readonly options: Pick<pulumi.CustomResourceOptions, "hooks">;
  private watch?: RolloutWatch;
  private pods?: AutoscaledPods;
  private failure?: string;

  /**
   * @param name - of the Deployment
   * @param component - what is reported on
   */
  constructor(
    name: string,
    private readonly release: GuardedRelease,
    private readonly component: pulumi.Resource,
  ) {
    const { cluster } = release;
    this.options = cluster === undefined ? {} : { hooks: this.hooks(name, cluster) };
  }

  /**
   * An output of the Deployment that is there only where its release has passed: after an update that
   * was taken back the program ends, and what the update before left on record stays.
   */
  passed<T>(output: pulumi.Output<T>): pulumi.Output<T> {
    return output.apply((value) => {
      if (this.failure !== undefined) {
        throw new pulumi.RunError(`No ${this.release.part} of this release serves.`);
      }
      return value;
    });
  }

  private hooks(name: string, cluster: KubernetesCluster): pulumi.ResourceHookBinding {
    const begin = new pulumi.ResourceHook(hookName(`${name}: before the release`), (args) =>
      this.begin(cluster, args),
    );
    const end = new pulumi.ResourceHook(hookName(`${name}: release`), () => this.end());
    const fail = new pulumi.ErrorHook(hookName(`${name}: failed release`), () => this.fail());
    return {
      beforeCreate: [begin],
      beforeUpdate: [begin],
      afterCreate: [end],
      afterUpdate: [end],
      onError: [fail],
    };
  }

  private async begin(
    cluster: KubernetesCluster,
    { newInputs }: Pick<pulumi.ResourceHookArgs, "newInputs">,
  ): Promise<void> {
    const of = newInputs?.metadata as DeploymentName;
    const { name, namespace } = of;
    const warn = (message: string) => void pulumi.log.warn(message, this.component);
    try {
      const api = rolloutApi(await connectCluster(cluster));
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
  private async end(): Promise<void> {
    await this.pods?.raise();
    this.failure = await this.watch?.complete();
    if (this.failure !== undefined) {
      throw new pulumi.RunError(this.failure);
    }
  }

  /** The provider has given up; it is not asked to try again. */
  private async fail(): Promise<boolean> {
    const failure = await this.watch?.end();
    if (failure !== undefined) {
      await pulumi.log.error(failure, this.component);
    }
    return false;
  }
}
