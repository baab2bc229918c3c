import * as pulumi from "@pulumi/pulumi";
import type { Signature } from "../components";

/** What serves: the image, and the settings under which it does. */
export interface Release {
  /** Local name, or digest in a registry. */
  readonly image: string;
  /** Version of the model that the image holds; empty where that is not on record. */
  readonly modelVersion: string;
  /** The signature that clients call; of what is up it is the output `signature`. @default - not on record */
  readonly signature?: Signature;
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

/**
 * Config keys that make a release besides what is in its image. A changed number
 * of replicas, port or notebook is no release, and how one is done is no part of it.
 */
export const releaseKeys = [
  "modelName",
  "server",
  "cpus",
  "memoryMb",
  "pids",
  "gpus",
  "drainSeconds",
  "stopGraceSeconds",
  "startTimeoutSeconds",
];

/**
 * The release-making settings; none of them is a secret.
 *
 * @param further - keys that make a release of this stack besides
 */
export function releaseSettings(
  config: pulumi.Config,
  further: string[] = [],
): Record<string, string> {
  return Object.fromEntries(
    [...releaseKeys, ...further].map((key) => [key, config.get(key) ?? ""]),
  );
}

/** What holds where a setting is left to the target. */
export interface TargetDefaults {
  readonly startTimeoutSeconds: number;
}

/** The releases among what the last update that succeeded left on record. */
export async function recordedReleases(): Promise<ReleaseRecord> {
  return releasesIn(await recordedOutputs());
}

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

export function releasesIn(outputs: Record<string, unknown>): ReleaseRecord {
  const { release, previousRelease, signature } = outputs as ReleaseRecord &
    Pick<Release, "signature">;
  return {
    release: release && { signature, ...release },
    previousRelease: previousRelease ?? undefined,
  };
}

/**
 * The record once a release is up.
 *
 * @param ready - known once every replica serves: an update that fails leaves the record as it is
 * @param held - what holds, whether it is set or left to the target
 */
export function recordOnce(
  ready: pulumi.Input<unknown>,
  recorded: ReleaseRecord,
  held: TargetDefaults,
  release: pulumi.Inputs,
): { release: pulumi.Output<Release>; previousRelease: pulumi.Output<Release | null> } {
  const record = pulumi
    .all([pulumi.output(release), ready])
    .apply(([up]) => withRelease(recorded, up as Release, held));
  return {
    release: record.apply((both) => both.release as Release),
    // Pulumi warns of an output that is undefined.
    previousRelease: record.apply((both) => both.previousRelease ?? null),
  };
}

/**
 * The record with a release that is up: the same one again changes nothing, nor does a setting that
 * is left to the target where it was set to the same before. Its signature is an output of its own,
 * and not written a second time.
 */
export function withRelease(
  recorded: ReleaseRecord,
  up: Release,
  held: TargetDefaults,
): ReleaseRecord {
  const isSame =
    recorded.release !== undefined && identity(recorded.release, held) === identity(up, held);
  const release: Release = { ...up };
  delete (release as { signature?: Signature }).signature;
  return { release, previousRelease: isSame ? recorded.previousRelease : recorded.release };
}

/** What is known of an image that is not built: what the release that ran it last left on record. */
export function onRecord(
  { release, previousRelease }: ReleaseRecord,
  image: string,
): { modelVersion: pulumi.Output<string>; signature: pulumi.Output<Signature | undefined> } {
  const found = [release, previousRelease].find((one) => one?.image === image);
  return {
    modelVersion: pulumi.output(found?.modelVersion ?? ""),
    signature: pulumi.output(found?.signature),
  };
}

function identity({ image, settings }: Release, held: TargetDefaults): string {
  const startTimeoutSeconds = Number(settings.startTimeoutSeconds) || held.startTimeoutSeconds;
  const all = { ...settings, startTimeoutSeconds: String(startTimeoutSeconds) };
  return JSON.stringify([image, Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
