import * as fs from "node:fs";
import { runTool } from "./runTool";

const install = "install git";
const wholeCommit = /^[0-9a-f]{40}$/;

/** Where a path of a source lies: without a repository, in that of the project. */
export async function gitPlace(
  repository: string | undefined,
  path: string,
): Promise<{ repository: string; path: string }> {
  if (repository !== undefined) {
    return { repository, path };
  }
  const [top, prefix = ""] = (await git("rev-parse", "--show-toplevel", "--show-prefix")).split(
    "\n",
  );
  return { repository: top, path: `${prefix}${path}` };
}

/**
 * The commit that a tag, branch or commit is now; of a repository on this machine also when what DVC
 * tracks at a path was changed last.
 *
 * @throws Error if there is no such revision
 */
export async function gitCommit(
  repository: string,
  revision: string,
  path: string,
): Promise<{ commit: string; date?: Date }> {
  if (fs.existsSync(repository)) {
    const at = ["-C", repository];
    const commit = await git(...at, "rev-parse", "--verify", `${revision}^{commit}`);
    const seconds = await git(...at, "log", "-1", "--format=%ct", commit, "--", ...trackers(path));
    return { commit, date: seconds ? new Date(Number(seconds) * 1000) : undefined };
  }
  if (wholeCommit.test(revision)) {
    return { commit: revision };
  }
  // Of a tag with a message, the line that ends with ^{} has the commit.
  const lines = (await git("ls-remote", "--", repository, revision, `${revision}^{}`)).split("\n");
  const commit = (lines.find((line) => line.endsWith("^{}")) ?? lines[0]).split("\t")[0];
  if (!wholeCommit.test(commit)) {
    throw new Error(
      `${repository} has no tag or branch ${revision}: push it, or use all 40 digits of a commit`,
    );
  }
  return { commit };
}

/** What says which content a path has: files of DVC, beside it or a folder above, and git itself. */
function trackers(path: string): string[] {
  const parts = path.split("/");
  const files = parts.map((_, index) => `:(top,literal)${parts.slice(0, index + 1).join("/")}.dvc`);
  return [...files, `:(top,literal)${path}`, ":(top,glob)**/dvc.lock"];
}

/** Git that cannot ask for a password fails and says so. */
function git(...args: string[]): Promise<string> {
  return runTool("git", args, install, { GIT_TERMINAL_PROMPT: "0" });
}
