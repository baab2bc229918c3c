import { Readable } from "node:stream";
import { vi } from "vitest";
import { s3 } from "../../components/core/modelSource/s3";

/** Makes every source of the kind s3 hold these files, each with its content as its revision. */
export function s3Holds(files: Record<string, string | Uint8Array>) {
  const remote = Object.entries(files).map(([path, content]) => ({
    ...{ path, size: content.length, revision: String(content) },
    open: async (from: number) => ({ from, body: Readable.from([content]) }),
  }));
  return vi.spyOn(s3, "resolve").mockImplementation(async (source) => ({
    source,
    revision: "all",
    content: { files: remote },
  }));
}
