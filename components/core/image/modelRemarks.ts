import * as pulumi from "@pulumi/pulumi";
import { minorVersion, tensorflowOf } from "../tfserving/baseImage";
import type { BatchingOptions } from "../tfserving/batching";
import { checkBatchedSignatures, type LoadedModel } from "../tfserving/batchedSignatures";
import { checkGraphs } from "../tfserving/checkGraphs";
import { cardText } from "../tfserving/modelCard";
import type { ModelVersion } from "../tfserving/modelFolder";
import type { Problem } from "../arguments/problem";

const mebibyte = 2 ** 20;

/** What is said of models that can be served. */
export interface ModelRemarks {
  /** What may not work as it is meant. */
  warnings: string[];
  /** What is passed over. */
  notes: string[];
  /** What the models' own cards tell: for previews. */
  cards: string[];
}

/** What keeps models from being batched: shapes of signatures that clients call, parameters. */
export function checkBatchedModels(
  batching: BatchingOptions | undefined,
  loaded: LoadedModel[],
): Problem[] {
  return checkBatchedSignatures(batching, loaded).reasons.map((reason) => ({
    propertyPath: "batching",
    reason: `is set, and ${reason}, or leave batching out`,
  }));
}

/** What keeps the server in an image from loading models. */
export function checkModelGraphs(baseImage: string, loaded: LoadedModel[]): Problem[] {
  return checkGraphs(baseImage, distinctVersions(loaded)).reasons.map((reason) => ({
    propertyPath: "baseImage",
    reason: `is "${baseImage}", and ${reason}`,
  }));
}

/** What works, and perhaps not as it is meant. */
export function modelRemarks(
  args: {
    baseImage: string;
    memoryMb?: number;
    batching?: BatchingOptions;
  },
  loaded: LoadedModel[],
): ModelRemarks {
  const versions = distinctVersions(loaded);
  return {
    warnings: [
      ...newerThanServer(args.baseImage, versions),
      ...checkGraphs(args.baseImage, versions).warnings.map(
        (reason) => `${reason}. Calls that meet it fail, or the model does not load.`,
      ),
      ...largerThanMemory(args.memoryMb, versions),
      ...withState(versions),
      ...checkBatchedSignatures(args.batching, loaded).warnings.map(
        (reason) => `batching: ${reason}, or calls of it fail.`,
      ),
    ],
    notes: [
      ...new Set(loaded.flatMap(({ model }) => model.notes)),
      ...versions.flatMap(({ notes }) => notes),
    ],
    cards: versions.flatMap(({ folder, card }) =>
      card ? [`Model card of "${folder}": ${cardText(card)}`] : [],
    ),
  };
}

/** Says remarks on the screen. */
export function sayRemarks(
  { warnings, notes, cards }: ModelRemarks,
  resource?: pulumi.Resource,
): void {
  warnings.forEach((warning) => void pulumi.log.warn(warning, resource));
  const said = pulumi.runtime.isDryRun() ? [...notes, ...cards] : notes;
  said.forEach((note) => void pulumi.log.info(note, resource));
}

/** Two models may be one folder under two names. */
export function distinctVersions(loaded: LoadedModel[]): ModelVersion[] {
  const versions = loaded.flatMap(({ model }) => model.versions);
  return [...new Map(versions.map((version) => [version.folder, version])).values()];
}

function newerThanServer(baseImage: string, versions: ModelVersion[]): string[] {
  const server = tensorflowOf(baseImage);
  return versions
    .filter(({ tensorflowVersion }) => isNewer(minorVersion(tensorflowVersion ?? ""), server))
    .map(
      ({ folder, tensorflowVersion }) =>
        `"${folder}" was saved by TensorFlow ${tensorflowVersion}, and ${baseImage} has ${server?.join(".")}: ` +
        "it may hold operations that the server does not know. Export it with the server's version, " +
        "or set baseImage to a newer one.",
    );
}

function isNewer(model?: [number, number], server?: [number, number]): boolean {
  return (
    model !== undefined &&
    server !== undefined &&
    (model[0] > server[0] || (model[0] === server[0] && model[1] > server[1]))
  );
}

function withState(versions: ModelVersion[]): string[] {
  return versions.flatMap(({ folder, stateful }) =>
    Object.entries(stateful).map(
      ([name, operation]) =>
        `Calls of the signature "${name}" of "${folder}" change its variables (${operation}): replicas do not ` +
        "share them, so answers depend on which replica a call meets, and a release begins anew. Keep " +
        "state outside the model.",
    ),
  );
}

function largerThanMemory(memoryMb: number | undefined, versions: ModelVersion[]): string[] {
  const loaded = versions.reduce((sum, { loadedBytes }) => sum + loadedBytes, 0) / mebibyte;
  return memoryMb !== undefined && loaded > memoryMb
    ? [
        `memoryMb is ${memoryMb}, and the graphs and variables that a replica loads take ` +
          `${Math.ceil(loaded)} MiB: it would be killed before it serves. Set memoryMb to more than ` +
          "that, or serve fewer versions.",
      ]
    : [];
}
