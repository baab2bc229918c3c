import { lastWords } from "../docker/lastWords";
import { AppliedConfiguration, appliedConfiguration, LiveObject } from "./appliedConfiguration";
import { Pod, PodLimits, PodVerdict, podVerdict, replicaSetVerdict } from "./podVerdict";
import { DeploymentName, RolloutApi } from "./rolloutApi";

/**
 * Annotation of a Deployment that Pulumi declares as `wanted`, and an undo sets to `undone`: the
 * difference by which the next update applies the Deployment again, whatever else is the same.
 */
export const releaseAnnotation = "tfserving.release";
export const wanted = "wanted";
const undone = "undone";

const revisionAnnotation = "deployment.kubernetes.io/revision";
const hashLabel = "pod-template-hash";
const paceMs = 1_000;

/** What a release is watched for. */
export interface RolloutLimits extends PodLimits {
  /** What its pods are, such as "replica". */
  part: string;
  /** Told when the watch cannot see what it should. */
  warn: (message: string) => void;
}

/**
 * Watches the new pods of a Deployment from just before an update of it, and takes the update back
 * when one of them cannot serve.
 *
 * Pulumi's provider waits until the Deployment is complete and gives up only after its timeout.
 * Taken back, the Deployment is complete again: the provider ends its wait, and reads what runs.
 */
export class RolloutWatch {
  private failure?: string;
  private ended = false;
  private endPause = () => {};
  private warned = false;
  private watching = Promise.resolve();

  private constructor(
    private readonly api: RolloutApi,
    private readonly of: DeploymentName,
    private readonly limits: RolloutLimits,
    private readonly before: LiveObject | undefined,
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
    const pods = before ? await api.pods(of.namespace, selectorOf(before)) : [];
    const watch = new RolloutWatch(api, of, limits, before, new Set(pods.map(uidOf)));
    watch.watching = watch.run();
    return watch;
  }

  /** Ends the watch; tells why the update was taken back, undefined where it was not. */
  async end(): Promise<string | undefined> {
    this.ended = true;
    this.endPause();
    await this.watching;
    return this.failure;
  }

  private async run(): Promise<void> {
    while (!this.ended && this.failure === undefined) {
      try {
        await this.look();
      } catch (error) {
        if (!this.warned) {
          this.warned = true;
          this.limits.warn(`Cannot watch Deployment ${this.name()}: ${messageOf(error)}`);
        }
      }
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.ended ? 0 : paceMs);
      // It is no reason for the program not to end.
      timer.unref();
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async look(): Promise<void> {
    const live = await this.api.deployment(this.of);
    if (!live || !this.isUpdated(live)) {
      return;
    }
    const { namespace } = this.of;
    const replicaSets = await this.api.replicaSets(namespace, selectorOf(live));
    const current = replicaSets.find(
      ({ metadata }) =>
        metadata?.ownerReferences?.some(({ uid }) => uid === live.metadata.uid) &&
        metadata.annotations?.[revisionAnnotation] ===
          live.metadata.annotations?.[revisionAnnotation],
    );
    const hash = current?.metadata?.labels?.[hashLabel];
    if (!current || !hash) {
      return;
    }
    const now = new Date();
    const pods = await this.api.pods(namespace, { ...selectorOf(live), [hashLabel]: hash });
    for (const pod of pods.filter((pod) => !this.podsBefore.has(uidOf(pod)))) {
      const verdict = podVerdict(pod, this.limits, now);
      if (verdict) {
        return this.takeBack(live, await this.told(pod, verdict));
      }
    }
    const why = replicaSetVerdict(current, this.limits, now);
    if (why) {
      await this.takeBack(live, `A new ${this.limits.part} ${why}`);
    }
  }

  /** Whether the update has come, and the Deployment's controller has seen it. */
  private isUpdated({ metadata, status }: LiveObject): boolean {
    const before = this.before?.metadata.generation ?? 0;
    const seen = Number(status?.observedGeneration ?? 0);
    return metadata.generation > before && seen >= metadata.generation;
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
    const back = this.before ? configurationBefore(this.before) : emptied(live);
    if (back === undefined) {
      this.failure =
        `${why}\nThe Deployment ${this.name()} does not say who applied it, and stays as it is. ` +
        `To go back: kubectl rollout undo deployment/${this.of.name} -n ${this.of.namespace}`;
      return;
    }
    try {
      await this.api.apply(back);
      this.failure = this.before
        ? `${why}\nWhat was served before is served on.`
        : `${why}\nNothing was served before: the Deployment ${this.name()} has no pods now.`;
    } catch (error) {
      this.failure = `${why}\nThe Deployment ${this.name()} cannot be taken back: ${messageOf(error)}`;
    }
  }

  private name(): string {
    return `${this.of.namespace}/${this.of.name}`;
  }
}

/** What was applied before the update, to be applied again. */
function configurationBefore(before: LiveObject): AppliedConfiguration | undefined {
  const applied = appliedConfiguration(before);
  return applied && marked(applied);
}

/** What has just been applied, without pods: there is nothing to go back to. */
function emptied(live: LiveObject): AppliedConfiguration | undefined {
  const applied = appliedConfiguration(live);
  const spec = { ...applied?.manifest.spec, replicas: 0 };
  return applied && marked({ ...applied, manifest: { ...applied.manifest, spec } });
}

function marked({ manager, manifest }: AppliedConfiguration): AppliedConfiguration {
  const annotations = { ...manifest.metadata.annotations, [releaseAnnotation]: undone };
  return { manager, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } };
}

function selectorOf({ spec }: LiveObject): Record<string, string> {
  return (spec.selector as { matchLabels: Record<string, string> }).matchLabels;
}

function uidOf({ metadata }: Pod): string {
  return metadata?.uid ?? "";
}

/** The sentence of an answer of the API server, or of what kept it from answering. */
function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message: string };
  try {
    return (JSON.parse(String(body)) as { message: string }).message;
  } catch {
    return message.split("\n")[0];
  }
}
