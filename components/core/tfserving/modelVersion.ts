import * as fs from "node:fs";
import * as path from "node:path";

import { staysOut } from "./hiddenFiles";
import { checkVariables } from "./checkVariables";
import { findLfsPointers } from "./gitLfs";
import { readModelCard } from "./modelCard";
import type { ModelVersion } from "./modelFolder";
import { findBelow, findOtherFormat } from "./otherFormats";
import { type MetaGraph, readSavedModel, type SavedModel, savedModelFile } from "./savedModel";
import { filesOf, type VersionFile } from "./versionFiles";
import { quoted } from "./versionFolders";

interface VersionCheck {
  version: string;
  tags: string[];
  /** Signature that has to be there; undefined to demand none. */
  signatureName: string | undefined;
}

// The runtime library of SavedModel puts its initialiser among the signatures.
const internalSignature = /^__saved_model_/;

const warmupFile = path.join("assets.extra", "tf_serving_warmup_requests");
const hubFile = "tfhub_module.pb";

/** Checks one version folder; `version` is there exactly if `reasons` is empty. */
export function checkModelVersion(
  folder: string,
  check: VersionCheck,
): { reasons: string[]; version?: ModelVersion } {
  const refuse = (...reasons: string[]) => ({ reasons });
  if (!fs.existsSync(path.join(folder, savedModelFile))) {
    return refuse(missingFile(folder));
  }
  const { files, broken } = filesOf(folder);
  if (broken.length > 0) {
    return refuse(
      `"${folder}" has symbolic links that lead nowhere or in a circle, ${quoted(broken)}: fetch what ` +
        "they point to (`dvc pull`, for example) or remove them",
    );
  }
  if (fs.existsSync(path.join(folder, ".dockerignore"))) {
    return refuse(
      `"${folder}" holds a .dockerignore: remove it, all files of the version are served`,
    );
  }
  const pointers = findLfsPointers(files);
  if (pointers.length > 0) {
    return refuse(
      `"${folder}" has Git LFS pointers in place of ${quoted(pointers)}: run \`git lfs pull\``,
    );
  }
  let savedModel: SavedModel;
  try {
    savedModel = readSavedModel(folder);
  } catch (error) {
    const { reasons } = checkVariables(folder, false);
    return refuse(`${(error as Error).message}; export or copy the model again`, ...reasons);
  }
  return checkSavedModel(folder, files, savedModel, check);
}

function checkSavedModel(
  folder: string,
  files: VersionFile[],
  savedModel: SavedModel,
  { version, tags, signatureName }: VersionCheck,
): { reasons: string[]; version?: ModelVersion } {
  const file = path.join(folder, savedModelFile);
  const metaGraph = savedModel.metaGraphs.find((graph) => sameTags(graph.tags, tags));
  const variables = checkVariables(folder, metaGraph?.hasVariables ?? false);
  const reasons = [...variables.reasons];
  if (!metaGraph) {
    return { reasons: [wrongTags(folder, savedModel, tags), ...reasons] };
  }
  const signatures = callable(metaGraph.signatures);
  if (signatureName !== undefined && !Object.keys(signatures).includes(signatureName)) {
    reasons.unshift(missingSignature(file, signatureName, Object.keys(signatures)));
  }
  reasons.push(...checkAssets(folder, metaGraph));
  const { card, notes } = readModelCard(folder);
  return reasons.length > 0
    ? { reasons }
    : {
        reasons,
        version: {
          version,
          folder,
          signatures,
          stateful: callable(metaGraph.stateful),
          operations: metaGraph.operations,
          minConsumer: metaGraph.minConsumer,
          tensorflowVersion: metaGraph.tensorflowVersion,
          hasWarmup: fs.existsSync(path.join(folder, warmupFile)),
          sizeBytes: sizeOf(files),
          loadedBytes: sizeOf(files.filter(isLoaded)),
          card,
          notes: [...variables.notes, ...notes],
        },
      };
}

/** A vocabulary that is not there fails the load, or answers wrongly. */
function checkAssets(folder: string, { assets }: MetaGraph): string[] {
  const file = path.join(folder, savedModelFile);
  const named = assets.map((name) => `assets/${name}`);
  const missing = named.filter((name) => !fs.existsSync(path.join(folder, name)));
  const left = named.filter((name) => !missing.includes(name) && staysOut(name));
  return [
    ...(missing.length > 0
      ? [`"${folder}" lacks ${quoted(missing)}, which ${file} reads; copy the whole export again`]
      : []),
    ...(left.length > 0
      ? [
          `${file} reads ${quoted(left)}, a name that images leave out; give the file another name ` +
            "and export again",
        ]
      : []),
  ];
}

function isLoaded({ name }: VersionFile): boolean {
  return name === savedModelFile || /^variables\/variables\.data-/.test(name);
}

function missingFile(folder: string): string {
  const other = ["saved_model.pbtxt", "saved_model.cpb"].find((name) =>
    fs.existsSync(path.join(folder, name)),
  );
  if (other) {
    return (
      `"${folder}" has ${other} in place of ${savedModelFile}; only the binary form is supported: ` +
      "save it with tf.saved_model.save or Keras' model.export"
    );
  }
  const below = findBelow(folder, savedModelFile);
  if (below) {
    return (
      `"${folder}" has no ${savedModelFile}, but "${below}" has (Hugging Face's save_pretrained puts ` +
      `it into saved_model/1, for example): move what is in there up to "${folder}"`
    );
  }
  const format = findOtherFormat(folder);
  return format
    ? `"${folder}" has no ${savedModelFile}; ${format}`
    : `"${folder}" has no ${savedModelFile}; wait for an export that is still being written, export a ` +
        "model to it or remove it (a higher number without a model would be served in place of a " +
        "lower one with)";
}

function wrongTags(folder: string, savedModel: SavedModel, tags: string[]): string {
  const file = path.join(folder, savedModelFile);
  const isHub =
    fs.existsSync(path.join(folder, hubFile)) ||
    savedModel.metaGraphs.some((graph) => graph.tags.length === 0);
  if (isHub) {
    return (
      `${file} is a TF1 Hub module (a graph without tags), which no server loads: load it with ` +
      "module = tf.saved_model.load(folder, tags=[]), and save it with tf.saved_model.save(module, " +
      'new_folder, signatures={"serving_default": module.signatures["default"]})'
    );
  }
  const found = savedModel.metaGraphs.map((graph) => `[${graph.tags.join(", ")}]`).join(", ");
  return (
    `${file} has no graph tagged exactly [${tags.join(", ")}]; tags found: ${found}. Export with ` +
    "these tags or set savedModelTags"
  );
}

function missingSignature(file: string, wanted: string, found: string[]): string {
  return (
    `${file} has no signature "${wanted}"; ` +
    (found.length > 0
      ? `it has ${found.map((name) => `"${name}"`).join(", ")}`
      : "it has none at all: export it with `signatures=` or Keras' model.export")
  );
}

function callable<T>(signatures: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(signatures).filter(([name]) => !internalSignature.test(name)),
  );
}

function sameTags(left: string[], right: string[]): boolean {
  const wanted = new Set(right);
  return left.length === wanted.size && left.every((tag) => wanted.has(tag));
}

function sizeOf(files: VersionFile[]): number {
  return files
    .map(({ place }) => fs.statSync(place))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
