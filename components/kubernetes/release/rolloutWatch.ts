import { lastWords } from "@tf-model-serving/core/internal/serving/lastWords";
import { LiveObject } from "../cluster/appliedConfiguration";
import { Pod, PodLimits, PodVerdict, podVerdict, replicaSetVerdict } from "./podVerdict";
import { servedOn } from "@tf-model-serving/core/internal/serving/startFailure";
import { messageOf } from "../cluster/apiErrors";
import { DeploymentName, RolloutApi } from "./rolloutApi";
import { isComplete, isSeen, progressSecondsOf, rolloutStatus } from "./rolloutStatus";
import { stalled, standsStill } from "./rolloutStatus";
import { currentOf, hashLabel, lastServed, podHashOf } from "./servedTemplate";
import { planUndo, Served } from "./undo";

const paceMs = 1_000;
// Of looks that fail one after the other.
const mostFailures = 10;

/** What a release is watched for. */
export interface RolloutLimits extends PodLimits {
  /** What its pods are, such as "replica". */
  part: string;
  /** Told when the watch cannot see what it should. */
  warn: (message: string) => void;
}

/**
 * Watches the new pods of a Deployment from just before an update of it until the update is complete,
 * and takes it back when one of them cannot serve.
 *
 * Pulumi's provider waits until the Deployment is complete and gives up only after its timeout.
 * Taken back, the Deployment is complete again: the provider ends its wait, and reads what runs. It
 * may also end its wait early, when its own view of the Deployment is older than the update.
 */
export class RolloutWatch {
  private failure?: string;
  /** Whether the provider has ended its wait. */
  private updated = false;
  private ended = false;
  /** Whether the next look is due at once. */
  private hurried = false;
  private endPause = () => {};
  private failures = 0;
  private progress = { counts: "", since: new Date() };
  private watching = Promise.resolve();

  private constructor(
    private readonly api: RolloutApi,
    private readonly of: DeploymentName,
    private readonly limits: RolloutLimits,
    private readonly before: LiveObject | undefined,
    private readonly served: Served | undefined,
    private readonly podsBefore: Set<string>,
  ) {}

  /**
   * Begins to watch; the update has to come after.
   *
   * @throws Error of the API server
   */
  static async open(
    api: RolloutApi,
    of: DeploymentName,
    limits: RolloutLimits,
  ): Promise<RolloutWatch> {
    const before = await api.deployment(of);
    const served = before && (await lastServed(api, before));
    const pods = before ? await api.pods(of.namespace, selectorOf(before)) : [];
    const podsBefore = new Set(pods.map(uidOf));
    const watch = new RolloutWatch(api, of, limits, before, served, podsBefore);
    watch.watching = watch.run();
    return watch;
  }

  /**
   * Waits until the Deployment is complete, or has been taken back.
   *
   * @returns why the update was taken back, undefined where it was not
   */
  async complete(): Promise<string | undefined> {
    this.updated = true;
    this.hurry();
    await this.watching;
    return this.failure;
  }

  /** Looks once more and ends; tells why the update was taken back, undefined where it was not. */
  async end(): Promise<string | undefined> {
    this.ended = true;
    this.hurry();
    await this.watching;
    return this.failure;
  }

  private async run(): Promise<void> {
    for (let last = false; !last && this.failure === undefined;) {
      last = this.ended;
      try {
        last = (await this.look()) || last;
        this.failures = 0;
      } catch (error) {
        last = this.cannotLook(error) || last;
      }
      if (!last && this.failure === undefined) {
        await this.pause();
      }
    }
  }

  private hurry(): void {
    this.hurried = true;
    this.endPause();
  }

  private async pause(): Promise<void> {
    if (!this.hurried) {
      await this.wait();
    }
    this.hurried = false;
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, paceMs);
      // It is no reason for the program not to end.
      timer.unref();
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @returns whether nothing is to be waited for any more: then the provider's word holds. */
  private cannotLook(error: unknown): boolean {
    if (this.failures++ === 0) {
      this.limits.warn(`Cannot watch Deployment ${this.name()}: ${messageOf(error)}`);
    }
    return this.updated && this.failures >= mostFailures;
  }

