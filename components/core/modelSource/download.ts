import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { errorText } from "./errorText";
import { placeBelow } from "./placeBelow";
import type { Progress } from "./progress";
import type { FileDigest, RemoteFile } from "./source";

const atATime = 4;

/**
 * Fetches files into a folder. What an earlier run has fetched is not fetched again; half a file is
 * kept as `NAME.part` and goes on where it stopped.
 *
 * @throws Error that names the file that could not be fetched
 */
export async function downloadFiles(
  files: readonly RemoteFile[],
  folder: string,
  progress: Progress,
): Promise<void> {
  const waiting = [...files];
  const failed: unknown[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file && failed.length === 0; file = waiting.shift()) {
      await downloadFile(file, folder, progress).catch((error) => failed.push(error));
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  if (failed.length > 0) {
    throw failed[0];
  }
}

/**
 * Fetches one file, as `downloadFiles` does. A connection that breaks is opened again, as long as each
 * brings some bytes.
 *
 * @returns where it lies
 */
export async function downloadFile(
  file: RemoteFile,
  folder: string,
  progress: Progress,
): Promise<string> {
  const place = placeBelow(folder, file.path);
  if (fs.existsSync(place)) {
    progress.add(fs.statSync(place).size);
    return place;
  }
  fs.mkdirSync(path.dirname(place), { recursive: true });
  const part = `${place}.part`;
  // Of an empty file nothing is asked.
  fs.closeSync(fs.openSync(part, "a"));
  progress.add(sizeOf(part));
  for (let size = sizeOf(part); file.size === undefined || size !== file.size;) {
    const before = size;
    try {
      size = await readOn(file, part, size, progress);
      break;
    } catch (error) {
      size = sizeOf(part);
      if (size <= before) {
        const kept = size > 0 ? `; the next run goes on from byte ${size}` : "";
        throw new Error(`${file.path} could not be fetched: ${errorText(error)}${kept}`);
      }
    }
  }
  await checkFile(file, part);
  fs.renameSync(part, place);
  return place;
}

/** Appends what is missing; gives the size that the file has then. */
async function readOn(
  file: RemoteFile,
  part: string,
  size: number,
  progress: Progress,
): Promise<number> {
  const { from, body } = await file.open(size);
  if (from < size) {
    progress.add(from - size);
    fs.truncateSync(part, from);
  }
  body.on("data", (chunk: Buffer) => progress.add(chunk.length));
  const output = fs.createWriteStream(part, { flags: "a" });
  const closed = new Promise<void>((resolve) => output.once("close", () => resolve()));
  try {
    await pipeline(body, output);
  } finally {
    // What was under way when a connection broke is still written.
    await closed;
  }
  return sizeOf(part);
}

/** A file that is not what was announced is of no use to the next run. */
async function checkFile({ path: name, size, digest }: RemoteFile, part: string): Promise<void> {
  const found = sizeOf(part);
  const wrong =
    size !== undefined && found !== size
      ? `has ${found} bytes instead of ${size}`
      : digest && (await digestOf(part, digest.algorithm)) !== digest.hex
        ? `does not have the ${digest.algorithm} ${digest.hex}`
        : undefined;
  if (wrong !== undefined) {
    fs.rmSync(part, { force: true });
    throw new Error(`${name} ${wrong}: it was changed or damaged, so fetch it again`);
  }
}

async function digestOf(file: string, algorithm: FileDigest["algorithm"]): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest("hex");
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
