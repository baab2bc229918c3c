import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { expect, inject, it, onTestFinished } from "vitest";

import { staysOut } from "../../components/core/tfserving/hiddenFiles";
import { buildMissing } from "../../components/core/image/buildMissing";
import { modelDockerfile } from "../../components/core/image/imageTag";
import { plainFolder } from "../../components/core/image/plainFolder";
import { defaultImages } from "../../components/core/arguments/images";
import { defaultDockerHost } from "../../components/core/engine/dockerContext";
import { docker } from "../support/docker";
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
  expect(kept.filter(staysOut)).toEqual([]);
  expect(left.filter((name) => !staysOut(name))).toEqual([]);
});

it("the model image holds what links lead to, and no link out of the version", async () => {
  const [folder, blobs] = [temporaryFolder(), temporaryFolder()];
  writeFiles(blobs, { graph: "graph", "names/names.txt": "names" });
  writeFiles(folder, { "1/assets.extra/own.txt": "own" });
  fs.symlinkSync(path.join(blobs, "graph"), path.join(folder, "1/saved_model.pb"));
  fs.symlinkSync(path.join(blobs, "names"), path.join(folder, "1/assets"));
  fs.symlinkSync("own.txt", path.join(folder, "1/assets.extra/link.txt"));
  fs.symlinkSync("1", path.join(folder, "2"));
  const name = "tfserving-test/linked:1";
  onTestFinished(() => void docker("rmi", "-f", name));
  await buildMissing(process.env.DOCKER_HOST || defaultDockerHost, [
    {
      name,
      context: plainFolder(path.join(folder, "2")),
      dockerfile: modelDockerfile,
      buildArgs: {
        PARENT_IMAGE: inject("images").baseImage ?? defaultImages.serving,
        ...{ MODEL_NAME: "m", VERSION_PATH: "m/2" },
      },
    },
  ]);
  const list =
    'cd /models/m/2 && find . ! -type d -printf "%y " -print -exec cat {} \\; -exec echo \\;';
  const said = docker("run", "--rm", "--entrypoint", "sh", name, "-c", list);
  expect(said.trim().split("\n").sort()).toEqual(
    [
      ...["f ./saved_model.pb", "graph", "f ./assets/names.txt", "names"],
      ...["f ./assets.extra/own.txt", "own", "l ./assets.extra/link.txt", "own"],
    ].sort(),
  );
});
