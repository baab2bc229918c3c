import { createHash } from "node:crypto";
import type { RemoteFile } from "./source";

/** One revision for files that each have theirs. */
export function revisionOf(files: readonly RemoteFile[]): string {
  const lines = files.map(({ path, size, revision }) => JSON.stringify([path, size, revision]));
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}
