import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildFiles } from "../../../components/core/image/buildFiles";
import { temporaryFolder } from "../../support/modelFolder";

let before: string;
let project: string;
beforeEach(() => {
  before = process.cwd();
  project = temporaryFolder();
  process.chdir(project);
});
afterEach(() => process.chdir(before));

function packageWith(dockerfile: string): string {
  const folder = path.join(temporaryFolder(), "runtime");
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "Dockerfile"), dockerfile);
  return folder;
}

it("lie at the same place below the program, wherever the package lies", () => {
  const [one, other] = [packageWith("FROM a\n"), packageWith("FROM a\n")].map(buildFiles);
  expect(other).toBe(one);
  expect(path.relative(fs.realpathSync(project), one)).toMatch(
    /^node_modules\/\.cache\/tfserving\/\w{12}$/,
  );
});

it("have lines that end with LF, as containers want them", () => {
  const place = buildFiles(packageWith("FROM a\r\nRUN b\r\n"));
  expect(fs.readFileSync(path.join(place, "Dockerfile"), "utf8")).toBe("FROM a\nRUN b\n");
});

it("lie elsewhere once they have another content", () => {
  expect(buildFiles(packageWith("FROM a\n"))).not.toBe(buildFiles(packageWith("FROM b\n")));
});

it("may be executed where the package's may", () => {
  const source = packageWith("FROM a\n");
  fs.chmodSync(path.join(source, "Dockerfile"), 0o755);
  const mode = fs.statSync(path.join(buildFiles(source), "Dockerfile")).mode;
  expect(mode & 0o777).toBe(0o755);
});
