import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { digestOf, keptFolder } from "./keptFolder";

/**
 * A program of a Go module beside this file, built without a C library, so that it runs in any image.
 *
 * @param name - of the folder with the module, and of the program
 * @param source - what is built. @default - the module itself
 */
export async function goProgram(name: string, source = "."): Promise<string> {
  const module = path.join(__dirname, name);
  const sources = fs.readdirSync(module).map((file) => fs.readFileSync(path.join(module, file)));
  const folder = await keptFolder(`${name}-${digestOf(Buffer.concat(sources))}`, (target) =>
    promisify(execFile)("go", ["build", "-trimpath", "-o", path.join(target, name), source], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    }),
  );
  fs.chmodSync(folder, 0o755);
  return path.join(folder, name);
}