  /** @returns whether the update is complete */
  private async look(): Promise<boolean> {
    const live = await this.api.deployment(this.of);
    if (!live) {
      return this.updated;
    }
    if (!this.isChanged(live)) {
      // An update of labels alone starts no pods.
      return this.updated;
    }
    if (!isSeen(live)) {
      return false;
    }
    const why =
      (await this.podsVerdict(live)) ?? stalled(live, this.before) ?? this.standsStill(live);
    if (why !== undefined) {
      await this.takeBack(live, why);
    }
    return this.updated && isComplete(live);
  }

  /** Why the new pods cannot serve; undefined while they may still. */
  private async podsVerdict(live: LiveObject): Promise<string | undefined> {
    const { namespace } = this.of;
    const current = currentOf(await this.api.replicaSets(namespace, selectorOf(live)), live);
    const hash = podHashOf(current);
    if (!current || !hash) {
      return undefined;
    }
    const now = new Date();
    const labels = { ...selectorOf(live), [hashLabel]: hash };
    const pods = await this.api.pods(namespace, labels);
    for (const pod of pods.filter((pod) => !this.podsBefore.has(uidOf(pod)))) {
      const verdict = podVerdict(pod, this.limits, now);
      if (verdict) {
        return this.told(pod, verdict);
      }
    }
    const why = replicaSetVerdict(current, this.limits, now);
    return why && `A new ${this.limits.part} ${why}`;
  }

  /** The controller gives no rollout up that only scales, or that is paused. */
  private standsStill(live: LiveObject): string | undefined {
    const counts = JSON.stringify(rolloutStatus(live));
    if (!this.updated || this.progress.counts !== counts) {
      this.progress = { counts, since: new Date() };
    }
    const seconds = (Date.now() - this.progress.since.getTime()) / 1000;
    return !isComplete(live) && seconds > progressSecondsOf(live) ? standsStill(live) : undefined;
  }

  private isChanged({ metadata }: LiveObject): boolean {
    return metadata.generation > (this.before?.metadata.generation ?? 0);
  }

  private async told(pod: Pod, { why, said }: PodVerdict): Promise<string> {
    const sentence = `The new ${this.limits.part} ${pod.metadata?.name} ${why}.`;
    if (said === undefined) {
      return sentence;
    }
    try {
      const { container } = this.limits;
      return sentence + lastWords(await this.api.lastLines(pod, container, said === "previous"));
    } catch (error) {
      return `${sentence} What it said cannot be read: ${messageOf(error)}`;
    }
  }

  private async takeBack(live: LiveObject, why: string): Promise<void> {
    const undo = planUndo(live, this.served);
    if (undo === undefined) {
      return this.leave(why, "does not say who applied it, and stays as it is");
    }
    try {
      await this.api.undo(undo);
      this.failure = `${why}\n${this.afterUndo()}`;
    } catch (error) {
      this.leave(why, `cannot be taken back: ${messageOf(error)}`);
    }
  }

  /** Pulumi's provider goes on waiting for what will not come, and is not to be ended from here. */
  private leave(why: string, problem: string): void {
    const { name, namespace } = this.of;
    this.failure =
      `${why}\nThe Deployment ${this.name()} ${problem}. ` +
      `To go back: kubectl rollout undo deployment/${name} -n ${namespace}`;
    if (!this.updated) {
      this.limits.warn(`${this.failure}\nPulumi goes on waiting until its timeout.`);
    }
  }

  private afterUndo(): string {
    if (this.served === undefined) {
      return `Nothing was served before: the Deployment ${this.name()} has no pods now.`;
    }
    return rolloutStatus(this.served.deployment).available > 0
      ? servedOn
      : `The Deployment ${this.name()} is as it was before, when none of its pods was available.`;
  }

  private name(): string {
    return `${this.of.namespace}/${this.of.name}`;
  }
}

function selectorOf({ spec }: LiveObject): Record<string, string> {
  return (spec.selector as { matchLabels: Record<string, string> }).matchLabels;
}

function uidOf({ metadata }: Pod): string {
  return metadata?.uid ?? "";
}
