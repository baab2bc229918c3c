import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { giveToNotebook } from "../../../cli/setup/notebookFolder";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

// Only root can give files away; who is not has nothing that belongs to root in a folder of its own.
const isRoot = process.getuid?.() === 0;
const notebookUser = isRoot ? 1000 : process.getuid?.();

function project(files: Record<string, string>): string {
  // What holds the project is the test's own as well.
  const root = path.join(temporaryFolder(), "project");
  writeFiles(root, { "Pulumi.yaml": "", ".git/HEAD": "", ...files });
  return root;
}

const ownerOf = (...names: string[]) => fs.lstatSync(path.join(...names)).uid;

describe("a notebooks folder of root", () => {
  it("is given to the notebook's user, with all that is in it", () => {
    const root = project({ "notebooks/deep/client.ipynb": "{}" });
    const { given, why } = giveToNotebook(path.join(root, "notebooks"), root);
    expect(given).toBe(isRoot ? 3 : 0);
    expect(why).toBeUndefined();
    expect(ownerOf(root, "notebooks/deep/client.ipynb")).toBe(notebookUser);
  });

  it.each([
    ["the project's own", ".", "holds this project"],
    ["one that holds the project", "..", "holds this project"],
    ["a git repository", "research", "is a git repository"],
  ])("stays root's where it is %s", (_, folder, why) => {
    const root = project({ "research/.git/HEAD": "", "research/client.ipynb": "{}" });
    expect(giveToNotebook(path.resolve(root, folder), root)).toEqual({ given: 0, why });
    expect(ownerOf(root, "research/client.ipynb")).toBe(process.getuid?.());
    expect(ownerOf(root, ".git")).toBe(process.getuid?.());
  });

  it("keeps repositories below it, whose files git would not trust", () => {
    const root = project({ "notebooks/lib/.git/HEAD": "", "notebooks/client.ipynb": "{}" });
    expect(giveToNotebook(path.join(root, "notebooks"), root).given).toBe(isRoot ? 2 : 0);
    expect(ownerOf(root, "notebooks/lib")).toBe(process.getuid?.());
  });
});
