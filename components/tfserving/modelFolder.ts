import * as fs from "node:fs";
import * as path from "node:path";

import { checkModelName } from "./modelName";
import { checkModelVersion } from "./modelVersion";
import type { Problem } from "./problem";
import type { Signature } from "./savedModel";
import { savedModelFile } from "./savedModel";

/** What the check of a model folder may be told. */
export interface ModelFolderCheck {
  /** Signature that clients call. @default "serving_default" */
  signatureName?: string;
  /** Exact set of tags of the graph to serve, as `savedModelTags`. @default ["serve"] */
  tags?: string[];
  /** Argument that problems of the folder are about. @default "modelFolder" */
  propertyPath?: string;
  /** Argument that problems of the name are about. @default "modelName" */
  namePropertyPath?: string;
}

/** One version of a model on disk. */
export interface ModelVersion {
  /** Number of the version in decimal, without leading zeros; up to 2^63-1, hence no `number`. */
  version: string;
  /** Folder with `saved_model.pb`. */
  folder: string;
  /** Callable signatures of the graph with the wanted tags, without TensorFlow's internal ones. */
  signatures: Record<string, Signature>;
  /** Whether `assets.extra/tf_serving_warmup_requests` is there. */
  hasWarmup: boolean;
  /** Bytes of all files below the folder. */
  sizeBytes: number;
}

/** A checked model with at least one version. */
export interface ModelFolder {
  name: string;
  /** `<modelFolder>/<name>`. */
  folder: string;
  /** Ascending by number. */
  versions: ModelVersion[];
}

/** Result of `checkModelFolder`: `model` is there exactly if `problems` is empty. */
export interface CheckedModelFolder {
  problems: Problem[];
  model?: ModelFolder;
}

/** TensorFlow Serving keeps version numbers as int64. */
export const highestVersion = 2n ** 63n - 1n;

/**
 * Checks everything that TensorFlow Serving would find wrong with
 * `<modelFolder>/<modelName>/<version>/saved_model.pb`, and some of what it would pass over.
 *
 * - TensorFlow Serving ignores names that are no number and then waits for ever when none is left,
 *   so a folder with another name is a problem; hidden folders and plain files such as a README
 *   are not. A plain file whose name is a number is: the server would try to load it.
 * - Every version has to be complete, since every one is copied into the image; the named
 *   signature is only required of the version that is served, the highest.
 * - `saved_model.pbtxt` and the chunked `saved_model.cpb`, which TensorFlow can load too, are not
 *   accepted: only the binary form is read here.
 */
export function checkModelFolder(
  modelFolder: string,
  modelName: string,
  {
    signatureName = "serving_default",
    tags = ["serve"],
    propertyPath = "modelFolder",
    namePropertyPath = "modelName",
  }: ModelFolderCheck = {},
): CheckedModelFolder {
  const nameProblems = checkModelName(modelName, namePropertyPath);
  if (nameProblems.length > 0) {
    return { problems: nameProblems };
  }
  const folder = path.join(modelFolder, modelName);
  const refuse = (reason: string): CheckedModelFolder => ({ problems: [{ propertyPath, reason }] });

  if (!isFolder(modelFolder)) {
    return refuse(`"${modelFolder}" is no folder: use the folder that holds "${modelName}"`);
  }
  if (!isFolder(folder)) {
    return refuse(missingModel(modelFolder, modelName));
  }

  const { numbers, reasons } = findVersions(folder);
  const versions: ModelVersion[] = [];
  const served = numbers[numbers.length - 1];
  for (const number of numbers) {
    const checked = checkModelVersion(path.join(folder, number.entry), {
      version: number.value.toString(),
      modelFolder,
      tags,
      signatureName: number === served ? signatureName : undefined,
    });
    reasons.push(...checked.reasons);
    if (checked.version) {
      versions.push(checked.version);
    }
  }
  return reasons.length > 0
    ? { problems: reasons.map((reason) => ({ propertyPath, reason })) }
    : { problems: [], model: { name: modelName, folder, versions } };
}

/** The version that TensorFlow Serving serves unless a version policy says otherwise. */
export function servedVersion(model: ModelFolder): ModelVersion {
  return model.versions[model.versions.length - 1];
}

interface VersionNumber {
  entry: string;
  value: bigint;
}

function findVersions(folder: string): { numbers: VersionNumber[]; reasons: string[] } {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  const byValue = new Map<bigint, VersionNumber>();
  const others: string[] = [];
  const reasons: string[] = [];
  for (const entry of entries) {
    const value = /^\d+$/.test(entry.name) ? BigInt(entry.name) : undefined;
    const isVersion = value !== undefined && value <= highestVersion;
    const place = path.join(folder, entry.name);
    if (entry.isSymbolicLink() && !fs.existsSync(place)) {
      reasons.push(`"${place}" is a symbolic link that leads nowhere; remove it`);
    } else if (!isFolder(place)) {
      if (isVersion) {
        reasons.push(
          `"${place}" is a file, but TensorFlow Serving takes every number here for a version ` +
            "folder; move it elsewhere",
        );
      }
    } else if (!isVersion) {
      if (!entry.name.startsWith(".")) {
        others.push(entry.name);
      }
    } else {
      const twin = byValue.get(value);
      if (twin) {
        reasons.push(
          `"${folder}" holds version ${value} twice, as "${twin.entry}" and "${entry.name}", and ` +
            "TensorFlow Serving would load one of them; remove the other",
        );
      } else {
        byValue.set(value, { entry: entry.name, value });
      }
    }
  }
  const numbers = [...byValue.values()].sort((left, right) => (left.value < right.value ? -1 : 1));
  if (numbers.length === 0) {
    reasons.push(noVersions(folder, others));
  } else if (others.length > 0) {
    reasons.push(
      `"${folder}" holds ${quoted(others)} beside its versions, which TensorFlow Serving would ` +
        "ignore; name a version by an integer from 0 to 2^63-1, move anything else elsewhere",
    );
  }
  return { numbers, reasons };
}

function noVersions(folder: string, others: string[]): string {
  if (fs.existsSync(path.join(folder, savedModelFile))) {
    return (
      `"${folder}" holds ${savedModelFile} directly, without a version folder; move the model to ` +
      `"${path.join(folder, "1")}"`
    );
  }
  const found =
    others.length > 0
      ? `${quoted(others)}, but TensorFlow Serving only takes integers from 0 to 2^63-1`
      : "none";
  return `"${folder}" needs a folder named by an integer for each version; found: ${found}`;
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
  return (
    `"${modelFolder}" has no folder "${modelName}"; ` +
    (folders.length > 0
      ? `the model is named after its folder, and here are ${quoted(folders)}`
      : `it has no folder at all; put the model at ${modelName}/<version>/${savedModelFile}`)
  );
}

function quoted(names: string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return shown.join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
}

function isFolder(place: string): boolean {
  return fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
