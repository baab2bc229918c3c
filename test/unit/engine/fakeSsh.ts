import * as fs from "node:fs";
import * as path from "node:path";

import { vi } from "vitest";

import { temporaryFolder } from "../../support/modelFolder";

/**
 * Puts an `ssh` in front of the system's that runs a Node.js script, until the test ends; gives what it
 * was called with so far, a line for each call.
 */
export function fakeSsh(script: string): () => string[] {
  const folder = temporaryFolder();
  const said = path.join(folder, "arguments");
  const remember = `const said = ${JSON.stringify(said)};
    require("fs").appendFileSync(said, process.argv.slice(2).join(" ") + "\\n");`;
  const text = `#!${process.execPath}\n${remember}\n${script}\n`;
  fs.writeFileSync(path.join(folder, "ssh"), text, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
  return () => fs.readFileSync(said, "utf8").trim().split("\n");
}

/** A script that is an engine's way in, at its Unix socket. */
export function wayTo(host: string): string {
  return `const engine = require("net").connect(${JSON.stringify(host.replace("unix://", ""))});
    process.stdin.pipe(engine).pipe(process.stdout);`;
}

/** A script that is refused. */
export const refused =
  'console.error("ada@gpu: Permission denied (publickey)."); process.exit(255);';
