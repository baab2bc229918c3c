import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { gitCommit, gitPlace } from "./dvcGit";
import { runTool } from "./runTool";
import type { SourceKind } from "./source";

const form = "dvc:PATH@REVISION or dvc:REPOSITORY#PATH@REVISION";
const pattern = /^dvc:(?:(.+)#)?([^#@]+)@([^#@]+)$/;
const install = "pip install dvc, and dvc-s3, dvc-gs or dvc-azure for a remote of that kind";

/** A file as `dvc list` shows it. */
interface Listed {
  path: string;
  /** @default - git keeps it */
  md5: string | null;
}

/**
 * What DVC tracks at a revision of git: a tag, a branch or a commit. The repository is the one that the
 * project lies in, another folder, or any address that git clones. DVC fetches the model from the
 * repository's own remote, with the credentials that git and DVC have for both.
 *
 * @see https://doc.dvc.org/command-reference/get
 */
export const dvc: SourceKind = {
  prefix: "dvc:",
  form,
  check(source) {
    const [, repository = ""] = pattern.exec(source) ?? [];
    return !pattern.test(source)
      ? [`use ${form}`]
      : /:\/\/[^/]*:[^/]*@/.test(repository)
        ? ["it holds a login, which would be in the state: leave that to git's credential helper"]
        : [];
  },
  async resolve(source) {
    const [, repository, named, wanted] = pattern.exec(source)!;
    const place = await gitPlace(repository, named.replace(/\/+$/, ""));
    const { commit, date } = await gitCommit(place.repository, wanted, place.path);
    const at = [place.repository, place.path, "--rev", commit];
    const listed = await runDvc("list", "--recursive", "--json", "--show-hash", ...at);
    return {
      source: `dvc:${repository ? `${repository}#` : ""}${named}@${commit}`,
      revision: revisionOf(JSON.parse(listed) as Listed[], commit),
      changed: date,
      content: {
        async fetch(folder) {
          // Into a folder of its name: a version is named by its number.
          const out = path.join(folder, path.posix.basename(place.path));
          await runDvc("get", "--quiet", ...at, "--out", out);
          if (fs.statSync(out).isFile()) {
            throw new Error(`${named} is a file: name the folder that holds saved_model.pb`);
          }
        },
      },
    };
  },
};

/** A commit that leaves the model as it was gives no other revision. */
function revisionOf(files: readonly Listed[], commit: string): string {
  const lines = files.map(({ path, md5 }) => `${path} ${md5 ?? commit}`);
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}

function runDvc(...args: string[]): Promise<string> {
  return runTool("dvc", args, install, { DVC_NO_ANALYTICS: "1" });
}
