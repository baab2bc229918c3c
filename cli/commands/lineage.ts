import { cardText, metricsText, type ModelCard } from "@tf-model-serving/core/facts";
import { say, tell } from "../output/console";
import { toJson } from "../predict/service";
import { releasesOf } from "../releases";
import { targetOf } from "../targets";
import { requireOutputs } from "../targets/outputs";
import type { Fact, Outputs, StackContext } from "../targets/target";

/** Where what is served now comes from. What is not on record is null. */
export interface Lineage {
  readonly stack: string;
  /** Name, or digest in a registry. */
  readonly image: string;
  /** Of the image's content: the registry's, or the engine's id of an image that was never pushed. */
  readonly imageDigest: string | null;
  readonly modelVersion: string | null;
  /** As the setting `modelSource` has it. */
  readonly modelSource: string | null;
  /** What that was when it was fetched, such as a commit or an ETag. */
  readonly modelRevision: string | null;
  /** RFC 3339. */
  readonly releasedAt: string | null;
  readonly card: ModelCard | null;
}

/** Prints where what is served now comes from: image, model, code, data and numbers. */
export async function lineage(context: StackContext, { json }: { json?: unknown }): Promise<void> {
  const outputs = await requireOutputs(context);
  const target = targetOf(context);
  const [digest, record] = await Promise.all([
    target.digestOf(outputs.image),
    context.record(),
    target.connect(),
  ]);
  const found = lineageOf(context.label, outputs, {
    digest,
    releasedAt: releasesOf(record ?? {}).release?.releasedAt,
  });
  if (json) {
    say(toJson(found, 2));
  } else {
    lineageFacts(found).forEach(tell);
  }
}

/** What a stack's outputs and its target tell of what is served. */
export function lineageOf(
  stack: string,
  { image, modelVersion, modelCard, modelSource, modelRevision }: Outputs,
  known: { digest?: string; releasedAt?: string },
): Lineage {
  return {
    ...{ stack, image },
    imageDigest: known.digest ?? null,
    modelVersion: modelVersion || null,
    modelSource: modelSource || null,
    modelRevision: modelRevision || null,
    releasedAt: known.releasedAt ?? null,
    card: modelCard ?? null,
  };
}

/** The same for people, each part with what is missing of it. */
export function lineageFacts(found: Lineage): Fact[] {
  const { card } = found;
  const ofCard = (text?: string) =>
    text ||
    (card
      ? "not on record: the model's card does not say"
      : "not on record: exported without a card");
  const changed = card?.changed?.length ? `, with changes in ${card.changed.join(", ")}` : "";
  const trained = [card?.trainedAt, card?.trainedBy && `by ${card.trainedBy}`].filter(Boolean);
  return [
    { subject: "stack", text: found.stack },
    { subject: "released", text: found.releasedAt ?? "not on record: the next release will be" },
    { subject: "image", text: found.image },
    { subject: "digest", text: found.imageDigest ?? "not to be had: the image is gone" },
    { subject: "model", text: `version ${found.modelVersion ?? "not on record"}` },
    ...(found.modelSource
      ? [
          {
            subject: "source",
            text: `${found.modelSource}, revision ${found.modelRevision ?? "not on record"}`,
          },
        ]
      : []),
    { subject: "trained", text: ofCard(trained.join(" ")) },
    { subject: "commit", text: ofCard(card?.commit && `${card.commit}${changed}`) },
    { subject: "data", text: ofCard(card?.dataHash) },
    { subject: "params", text: ofCard(card?.paramsHash) },
    { subject: "metrics", text: ofCard(card ? metricsText(card) : undefined) },
  ];
}

/** The line of a card for `npm run status`; null is a model without one. */
export function cardFact(card: ModelCard | null): Fact {
  return { subject: "card", text: card ? cardText(card) : "none: exported without a card" };
}
