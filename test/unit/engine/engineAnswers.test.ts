import * as fs from "node:fs";
import * as path from "node:path";

import { afterEach, expect, it, vi } from "vitest";

import { engineAnswers } from "../../../components/engine/sshDockerHost/engineAnswers";
import { startFakeEngine } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Puts an `ssh` in front of the system's that runs a Node.js script; gives its folder. */
function fakeSsh(script: string): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, "ssh"), `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
  return folder;
}

it("tries until the engine answers, with the options of ssh", async () => {
  const socket = (await startFakeEngine()).replace("unix://", "");
  const tried = path.join(temporaryFolder(), "tried");
  fakeSsh(`
    const fs = require("fs");
    fs.appendFileSync(${JSON.stringify(tried)}, process.argv.slice(2, 4).join(" ") + "\\n");
    if (fs.readFileSync(${JSON.stringify(tried)}, "utf8").split("\\n").length < 3) process.exit(255);
    const engine = require("net").connect(${JSON.stringify(socket)});
    process.stdin.pipe(engine).pipe(process.stdout);
  `);
  await engineAnswers("ssh://ubuntu@gpu", ["-o", "IdentitiesOnly=yes"], 20, "");
  expect(fs.readFileSync(tried, "utf8")).toBe("-o IdentitiesOnly=yes\n".repeat(2));
});

it("gives up in time, with the last reason and what to do", async () => {
  fakeSsh('console.error("ubuntu@gpu: Permission denied (publickey)."); process.exit(255);');
  const begin = Date.now();
  await expect(engineAnswers("ssh://ubuntu@gpu", [], 1, "Switch it on.")).rejects.toThrow(
    "The Docker Engine at ssh://ubuntu@gpu does not answer after 1 s " +
      "(ubuntu@gpu: Permission denied (publickey).). Switch it on.",
  );
  expect(Date.now() - begin).toBeLessThan(8_000);
});
