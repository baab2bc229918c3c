import * as pulumi from "@pulumi/pulumi";
import type { ModelCard, Signature } from "@tf-model-serving/core";
import type { ServedImage } from "./image";
import { defaultText } from "./config/key";
import { KeyName, table } from "./config/table";

/** What serves: the image, and the settings under which it does. */
export interface Release {
  /** Local name, or digest in a registry. */
  readonly image: string;
  /** Version of the model that the image holds; empty where that is not on record. */
  readonly modelVersion: string;
  /** The signature that clients call; of what is up it is the output `signature`. @default - not on record */
  readonly signature?: Signature;
  /** The model's card; of what is up it is the output `modelCard`. @default - not on record */
  readonly modelCard?: ModelCard;
  /** When it was first recorded as up, RFC 3339. @default - not on record */
  readonly releasedAt?: string;
  /** Values of the config keys that make a release, as Pulumi has them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The releases that a stack has on record, among its outputs. */
export interface ReleaseRecord {
  /** The one that is up. @default - none was up yet */
  readonly release?: Release;
  /** The last one that differed from it. @default - there was none */
  readonly previousRelease?: Release;
}

/** The service's arguments with every default: what holds where a setting is left to the target. */
export type HeldArguments = Readonly<Record<string, unknown>>;

/**
 * The stack's outputs as the last update left them. A call of the engine and not a StackReference,
 * which would be a resource more.
 */
export async function recordedOutputs(): Promise<Record<string, unknown>> {
  const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: Record<string, unknown>;
  };
  return answer.outputs ?? {};
}

/** The releases among the outputs. */
export function releasesIn(outputs: Record<string, unknown>): ReleaseRecord {
  const { release, previousRelease, signature, modelCard } = outputs as ReleaseRecord &
    Pick<Release, "signature" | "modelCard">;
  return {
    release: release && { signature, modelCard: modelCard ?? undefined, ...release },
    previousRelease: previousRelease ?? undefined,
  };
}

/**
 * The record once a release is up.
 *
 * @param ready - known once every replica serves: an update that fails leaves the record as it is
 */
export function recordOnce(
  ready: pulumi.Input<unknown>,
  recorded: ReleaseRecord,
  held: HeldArguments,
  release: pulumi.Inputs,
): { release: pulumi.Output<Release>; previousRelease: pulumi.Output<Release | null> } {
  const record = pulumi
    .all([pulumi.output(release), ready])
    .apply(([up]) => withRelease(recorded, up as Release, held, new Date().toISOString()));
  return {
    release: record.apply((both) => both.release as Release),
    // Pulumi warns of an output that is undefined.
    previousRelease: record.apply((both) => both.previousRelease ?? null),
  };
}

/**
 * The record with a release that is up: the same one again changes nothing, nor does a setting that
 * is left to the target where it was set to the same before. Its signature and its model's card are
 * outputs of their own, and not written a second time.
 *
 * @param now - RFC 3339
 */
export function withRelease(
  recorded: ReleaseRecord,
  up: Release,
  held: HeldArguments,
  now: string,
): ReleaseRecord {
  const isSame =
    recorded.release !== undefined && identity(recorded.release, held) === identity(up, held);
  const release = { ...up, releasedAt: isSame ? recorded.release?.releasedAt : now };
  delete (release as { signature?: Signature }).signature;
  delete (release as { modelCard?: ModelCard }).modelCard;
  return { release, previousRelease: isSame ? recorded.previousRelease : recorded.release };
}

/** What is known of an image that is not built: what the release that ran it last left on record. */
export function onRecord(
  { release, previousRelease }: ReleaseRecord,
  image: string,
): Pick<ServedImage, "modelVersion" | "signature" | "modelCard"> {
  const found = [release, previousRelease].find((one) => one?.image === image);
  return {
    modelVersion: pulumi.output(found?.modelVersion ?? ""),
    signature: pulumi.output(found?.signature),
    modelCard: pulumi.output(found?.modelCard),
  };
}

function identity({ image, settings }: Release, held: HeldArguments): string {
  const all = Object.entries(settings).map(([key, given]) => [key, heldText(key, given, held)]);
  return JSON.stringify([image, all.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A setting as it holds; objects are compared as they are written. */
function heldText(key: string, given: string, held: HeldArguments): string {
  const isLeft = key in table && given === defaultText(table[key as KeyName]);
  const value = isLeft ? held[key] : undefined;
  return value === undefined || typeof value === "object" ? given : String(value);
}
