import type { Provider } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  checkModelEvaluation,
  EvaluationRecord,
  ModelEvaluation,
  ModelEvaluationArgs,
  Problem,
  servedSignature,
  ServingImage,
  ServingImageArgs,
} from "@tf-model-serving/core";
import { byKey } from "./config/paths";
import type { Settings } from "./config/settings";
import { releasesIn } from "./releaseRecord";

/** What a model has to pass before it is released; the key `evaluate`. */
export type Gate = Omit<ModelEvaluationArgs, "image" | "signature">;

/** What was found of a release. */
export interface ReleaseEvaluation extends EvaluationRecord {
  /** Its image, as the output `image` names it. */
  readonly release: string;
}

/** The output `evaluation`. */
export interface EvaluationOutput extends ReleaseEvaluation {
  /** The same of the release before it. @default - it was not evaluated */
  readonly previous?: ReleaseEvaluation;
  /** The same of the canary. @default - there is none */
  readonly canary?: EvaluationRecord;
}

/** An image that was built, and is not used before it is found to be good enough. */
export interface JudgedImage {
  readonly imageName: pulumi.Output<string>;
  readonly imageId: pulumi.Output<string>;
  /** @default - there is no gate */
  readonly evaluation?: ModelEvaluation;
}

/** The gate of a configuration, with what is on record; undefined without one. */
export function gateOf({ args, recorded }: Settings): Gate | undefined {
  const { evaluation } = args as { evaluation?: Gate };
  return (
    evaluation && {
      ...evaluation,
      servedImage: evaluationIn(recorded)?.image ?? releasesIn(recorded).release?.image,
      recorded: recordsIn(recorded),
    }
  );
}

/** What cannot work about a gate, by config key. */
export function checkGate(
  { target }: Settings,
  gate: Gate | undefined,
  image: ServingImageArgs,
): Problem[] {
  const signature = gate && servedSignature(image);
  const unknown = signature ?? { methodName: "", inputs: {}, outputs: {} };
  return gate
    ? byKey(
        target,
        "evaluation",
        checkModelEvaluation({ ...gate, image: "", signature: unknown }, signature),
      )
    : [];
}

/** Lets an image pass when its model is good enough. */
export function judged(
  name: string,
  { imageName, imageId, signature }: ServingImage,
  gate: Gate | undefined,
  provider: Provider,
): JudgedImage {
  if (!gate) {
    return { imageName, imageId };
  }
  const args = { ...gate, image: imageName, signature };
  const evaluation = new ModelEvaluation(name, args, { provider });
  const { image: passed } = evaluation;
  return {
    imageName: passed,
    imageId: pulumi.all([imageId, passed]).apply(([id]) => id),
    evaluation,
  };
}

/**
 * The output `evaluation` once a release is up; undefined where nothing is known. An update that
 * fails, and a preview, leave it as it is.
 *
 * @param ready - known once every replica serves
 * @param image - the release's, as the output `image` names it
 */
export function evaluationOutput(
  ready: pulumi.Input<unknown>,
  recorded: Record<string, unknown>,
  image: pulumi.Input<string>,
  serving?: ModelEvaluation,
  canary?: ModelEvaluation,
): pulumi.Output<EvaluationOutput | null> | undefined {
  const before = evaluationIn(recorded);
  if (pulumi.runtime.isDryRun() || (!serving && !before)) {
    return before && pulumi.output(before);
  }
  return pulumi
    .all([image, serving?.record, serving?.servedRecord, canary?.record, ready])
    .apply(([release, record, served, ofCanary]) => {
      const known = [before, before?.previous].find((one) => one?.release === release);
      const now = record ? { ...record, release } : known;
      return now ? { ...withPrevious(now, before, served), canary: ofCanary } : null;
    }) as pulumi.Output<EvaluationOutput | null>;
}

/** The release before stays beside the one that is up, as in the record of releases. */
function withPrevious(
  now: ReleaseEvaluation,
  before: EvaluationOutput | undefined,
  served: EvaluationRecord | undefined,
): EvaluationOutput {
  const isSame = before?.release === now.release;
  const last = before && { ...ofRelease(before), ...served };
  return { ...ofRelease(now), previous: isSame ? before.previous : last };
}

function ofRelease({ release, ...one }: ReleaseEvaluation): ReleaseEvaluation {
  const { image, metric, value, examples, data } = one;
  return { image, metric, value, examples, data, release };
}

function evaluationIn({ evaluation }: Record<string, unknown>): EvaluationOutput | undefined {
  return (evaluation ?? undefined) as EvaluationOutput | undefined;
}

/** All that earlier updates have found. */
function recordsIn(recorded: Record<string, unknown>): EvaluationRecord[] {
  const { previous, canary, ...now } = evaluationIn(recorded) ?? {};
  return [now as EvaluationRecord, previous, canary].filter(
    (one) => one?.image !== undefined,
  ) as EvaluationRecord[];
}
