import { codeOf } from "../cluster/apiErrors";
import { DeploymentName, RolloutApi } from "./rolloutApi";
import { isUndone } from "./undo";

const mostAttempts = 5;

/**
 * The number of pods of a Deployment whose autoscaler decides it, in the moments when the autoscaler
 * does not: Pulumi declares no number, and the API server would take 1.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export class AutoscaledPods {
  /** @param fewest - that the autoscaler leaves */
  constructor(
    private readonly api: RolloutApi,
    private readonly of: DeploymentName,
    private readonly fewest: number,
    private readonly warn: (message: string) => void,
  ) {}

  /** Before an update, which may be the one that declares no number any more: keeps what there is. */
  async keep(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const replicas = await this.count();
      if (replicas === 0) {
        return;
      }
      try {
        return await this.api.holdReplicas(this.of, replicas, false);
      } catch (error) {
        // The autoscaler has changed the number between the two requests.
        if (codeOf(error) !== 409 || attempt === mostAttempts) {
          return this.tell(replicas, error as Error);
        }
      }
    }
  }

  /** After a creation: the autoscaler would look some seconds later. */
  async raise(): Promise<void> {
    const replicas = await this.count().catch(() => 0);
    if (replicas > 0 && replicas < this.fewest) {
      const raised = this.api.holdReplicas(this.of, this.fewest, true);
      await raised.catch((error: Error) => this.tell(this.fewest, error));
    }
  }

  /** 0 where there is no Deployment, or one that an undo has left without pods. */
  private async count(): Promise<number> {
    const live = await this.api.deployment(this.of);
    return live && !isUndone(live) ? Number(live.spec.replicas ?? 0) : 0;
  }

  private tell(replicas: number, { message }: Error): void {
    const { namespace, name } = this.of;
    this.warn(
      `Deployment ${namespace}/${name} may have 1 pod until its autoscaler has looked: ` +
        `${replicas} cannot be asked for (${message.split("\n")[0]})`,
    );
  }
}
