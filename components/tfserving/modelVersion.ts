import * as fs from "node:fs";
import * as path from "node:path";

import type { ModelVersion } from "./modelFolder";
import {
  type MetaGraph,
  readSavedModel,
  type SavedModel,
  savedModelFile,
  type Signature,
} from "./savedModel";

interface VersionCheck {
  version: string;
  tags: string[];
  /** Signature that has to be there; undefined to demand none. */
  signatureName: string | undefined;
}

// The runtime library of SavedModel puts its initialiser among the signatures.
const internalSignature = /^__saved_model_/;

const warmupFile = path.join("assets.extra", "tf_serving_warmup_requests");

/** Checks one version folder; `version` is there exactly if `reasons` is empty. */
export function checkModelVersion(
  folder: string,
  { version, tags, signatureName }: VersionCheck,
): { reasons: string[]; version?: ModelVersion } {
  const refuse = (...reasons: string[]) => ({ reasons });
  const file = path.join(folder, savedModelFile);
  if (!fs.existsSync(file)) {
    return refuse(missingFile(folder));
  }
  const link = brokenByCopy(folder);
  if (link) {
    return refuse(link);
  }
  if (fs.existsSync(path.join(folder, ".dockerignore"))) {
    return refuse(
      `"${folder}" holds a .dockerignore: remove it, all files of the version are served`,
    );
  }
  let savedModel: SavedModel;
  try {
    savedModel = readSavedModel(folder);
  } catch (error) {
    return refuse(`${(error as Error).message}; export or copy the model again`);
  }
  const metaGraph = savedModel.metaGraphs.find((graph) => sameTags(graph.tags, tags));
  if (!metaGraph) {
    return refuse(wrongTags(file, savedModel, tags));
  }
  const signatures = callableSignatures(metaGraph);
  const reasons: string[] = [];
  if (signatureName !== undefined && !Object.keys(signatures).includes(signatureName)) {
    reasons.push(missingSignature(file, signatureName, Object.keys(signatures)));
  }
  if (metaGraph.hasVariables && !fs.existsSync(path.join(folder, "variables", "variables.index"))) {
    reasons.push(
      `"${folder}" has no variables/variables.index, but its graph has variables, so every ` +
        "request would fail; copy the whole export, not only saved_model.pb",
    );
  }
  return reasons.length > 0
    ? { reasons }
    : {
        reasons,
        version: {
          version,
          folder,
          signatures,
          hasWarmup: fs.existsSync(path.join(folder, warmupFile)),
          sizeBytes: sizeOf(folder),
        },
      };
}

function missingFile(folder: string): string {
  const other = ["saved_model.pbtxt", "saved_model.cpb"].find((name) =>
    fs.existsSync(path.join(folder, name)),
  );
  return other
    ? `"${folder}" has ${other} in place of ${savedModelFile}; only the binary form is supported: ` +
        "save it with tf.saved_model.save or Keras' model.export"
    : `"${folder}" has no ${savedModelFile}; export a model to it or remove it (a higher number ` +
        "without a model would be served in place of a lower one with)";
}

function wrongTags(file: string, savedModel: SavedModel, tags: string[]): string {
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

function callableSignatures(metaGraph: MetaGraph): Record<string, Signature> {
  return Object.fromEntries(
    Object.entries(metaGraph.signatures).filter(([name]) => !internalSignature.test(name)),
  );
}

function sameTags(left: string[], right: string[]): boolean {
  const wanted = new Set(right);
  return left.length === wanted.size && left.every((tag) => wanted.has(tag));
}

/** The image holds the version's folder alone: a link has to stay in it and be relative. */
function brokenByCopy(folder: string): string | undefined {
  if (fs.lstatSync(folder).isSymbolicLink()) {
    return `"${folder}" is a symbolic link, which an image build cannot follow; copy what it points to`;
  }
  const link = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .find((place) => leadsOutOf(folder, place));
  return (
    link &&
    `"${link}" is a symbolic link that leads out of "${folder}" or nowhere, where an image build ` +
      "cannot follow; copy what it points to"
  );
}

function leadsOutOf(folder: string, link: string): boolean {
  const target = fs.readlinkSync(link);
  const place = path.resolve(path.dirname(link), target);
  const relative = path.relative(path.resolve(folder), place);
  return (
    path.isAbsolute(target) ||
    relative === ".." ||
    relative.startsWith(`..${path.sep}`) ||
    path.isAbsolute(relative) ||
    !fs.existsSync(place)
  );
}

function sizeOf(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => fs.statSync(path.join(folder, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
