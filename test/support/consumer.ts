import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { root } from "../../cli/setup/folders";

/**
 * A copy of an example in a folder outside of this repository, where nothing of it is found; what a
 * reader types there is still to be typed.
 *
 * @param name - of its folder in examples/
 */
export function consumerOf(name: string): { folder: string; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `tfserving-${name}-`));
  const example = path.join(root, "examples", name);
  const files = execFileSync("git", ["ls-files"], { cwd: example, encoding: "utf8" });
  for (const file of files.split("\n").filter(Boolean)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.copyFileSync(path.join(example, file), path.join(folder, file));
  }
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** Installs what a consumer's package.json asks for, and archives in place of what npm would have. */
export function npmInstall(folder: string, ...archives: string[]): void {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...args, ...archives], { cwd: folder, stdio: "pipe" });
}
