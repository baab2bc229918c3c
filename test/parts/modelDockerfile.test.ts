import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it } from "vitest";

import { staysOut } from "../../components/tfserving/hiddenFiles";
import { modelDockerfile } from "../../components/image/imageTag";
import { temporaryFolder, writeFiles } from "../support/modelFolder";

/** The command of a Dockerfile that leaves files out, for another folder than the image's. */
function runLine(staging: string): string {
  const text = fs.readFileSync(modelDockerfile, "utf8").replace(/\\\n/g, " ");
  const [, command] = /^RUN (find .*)$/m.exec(text)!;
  return command.split("/staging").join(staging);
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

it("the model image holds the files that its tag is made of, hidden assets too", () => {
  const kept = [
    "saved_model.pb",
    "assets/names.txt",
    "assets/.vocab.txt",
    "assets/below/names.txt",
    "variables/variables.index",
    "below/assets/names.txt",
  ];
  const left = [
    ".dockerignore",
    ".DS_Store",
    ".assets/names.txt",
    "assets/.DS_Store",
    "assets/._names.txt",
    "assets/.ipynb_checkpoints/names.txt",
    "assets/below/.names.txt",
    "assets.extra/.names.txt",
    "below/assets/.names.txt",
  ];
  const folder = temporaryFolder();
  writeFiles(folder, Object.fromEntries([...kept, ...left].map((name) => [name, ""])));
  fs.symlinkSync("names.txt", path.join(folder, "assets/.link.txt"));
  execFileSync("sh", ["-c", runLine(folder)]);
  expect(filesIn(folder)).toEqual([...kept, "assets/.link.txt"].sort());
  // A folder that stays out takes along what is in it.
  const isLeft = (name: string) =>
    name
      .split("/")
      .some((_, index, parts) =>
        staysOut(parts.slice(0, index + 1).join("/"), index === parts.length - 1),
      );
  expect(kept.filter(isLeft)).toEqual([]);
  expect(left.filter((name) => !isLeft(name))).toEqual([]);
});
