// With DVC itself, a repository of git with tags, and a remote that is a folder.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { doubles, fetched, graph } from "../../support/fetchedModel";
import { pythonPackages } from "../../support/pythonPackages";

const work = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-dvc-"));
const origin = path.join(work, "origin");
const otherGraph = fs.readFileSync(path.join(doubles, "../3/saved_model.pb"));
const usualPath = process.env.PATH;
const here = process.cwd();

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: origin, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Writes the model as the next revision, and tags it. */
function commit(tag: string, number: string, model: Buffer): void {
  const folder = path.join(origin, "models/multiply");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, number), { recursive: true });
  fs.writeFileSync(path.join(folder, number, "saved_model.pb"), model);
  run("dvc", "add", "--quiet", "models/multiply");
  run("dvc", "push", "--quiet");
  run("git", "add", ".");
  run("git", "commit", "--quiet", "--message", tag);
  run("git", "tag", "--annotate", "--message", tag, tag);
}

beforeAll(async () => {
  const requirements = path.join(__dirname, "../../support/dvc/requirements.txt");
  const packages = await pythonPackages("dvc", requirements, ["--no-deps"]);
  Object.assign(process.env, {
    PATH: `${packages}/bin:${usualPath}`,
    PYTHONPATH: packages,
    DVC_NO_ANALYTICS: "1",
    DVC_SITE_CACHE_DIR: path.join(work, "site"),
    GIT_CONFIG_GLOBAL: path.join(work, "gitconfig"),
  });
  fs.writeFileSync(process.env.GIT_CONFIG_GLOBAL!, "[user]\nname = Ada\nemail = ada@example.com\n");
  fs.mkdirSync(origin);
  run("git", "init", "--quiet", "--initial-branch", "main");
  run("dvc", "init", "--quiet");
  run("dvc", "remote", "add", "--quiet", "--default", "store", path.join(work, "store"));
  fs.cpSync(doubles, path.join(origin, "export"), { recursive: true });
  run("dvc", "add", "--quiet", "export");
  commit("v1", "1", graph);
  commit("v2", "2", otherGraph);
});

afterAll(() => {
  process.chdir(here);
  fs.rmSync(work, { recursive: true });
});

it.each([
  ["v1", { "1/saved_model.pb": graph }],
  ["main", { "2/saved_model.pb": otherGraph }],
])("from a repository that git clones, the model at %s is fetched", async (revision, files) => {
  const model = await fetched(`dvc:file://${origin}#models/multiply@${revision}`);
  expect(model.files).toEqual(files);
  const commit = run("git", "rev-parse", `${revision}^{commit}`);
  expect(model.source).toBe(`dvc:file://${origin}#models/multiply@${commit}`);
});

it("from the repository that the project lies in, a path is taken from the project's folder", async () => {
  process.chdir(path.join(origin, "models"));
  const model = await fetched("dvc:multiply/1@v1");
  expect(model.files).toEqual({ "1/saved_model.pb": graph });
  process.chdir(here);
});

it("a commit that leaves the model as it was gives the same revision and version", async () => {
  const before = await fetched(`dvc:${origin}#export@main`);
  fs.writeFileSync(path.join(origin, "README.md"), "# Multiply\n");
  run("git", "add", ".");
  process.env.GIT_COMMITTER_DATE = "2035-01-01T00:00:00Z";
  run("git", "commit", "--quiet", "--message", "Read me");
  const after = await fetched(`dvc:${origin}#export@main`);
  expect(after.revision).toBe(before.revision);
  // Its version is the time at which the model was changed.
  expect(after.files).toEqual(before.files);
  expect(after.source).not.toBe(before.source);
});

it.each([
  [() => `file://${origin}#models/multiply@v9`, "has no tag or branch v9: push it, or use all 40"],
  [() => `${origin}#models/multiply@v9`, "git says: Needed a single revision"],
  [() => `${origin}#models/nothing@v1`, "dvc says: "],
  [() => `file://${work}/nowhere#models@v1`, "git says: "],
])("what is not there is refused (%#)", async (source, reason) => {
  await expect(fetched(`dvc:${source()}`)).rejects.toThrow(reason);
});

it("where DVC is missing, the message says how to install it", async () => {
  const { PATH } = process.env;
  process.env.PATH = usualPath;
  await expect(fetched(`dvc:${origin}#models/multiply@v1`)).rejects.toThrow(
    "dvc is not on PATH: pip install dvc, and dvc-s3, dvc-gs or dvc-azure",
  );
  process.env.PATH = PATH;
});
