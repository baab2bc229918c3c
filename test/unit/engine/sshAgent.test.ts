import * as fs from "node:fs";
import * as path from "node:path";

import { afterEach, expect, it, vi } from "vitest";

import { inspectEngine } from "../../../components";
import { startFakeEngine } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Puts an `ssh` in front of the system's that runs a Node.js script; gives the file of its arguments. */
function fakeSsh(script: string): string {
  const folder = temporaryFolder();
  const said = path.join(folder, "arguments");
  const remember = `require("fs").appendFileSync(${JSON.stringify(said)}, process.argv.slice(2).join(" ") + "\\n");`;
  fs.writeFileSync(path.join(folder, "ssh"), `#!${process.execPath}\n${remember}\n${script}\n`, {
    mode: 0o755,
  });
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
  return said;
}

it("reaches the engine of another machine as the docker CLI does, by ssh", async () => {
  const socket = (await startFakeEngine()).replace("unix://", "");
  const said = fakeSsh(`
    const engine = require("net").connect(${JSON.stringify(socket)});
    process.stdin.pipe(engine).pipe(process.stdout);
  `);
  const engine = await inspectEngine("ssh://ada@gpu.example.com:2222", [8501]);
  expect(engine).toMatchObject({ host: "ssh://ada@gpu.example.com:2222", apiVersion: "1.41" });
  expect(new Set(fs.readFileSync(said, "utf8").trim().split("\n"))).toEqual(
    new Set([
      "-l ada -p 2222 -o BatchMode=yes -o ConnectTimeout=10 -- gpu.example.com docker system dial-stdio",
    ]),
  );
});

it("says why ssh could not connect", async () => {
  fakeSsh('console.error("ada@gpu: Permission denied (publickey)."); process.exit(255);');
  await expect(inspectEngine("ssh://ada@gpu")).rejects.toThrow(
    "The Docker Engine at ssh://ada@gpu does not answer (ada@gpu: Permission denied (publickey).): " +
      "start it, or set the config value `host` to the address of one that runs.",
  );
});

it("says so when there is no ssh", async () => {
  vi.stubEnv("PATH", temporaryFolder());
  await expect(inspectEngine("ssh://ada@gpu")).rejects.toThrow(
    "The Docker Engine at ssh://ada@gpu does not answer (spawn ssh ENOENT)",
  );
});
