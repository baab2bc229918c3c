import * as fs from "node:fs";
import * as path from "node:path";

import { findBelow, findOtherFormat } from "./otherFormats";
import { savedModelFile } from "./savedModel";
import { asVersion } from "./versionNumber";

/** A version's folder, by its name and its number: `002` is version 2. */
export interface VersionFolder {
  entry: string;
  value: bigint;
}

/**
 * Finds the version folders of a model, ascending by number, and what TensorFlow Serving would
 * trip over or pass over beside them.
 *
 * TensorFlow Serving ignores names that are no number and then waits for ever when none is left.
 * So folders with other names, such as an export that is still being written (`temp-1795350300`), a
 * backup or `lost+found`, are a note beside a version and a problem without any. Nothing is read of
 * them. Hidden folders and plain files such as a README are neither. A plain file whose name is a
 * number is a problem: the server would try to load it.
 */
export function findVersions(folder: string): {
  numbers: VersionFolder[];
  reasons: string[];
  notes: string[];
} {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  const byValue = new Map<bigint, VersionFolder>();
  const others: string[] = [];
  const reasons: string[] = [];
  const notes: string[] = [];
  for (const entry of entries) {
    const value = asVersion(entry.name);
    const place = path.join(folder, entry.name);
    if (entry.isSymbolicLink() && !fs.existsSync(place)) {
      if (value === undefined) {
        continue;
      }
      reasons.push(`"${place}" is a symbolic link that leads nowhere; remove it`);
    } else if (!isFolder(place)) {
      if (value !== undefined) {
        reasons.push(
          `"${place}" is a file, but TensorFlow Serving takes every number here for a version ` +
            "folder; move it elsewhere",
        );
      }
    } else if (value === undefined) {
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
    notes.push(
      `"${folder}" holds ${quoted(others)} beside its versions. That is not served: the name of a ` +
        "version is an integer from 0 to 2^63-1.",
    );
  }
  return { numbers, reasons, notes };
}

/** Names in quotes, the first five of them. */
export function quoted(names: string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return shown.join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
}

/** Whether a path is a folder or a link to one. */
export function isFolder(place: string): boolean {
  return fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function noVersions(folder: string, others: string[]): string {
  if (fs.existsSync(path.join(folder, savedModelFile))) {
    return (
      `"${folder}" holds ${savedModelFile} directly, without a version folder; move the model to ` +
      `"${path.join(folder, "1")}"`
    );
  }
  const below = findBelow(folder, savedModelFile);
  if (below && path.dirname(below) !== folder) {
    const name = asVersion(path.basename(below)) === undefined ? "1" : path.basename(below);
    return (
      `"${folder}" has no folder of a version, but "${below}" holds ${savedModelFile}, too deep ` +
      `(Hugging Face's save_pretrained puts it into saved_model/1, for example): move that folder to ` +
      `"${path.join(folder, name)}"`
    );
  }
  const found =
    others.length > 0
      ? `${quoted(others)}, but TensorFlow Serving only takes integers from 0 to 2^63-1`
      : (findOtherFormat(folder) ?? "none");
  return `"${folder}" needs a folder named by an integer for each version; found: ${found}`;
}
