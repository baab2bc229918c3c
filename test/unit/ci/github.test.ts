import { afterEach, beforeEach, expect, it } from "vitest";
import { keepComment, keepIssue, type Repository, runBefore } from "../../../.ci/github";
import { FakeGithub } from "../../support/fakeGithub";

let github: FakeGithub;
let repository: Repository;

beforeEach(async () => {
  github = new FakeGithub();
  repository = { api: await github.start(), name: "acme/models", token: "t" };
});
afterEach(() => github.stop());

it("a pull request keeps one comment, whatever else is said there", async () => {
  for (let other = 0; other < 120; other++) {
    github.comments.push({ id: other + 1, number: other + 1, body: "hello" });
  }
  await keepComment(repository, 7, "preview", "first");
  await keepComment(repository, 7, "preview", "second");
  const ours = github.comments.filter(({ body }) => body !== "hello");
  expect(ours.map(({ body }) => body.split("\n")[0])).toEqual(["second"]);
});

it("drift keeps one issue: opened, written anew, closed, and opened again", async () => {
  const found = () => github.issues.map(({ body, state }) => [body.split("\n")[0], state]);
  await keepIssue(repository, "drift", "title", undefined);
  expect(found()).toEqual([]);
  await keepIssue(repository, "drift", "title", "one");
  await keepIssue(repository, "drift", "title", "two");
  expect(found()).toEqual([["two", "open"]]);
  await keepIssue(repository, "drift", "title", undefined);
  expect(found()).toEqual([["two", "closed"]]);
  await keepIssue(repository, "drift", "title", "three");
  expect(found().at(-1)).toEqual(["three", "open"]);
});

it("a merged commit leads to the preview of its pull request, and never to one of a fork", async () => {
  github.pulls = [{ merged_at: "2026-11-26T00:00:00Z", head: { sha: "def" } }];
  const ofFork = { id: 1, head_repository: { full_name: "fork/models" } };
  github.runs = [ofFork];
  expect(await runBefore(repository, "abc", "preview.yml")).toBeUndefined();
  github.runs = [ofFork, { id: 2, head_repository: { full_name: "acme/models" } }];
  expect(await runBefore(repository, "abc", "preview.yml")).toBe(2);
  github.pulls = [];
  expect(await runBefore(repository, "abc", "preview.yml")).toBeUndefined();
});

it("what GitHub refuses is told with its answer", async () => {
  await expect(runBefore(repository, "none", "preview.yml")).rejects.toThrow(
    "GitHub answers 404 to GET commits/none/pulls",
  );
});
