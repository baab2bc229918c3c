import { execFile, execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { promisify } from "util";
import { root } from "../../cli/setup/folders";

const run = promisify(execFile);
const environments = [".venv", ".tools"];

/** A git repository with the sample in it, for a test to change. */
export interface SampleRepository {
  readonly folder: string;
  /** Runs a command in it, with DVC and the tools of notebooks on the path; gives what it says. */
  run(command: string, ...args: string[]): Promise<string>;
  remove(): void;
}

/** Commits the sample's files as they are here. Its environments are this clone's, made on first use. */
export async function sampleRepository(): Promise<SampleRepository> {
  const tools = "from marine.environment import ensure_tools as ensure; print(ensure())";
  await run(process.env.PYTHON ?? "python3", ["-c", tools], { cwd: path.join(root, "model") });

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-sample-"));
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "model", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"],
    { cwd: root, encoding: "utf8" },
  );
  for (const file of listed.split("\0").filter(Boolean)) {
    fs.cpSync(path.join(root, file), path.join(folder, file));
  }
  for (const name of environments) {
    fs.symlinkSync(path.join(root, "model", name), path.join(folder, "model", name), "dir");
  }
  // Git takes a link for no folder, which .gitignore names.
  const exclude = environments.map((name) => `model/${name}`).join("\n");
  const search = [path.join(root, "model/.tools/bin"), process.env.PATH].join(path.delimiter);
  const author = { GIT_AUTHOR_NAME: "Ada", GIT_COMMITTER_NAME: "Ada", EMAIL: "ada@example.com" };
  const env = { ...process.env, ...author, PATH: search, DVC_NO_ANALYTICS: "1" };
  const inFolder = async (command: string, ...args: string[]) => {
    const options = { cwd: folder, env, maxBuffer: 64 << 20, timeout: 280_000 };
    return (await run(command, args, options)).stdout;
  };
  await inFolder("git", "init", "--quiet");
  fs.writeFileSync(path.join(folder, ".git/info/exclude"), `${exclude}\n`);
  await inFolder("git", "config", "user.name", "Ada");
  await inFolder("git", "add", "--all");
  await inFolder("git", "commit", "--quiet", "--message", "the sample");
  return {
    folder,
    run: inFolder,
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
