import { az } from "./az";
import { dvc } from "./dvc";
import { gs } from "./gs";
import { hf } from "./hf";
import { https } from "./https";
import { mlflow } from "./mlflow";
import { oci } from "./oci";
import { s3 } from "./s3";
import type { SourceKind } from "./source";

/** Every kind of model source but a folder, which has no prefix. */
export const kinds: readonly SourceKind[] = [s3, gs, az, https, mlflow, oci, dvc, hf];

// One letter is a drive of Windows.
const scheme = /^[a-z][a-z0-9+.-]+:/i;

/** The kind that a source is of; undefined for a folder, and for what `checkModelSource` refuses. */
export function kindOf(source: string): SourceKind | undefined {
  return kinds.find(({ prefix }) => source.startsWith(prefix));
}

/** What is wrong with the text of a model source; goes on from the name of the argument. */
export function checkModelSource(source: string): string[] {
  const kind = kindOf(source);
  const forms = kinds.map(({ form }) => form).join(", ");
  const wrong = kind
    ? kind.check(source)
    : scheme.test(source) && !source.startsWith("file://")
      ? [`no such source is known: use ${forms} or a folder`]
      : [];
  return wrong.map((reason) => aboutSource(source, reason));
}

/** What is said of a source, which is shown without what may be a password or a signature in it. */
export function aboutSource(source: string, reason: string): string {
  const shown = source.replace(/\/\/[^/@]*@/, "//...@").replace(/\?[^#]*/, "?...");
  return `is "${shown}": ${reason}`;
}
