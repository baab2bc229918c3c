// With DVC itself, a repository of git with tags, and a remote that is a folder.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DvcRepository, makeDvcRepository } from "../../support/dvc/repository";
import { doubles, fetched, graph } from "../../support/fetchedModel";

const otherGraph = fs.readFileSync(path.join(doubles, "../3/saved_model.pb"));
const usualPath = process.env.PATH;
const here = process.cwd();
let repository: DvcRepository;
let origin: string;
let run: DvcRepository["run"];

beforeAll(async () => {
  repository = await makeDvcRepository();
  ({ folder: origin, run } = repository);
  Object.assign(process.env, repository.env);
  fs.cpSync(doubles, path.join(origin, "export"), { recursive: true });
  run("dvc", "add", "--quiet", "export");
  repository.commit("v1", "1", graph);
  repository.commit("v2", "2", otherGraph);
});

afterAll(() => {
  process.chdir(here);
  repository.remove();
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
  const later = ["env", "GIT_COMMITTER_DATE=2035-01-01T00:00:00Z", "git"] as const;
  run(...later, "commit", "--quiet", "--message", "Read me");
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
  [() => `file://${origin}/nowhere#models@v1`, "git says: "],
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
