import * as fs from "node:fs";
import { pipeline } from "node:stream/promises";
import * as path from "node:path";
import { placeBelow } from "./placeBelow";

const mostEntries = 100_000;
const leastLimit = 4 * 2 ** 30;
const mostGrowth = 50;

/**
 * Unpacks a tar archive, with gzip or without, or a zip archive. Its first bytes say which it is.
 *
 * What may be in it: files and folders with paths that stay in the folder, 100,000 of them at most, that
 * hold 4 GiB or 50 times the bytes of the archive. Links and devices may not.
 *
 * @param wanted - says by its path whether an entry is unpacked; what else is in a tar archive may be
 * anything. @default - everything is
 * @throws Error that names what else is in it
 */
export async function unpack(
  archive: string,
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const limits = archiveLimits(fs.statSync(archive).size);
  const start = await startOf(archive);
  if (start.startsWith("PK")) {
    await unzip(archive, folder, limits);
  } else if (start.startsWith("\x1f\x8b") || start.slice(257, 262) === "ustar") {
    await untar(archive, folder, limits, wanted);
  } else {
    const text = start.slice(0, 20).replace(/[^ -~]/g, ".");
    throw new Error(`it is no archive, since it begins with "${text}": use a tar.gz, tar or zip`);
  }
}

/** Judges one entry after the other; throws where one is too much, or no file and no folder. */
type Limits = (name: string, bytes: number, isPlain: boolean) => void;

function archiveLimits(archiveBytes: number): Limits {
  const mostBytes = Math.max(leastLimit, archiveBytes * mostGrowth);
  let entries = 0;
  let total = 0;
  return (name, bytes, isPlain) => {
    if (!isPlain) {
      throw new Error(
        `it holds "${name}", a link or a device: pack what it leads to (tar --dereference)`,
      );
    }
    entries += 1;
    total += bytes;
    if (entries > mostEntries || total > mostBytes) {
      throw new Error(
        `it holds more than ${mostEntries} files, or ${Math.round(mostBytes / 2 ** 30)} GiB: ` +
          "it is no archive of a model, or use a folder",
      );
    }
  };
}

async function untar(
  archive: string,
  folder: string,
  limits: Limits,
  wanted: (name: string) => boolean,
): Promise<void> {
  const plain = ["File", "OldFile", "ContiguousFile", "Directory", "GNUDumpDir"];
  const tar = await import("tar");
  let refused: unknown;
  const target = new tar.Unpack({
    cwd: folder,
    strict: true,
    filter: (name, entry) => {
      if (!wanted(name)) {
        return false;
      }
      try {
        const type = "type" in entry ? entry.type : "File";
        limits(name, entry.size, plain.includes(type));
        placeBelow(folder, name);
      } catch (error) {
        refused ??= error;
        target.abort(error as Error);
      }
      return refused === undefined;
    },
  });
  try {
    await pipeline(fs.createReadStream(archive), target as unknown as NodeJS.WritableStream);
  } catch (error) {
    throw refused ?? new Error(`the archive is damaged: ${(error as Error).message}`);
  }
}

async function unzip(archive: string, folder: string, limits: Limits): Promise<void> {
  const yauzl = await import("yauzl");
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      // The upper half holds the mode of Unix; without one it was packed elsewhere.
      const type = (entry.externalFileAttributes >>> 28) & 0xf;
      limits(entry.fileName, entry.uncompressedSize, [0, 0x4, 0x8].includes(type));
      const place = placeBelow(folder, entry.fileName);
      if (entry.fileName.endsWith("/")) {
        fs.mkdirSync(place, { recursive: true });
      } else {
        fs.mkdirSync(path.dirname(place), { recursive: true });
        await pipeline(await zip.openReadStreamPromise(entry), fs.createWriteStream(place));
      }
    }
  } finally {
    zip.close();
  }
}

async function startOf(file: string): Promise<string> {
  const handle = await fs.promises.open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
