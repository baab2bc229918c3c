import * as fs from "fs";
import * as path from "path";
import { readText } from "../arguments/readText";
import { projectCache } from "../stack/projectCache";
import { filesOf } from "../tfserving/versionFiles";
import { contentHash } from "./contentHash";
import { moveUnlessThere } from "./plainFolder";

/**
 * A copy of what images are built from, below the program's folder and named by its content. The state
 * has its path, which has to be the same on every machine and after an upgrade: npm and Pulumi put this
 * package elsewhere each time.
 */
export function buildFiles(source: string): string {
  const copy = path.join(projectCache, contentHash({}, {}, { [path.basename(source)]: source }));
  if (!fs.existsSync(copy)) {
    fs.mkdirSync(projectCache, { recursive: true });
    // Moved into place, so that what is there is whole, and two programs do not meet.
    const work = fs.mkdtempSync(`${copy}-`);
    const files = fs.statSync(source).isDirectory()
      ? filesOf(source).files
      : [{ name: path.basename(source), place: source }];
    for (const { name, place } of files) {
      const target = path.join(work, name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, readText(place), { mode: fs.statSync(place).mode });
    }
    moveUnlessThere(work, copy);
  }
  return path.resolve(copy);
}
