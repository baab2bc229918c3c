import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { buildContext } from "../../../components/core/image/engineBuild";
import { temporaryFolder } from "../../support/modelFolder";

it.each([
  ["relative to the project", "model/classifier"],
  ["beside the project", "../models"],
  ["anywhere else", "/srv/models"],
])("a folder %s is built from by the same path wherever the checkout lies", (_, folder) => {
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  for (const checkout of ["a/project", "b/deeper/down/project"]) {
    const project = path.join(temporaryFolder(), checkout);
    fs.mkdirSync(project, { recursive: true });
    process.chdir(project);
    expect(buildContext(folder)).toBe(folder);
    expect(buildContext(path.join(folder, ".", "x", ".."))).toBe(folder);
  }
});
