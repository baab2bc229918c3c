import * as path from "path";
import { create, Header } from "tar";
import { temporaryFolder, writeFiles } from "./modelFolder";

type Entry = ConstructorParameters<typeof Header>[0] & object;

/** A tar.gz of files by path. */
export async function tarOf(files: Record<string, string | Uint8Array>): Promise<Buffer> {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  const tops = [...new Set(Object.keys(files).map((name) => name.split(path.posix.sep)[0]))];
  const parts: Buffer[] = [];
  for await (const part of create({ cwd: folder, gzip: true }, tops)) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** A tar with one entry that tar itself would not write, and no content. */
export function tarWith(entry: Partial<Entry>): Buffer {
  const block = Buffer.alloc(512);
  const usual = { path: "saved_model.pb", mode: 0o644, size: 0, type: "File", mtime: new Date(0) };
  new Header({ ...usual, ...entry } as Entry).encode(block);
  return Buffer.concat([block, Buffer.alloc(1024)]);
}
