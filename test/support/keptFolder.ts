import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/** Where tests keep what takes long to get. */
export const cache = path.join(os.homedir(), ".cache", "tfserving-tests");

/**
 * A folder that is filled on first use, and that later runs find again.
 *
 * @param name - of the folder; it is another one where the content is to be another
 */
export async function keptFolder(
  name: string,
  fill: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = path.join(cache, name);
  if (fs.existsSync(folder)) {
    return folder;
  }
  fs.mkdirSync(cache, { recursive: true });
  // Moved into place, so that a test that is interrupted leaves no half of it, and two do not meet.
  const work = fs.mkdtempSync(`${folder}-`);
  try {
    await fill(work);
    fs.renameSync(work, folder);
  } catch (error) {
    fs.rmSync(work, { recursive: true, force: true });
    if (!fs.existsSync(folder)) throw error;
  }
  return folder;
}

/** Twelve digits that stand for a content. */
export function digestOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
