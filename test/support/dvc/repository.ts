import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pythonPackages } from "../pythonPackages";

/** A repository of git with DVC, whose remote is a folder. */
export interface DvcRepository {
  folder: string;
  /** For whoever is to use it: DVC, and git with a name of its own. */
  env: Record<string, string>;
  /** Runs a command in the repository; gives what it prints. */
  run(command: string, ...args: string[]): string;
  /** Writes a graph as version `number` of models/multiply, commits it and tags it. */
  commit(tag: string, number: string, graph: Buffer): void;
  remove(): void;
}

/** Makes a repository with DVC from PyPI, at the version in requirements.txt. */
export async function makeDvcRepository(): Promise<DvcRepository> {
  const requirements = path.join(__dirname, "requirements.txt");
  const packages = await pythonPackages("dvc", requirements, ["--no-deps"]);
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-dvc-"));
  const folder = path.join(work, "origin");
  const env = {
    PATH: `${packages}/bin:${process.env.PATH}`,
    PYTHONPATH: packages,
    DVC_NO_ANALYTICS: "1",
    DVC_SITE_CACHE_DIR: path.join(work, "site"),
    GIT_CONFIG_GLOBAL: path.join(work, "gitconfig"),
  };
  const options = { cwd: folder, env: { ...process.env, ...env }, encoding: "utf8" } as const;
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { ...options, stdio: "pipe" }).trim();
  fs.writeFileSync(env.GIT_CONFIG_GLOBAL, "[user]\nname = Ada\nemail = ada@example.com\n");
  fs.mkdirSync(folder);
  run("git", "init", "--quiet", "--initial-branch", "main");
  run("dvc", "init", "--quiet");
  run("dvc", "remote", "add", "--quiet", "--default", "store", path.join(work, "store"));
  return {
    ...{ folder, env, run },
    commit(tag, number, graph) {
      const model = path.join(folder, "models/multiply");
      fs.rmSync(model, { recursive: true, force: true });
      fs.mkdirSync(path.join(model, number), { recursive: true });
      fs.writeFileSync(path.join(model, number, "saved_model.pb"), graph);
      run("dvc", "add", "--quiet", "models/multiply");
      run("dvc", "push", "--quiet");
      run("git", "add", ".");
      run("git", "commit", "--quiet", "--message", tag);
      run("git", "tag", "--annotate", "--message", tag, tag);
    },
    remove: () => fs.rmSync(work, { recursive: true }),
  };
}
