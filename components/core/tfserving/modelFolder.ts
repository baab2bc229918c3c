import * as fs from "node:fs";
import * as path from "node:path";

import { chooseVersions, type VersionChoice } from "./chooseVersions";
import type { ModelCard } from "./modelCard";
import { checkModelName } from "./modelName";
import { checkModelVersion } from "./modelVersion";
import { findOtherFormat, formatOfName } from "./otherFormats";
import type { Problem } from "../arguments/problem";
import type { Signature } from "./savedModel";
import { savedModelFile } from "./savedModel";
import { findVersions, isFolder, quoted, type VersionFolder } from "./versionFolders";
import { listVersions } from "./versionNumber";

/** What the check of a model folder may be told. */
export interface ModelFolderCheck {
  /** Signature that clients call; null demands none. @default "serving_default" */
  signatureName?: string | null;
  /** Versions that will be served. @default - the highest */
  choice?: VersionChoice;
  /** Exact set of tags of the graph to serve, as `savedModelTags`. @default ["serve"] */
  tags?: string[];
  /** Argument that problems of the folder are about. @default "modelFolder" */
  propertyPath?: string;
  /** Argument that problems of the name are about. @default "modelName" */
  namePropertyPath?: string;
  /** Argument that a chosen version which is not there is about. @default `_ => "modelVersion"` */
  versionPropertyPath?: (version: string) => string;
}

/** One version of a model on disk. */
export interface ModelVersion {
  /** Number of the version in decimal, without leading zeros; up to 2^63-1, hence no `number`. */
  version: string;
  /** Folder with `saved_model.pb`. */
  folder: string;
  /** Callable signatures of the graph with the wanted tags, without TensorFlow's internal ones. */
  signatures: Record<string, Signature>;
  /** Those signatures that change variables when they are called, each with such an operation. */
  stateful: Record<string, string>;
  /** Whether `assets.extra/tf_serving_warmup_requests` is there. */
  hasWarmup: boolean;
  /** Bytes of all files below the folder. */
  sizeBytes: number;
  /** Bytes of the graph and the variables, which a server holds in memory. */
  loadedBytes: number;
  /** Operations of the graph and of the functions that it calls, by name. */
  operations: string[];
  /** Lowest graph version of a TensorFlow that may load the graph. */
  minConsumer: number;
  /** Version of the TensorFlow that wrote the graph, such as `2.19.0`. @default - not on record */
  tensorflowVersion?: string;
  /** What its own card tells of it. @default - it has none, or none that can be read */
  card?: ModelCard;
  /** What could not be checked. */
  notes: string[];
}

/** A checked model with at least one version that will be served. */
export interface ModelFolder {
  name: string;
  /** `<modelFolder>/<name>`. */
  folder: string;
  /** Those that will be served, ascending by number. */
  versions: ModelVersion[];
  /** What is passed over, and no reason to refuse the model. */
  notes: string[];
}

/** Result of `checkModelFolder`: `model` is there exactly if `problems` is empty. */
export interface CheckedModelFolder {
  problems: Problem[];
  model?: ModelFolder;
}

/**
 * Checks everything that TensorFlow Serving would find wrong with
 * `<modelFolder>/<modelName>/<version>/saved_model.pb`, and some of what it would pass over.
 *
 * - Only versions that will be served have to be complete; the named signature is required of the
 *   highest of them, which answers when a client names no version.
 * - `saved_model.pbtxt` and the chunked `saved_model.cpb`, which TensorFlow can load too, are not
 *   accepted: only the binary form is read here.
 */
