import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tornFiles } from "../../../cli/automation/leftBehind";

let backend: string;

beforeEach(() => {
  backend = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-backend-"));
});
afterEach(() => fs.rmSync(backend, { recursive: true, force: true }));

/** Writes a file of the backend; gives its path. */
function write(file: string, text: string): string {
  const full = path.join(backend, ".pulumi", file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, text);
  return full;
}

it("finds the empty attributes of a stack's record, backups and history", () => {
  const torn = [
    write("stacks/tfserving/dev.json.attrs", ""),
    write("backups/tfserving/dev/dev.1.json.attrs", ""),
    write("history/tfserving/dev/dev-1.history.json.attrs", ""),
  ];
  expect(tornFiles(backend, "tfserving", "dev")).toEqual(torn);
});

it("leaves attributes that are whole, records, and other stacks alone", () => {
  write("stacks/tfserving/dev.json.attrs", "{}");
  write("stacks/tfserving/dev.json", "");
  write("stacks/tfserving/dev-2.json.attrs", "");
  expect(tornFiles(backend, "tfserving", "dev")).toEqual([]);
});

it("finds nothing where there is no backend yet", () => {
  expect(tornFiles(backend, "tfserving", "dev")).toEqual([]);
});
