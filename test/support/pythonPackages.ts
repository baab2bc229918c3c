import { execFile } from "child_process";
import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { promisify } from "util";
import { debianTool } from "./debianTool";

const run = promisify(execFile);

/**
 * A folder that Python finds packages of PyPI in. They are installed on first use, at the versions
 * in a requirements file, into a folder that later runs find again.
 *
 * @param name - what the folder is called
 * @param requirements - path of the file
 * @param options - further options of pip
 */
export async function pythonPackages(
  name: string,
  requirements: string,
  options: string[] = [],
): Promise<string> {
  const version = createHash("sha256").update(fs.readFileSync(requirements)).digest("hex");
  const cache = path.join(os.homedir(), ".cache", "tfserving-tests");
  const folder = path.join(cache, `${name}-${version.slice(0, 12)}-packages`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(cache, { recursive: true });
    // Moved into place, so that two tests that begin at the same time do not meet.
    const building = fs.mkdtempSync(path.join(cache, `${name}-`));
    const install = ["install", "--quiet", ...options, "--target", building];
    debianTool("pip3", "python3-pip");
    await run("python3", ["-m", "pip", ...install, "--requirement", requirements]);
    move(building, folder);
  }
  return folder;
}

function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    fs.rmSync(from, { recursive: true, force: true });
    if (!fs.existsSync(to)) throw error;
  }
}