export function checkModelFolder(
  modelFolder: string,
  modelName: string,
  {
    signatureName = "serving_default",
    choice = {},
    tags = ["serve"],
    propertyPath = "modelFolder",
    namePropertyPath = "modelName",
    versionPropertyPath = () => "modelVersion",
  }: ModelFolderCheck = {},
): CheckedModelFolder {
  const nameProblems = checkModelName(modelName, namePropertyPath);
  if (nameProblems.length > 0) {
    return { problems: nameProblems };
  }
  const folder = path.join(modelFolder, modelName);
  const refuse = (reason: string): CheckedModelFolder => ({ problems: [{ propertyPath, reason }] });

  if (!isFolder(modelFolder)) {
    const format = fs.existsSync(modelFolder)
      ? formatOfName(path.basename(modelFolder))
      : undefined;
    return refuse(
      `"${modelFolder}" is ${format ?? "no folder"}: use the folder that holds "${modelName}"`,
    );
  }
  if (!isFolder(folder)) {
    return refuse(missingModel(modelFolder, modelName));
  }

  const { numbers, reasons, notes } = findVersions(folder);
  const missing = missingVersions(folder, numbers, choice, versionPropertyPath);
  const versions: ModelVersion[] = [];
  const served = chosenOf(numbers, choice);
  for (const number of served) {
    const checked = checkReadable(path.join(folder, number.entry), {
      version: number.value.toString(),
      tags,
      signatureName:
        number === served[served.length - 1] ? (signatureName ?? undefined) : undefined,
    });
    reasons.push(...checked.reasons);
    if (checked.version) {
      versions.push(checked.version);
    }
  }
  const problems = [...reasons.map((reason) => ({ propertyPath, reason })), ...missing];
  return problems.length > 0
    ? { problems }
    : { problems: [], model: { name: modelName, folder, versions, notes } };
}

/** As `checkModelVersion`; a folder that may not be read is one more thing to say. */
function checkReadable(
  folder: string,
  check: Parameters<typeof checkModelVersion>[1],
): ReturnType<typeof checkModelVersion> {
  try {
    return checkModelVersion(folder, check);
  } catch (error) {
    const { code, path: file } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") {
      return {
        reasons: [`"${file ?? folder}" may not be read (${code}): give yourself the right`],
      };
    }
    throw error;
  }
}

/** The version that answers when a client names none: the highest that is served. */
export function servedVersion(model: ModelFolder): ModelVersion {
  return model.versions[model.versions.length - 1];
}

function chosenOf(numbers: VersionFolder[], choice: VersionChoice): VersionFolder[] {
  const chosen = chooseVersions(
    numbers.map(({ value }) => value.toString()),
    choice,
  );
  return numbers.filter(({ value }) => chosen.includes(value.toString()));
}

/** Versions that are asked for by number and are not there. */
function missingVersions(
  folder: string,
  numbers: VersionFolder[],
  choice: VersionChoice,
  propertyPath: (version: string) => string,
): Problem[] {
  const found = numbers.map(({ value }) => value.toString());
  if (found.length === 0) {
    return []; // said already
  }
  return (choice.versions ?? [])
    .filter((version) => !found.includes(version))
    .map((version) => ({
      propertyPath: propertyPath(version),
      reason: `is ${version}, which "${folder}" does not hold; versions there: ${listVersions(found)}`,
    }));
}

function missingModel(modelFolder: string, modelName: string): string {
  const folders = fs
    .readdirSync(modelFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
  const tooDeep =
    fs.existsSync(path.join(modelFolder, savedModelFile)) ||
    folders.some((name) => fs.existsSync(path.join(modelFolder, name, savedModelFile)));
  if (tooDeep) {
    return (
      `"${modelFolder}" is the model itself: use the folder above, so that the model is found at ` +
      `<modelFolder>/${modelName}/<version>/${savedModelFile}`
    );
  }
  const format = findOtherFormat(modelFolder);
  return (
    `"${modelFolder}" has no folder "${modelName}"; ` +
    (format ??
      (folders.length > 0
        ? `the model is named after its folder, and here are ${quoted(folders)}`
        : `it has no folder at all; put the model at ${modelName}/<version>/${savedModelFile}`))
  );
}
