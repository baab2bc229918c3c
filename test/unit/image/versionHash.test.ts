import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it, vi } from "vitest";
import * as contentHash from "../../../components/core/image/contentHash";
import { versionHash } from "../../../components/core/image/versionHash";
import { temporaryFolder, writeFiles } from "../tfserving/savedModelFile";

it("reads a version again only once a file in it has changed", () => {
  const read = vi.spyOn(contentHash, "contentHash");
  const folder = temporaryFolder();
  writeFiles(folder, { "saved_model.pb": "graph", "variables/variables.index": "index" });
  const first = versionHash(folder);
  expect([versionHash(folder), read.mock.calls.length]).toEqual([first, 1]);

  writeFiles(folder, { "variables/variables.index": "another index" });
  expect(versionHash(folder)).not.toBe(first);
  fs.rmSync(path.join(folder, "variables"), { recursive: true });
  writeFiles(folder, { "variables/variables.index": "index" });
  expect([versionHash(folder), read.mock.calls.length]).toEqual([first, 3]);
});
