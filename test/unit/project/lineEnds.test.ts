import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { balancerCommand } from "../../../components/core/serving/balancer/script";
import { readText } from "../../../components/core/arguments/readText";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";
import { repository } from "../../support/stackConfig";

/** A checkout of files with this repository's attributes, as git for Windows makes it. */
function windowsCheckout(files: Record<string, string>): string {
  const [source, clone] = [temporaryFolder(), path.join(temporaryFolder(), "clone")];
  const attributes = fs.readFileSync(path.join(repository, ".gitattributes"), "utf8");
  writeFiles(source, { ".gitattributes": attributes, ...files });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: source, stdio: "pipe" });
  git("init", "--quiet");
  git("add", "--all");
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  git(...author, "commit", "--quiet", "--message", "files");
  git("clone", "--quiet", "--config", "core.autocrlf=true", source, clone);
  return clone;
}

describe("a clone with core.autocrlf", () => {
  const texts = {
    "components/core/image/runtime/tfserving-supervisor": "#!/usr/bin/perl\n1;\n",
    "components/core/image/runtime/TfServing/Http.pm": "1;\n",
    "components/core/serving/balancer/run": "set -u\n",
    "airgap/images/build": "set -e\n",
    "model/notebooks/client.ipynb": "{}\n",
  };
  const bytes = {
    "model/classifier/my_model/1/assets/vocabulary.txt": "one\r\ntwo\n",
    "model/classifier/my_model/1/variables/variables.index": "a\r\nb\n",
    "model/classifier/my_model/1/saved_model.pb": "a\r\nb\n",
  };

  it("has the texts with LF, and models byte by byte", () => {
    const files = { ...texts, ...bytes };
    const clone = windowsCheckout(files);
    const found = Object.keys(files).map((file) => [
      file,
      fs.readFileSync(path.join(clone, file), "utf8"),
    ]);
    expect(Object.fromEntries(found)).toEqual(files);
  });
});

describe("a checkout that has CRLF all the same", () => {
  it("gives containers texts with LF", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { run: "a\r\nb\r\n" });
    expect(readText(path.join(folder, "run"))).toBe("a\nb\n");
  });

  it("is what the balancer's script is read for", () => {
    const [bash, option, script] = balancerCommand();
    expect([bash, option]).toEqual(["bash", "-c"]);
    expect(script).toBe(readText(path.join(repository, "components/core/serving/balancer/run")));
  });
});
