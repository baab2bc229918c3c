import { execFile } from "child_process";
import * as fs from "fs";
import { promisify } from "util";
import { debianTool } from "./debianTool";
import { digestOf, keptFolder } from "./keptFolder";

const run = promisify(execFile);

/**
 * A folder that Python finds packages of PyPI in. They are installed on first use, at the versions
 * in a requirements file.
 *
 * @param name - what the folder is called
 * @param requirements - path of the file
 * @param options - further options of pip
 */
export function pythonPackages(
  name: string,
  requirements: string,
  options: string[] = [],
): Promise<string> {
  const version = digestOf(fs.readFileSync(requirements));
  return keptFolder(`${name}-${version}-packages`, (folder) => {
    debianTool("pip3", "python3-pip");
    const install = ["install", "--quiet", ...options, "--target", folder];
    return run("python3", ["-m", "pip", ...install, "--requirement", requirements]);
  });
}
