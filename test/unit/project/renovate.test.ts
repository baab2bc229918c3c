// Renovate moves what package.json and its like name by itself. For versions in other files it has
// patterns, which find nothing where the file has changed its shape, and say so to nobody.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { repository } from "../../support/stackConfig";
import renovate from "../../../renovate.json";

const places = renovate.customManagers.flatMap(({ managerFilePatterns, matchStrings }) =>
  managerFilePatterns.map((file): [string, string] => [file, matchStrings[0]]),
);

it.each(places)("Renovate finds a version in %s", (file, pattern) => {
  const text = fs.readFileSync(path.join(repository, file), "utf8");
  const versions = [...text.matchAll(new RegExp(pattern, "g"))].map(
    ({ groups }) => groups!.currentValue,
  );
  expect(versions).not.toEqual([]);
  expect(new Set(versions.map((version) => /^\d+[.-]\d+/.test(version)))).toEqual(new Set([true]));
});
