import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { keepComment, keepIssue, type Repository, runBefore } from "./github";
import { type Given, leftOut, needsOf, stacksIn } from "./stacks";

const root = path.join(__dirname, "..");
/** What jobs hand on: a summary and a plan of each stack. */
const folder = path.join(root, "previews");
const lastLines = 40;

/** Says which stacks there are, for a matrix. */
export function stacks(given: Given): void {
  output(given, "names", JSON.stringify(stacksIn(root)));
}

/**
 * Says whether a stack can be worked on with what the job was given, and puts the credentials that
 * clients read from files there.
 *
 * @param purpose - `preview`, or one that is only for stacks whose state is shared
 */
export function ready(given: Given, stack: string, purpose: string): void {
  const needs = needsOf(stack, root, given);
  const job = { fork: given.FORK === "true", sharedOnly: purpose !== "preview" };
  const reason = leftOut(needs, job);
  output(given, "ready", String(reason === undefined));
  output(given, "aws", String(reason === undefined && needs.target === "ecs"));
  if (reason) {
    report(given, stack, `### Stack \`${stack}\`\n\n${reason}\n`);
  } else {
    writeCredentials(given);
  }
}

/** Previews a stack, and saves its summary and its plan. */
export function preview(given: Given, stack: string): number {
  mkdirSync(folder, { recursive: true });
  const plan = ["--save-plan", path.join(folder, `${stack}.json`)];
  const { code, text } = npmRun("preview", stack, ["--markdown", ...plan, ...policyPack]);
  report(given, stack, text);
  return code;
}

/** Compares a stack with what is declared; a summary says what moved. */
export function drift(given: Given, stack: string): number {
  const { code, text } = npmRun("preview", stack, ["--markdown", "--expect-no-changes"]);
  if (code !== 0) {
    report(given, stack, text);
  }
  return code;
}

/** Applies the plan that the pull request of this commit has shown. */
export function deploy(_: Given, stack: string): number {
  const plan = path.join(folder, `${stack}.json`);
  const { code } = npmRun("up", stack, ["--yes", "--plan", plan, ...policyPack]);
  return code;
}

/** Finds the preview of the pull request that this commit came from. */
export async function plan(given: Given, stack: string): Promise<number> {
  const run = await runBefore(repositoryOf(given), given.GITHUB_SHA ?? "", "preview.yml");
  if (run === undefined) {
    console.error(
      `No preview of a pull request leads to this commit, so that there is no plan for ${stack} to apply.\n` +
        `What to do: npm run preview -- -s ${stack} --save-plan FILE, look at it, then npm run up -- -s ${stack} --plan FILE.`,
    );
    return 1;
  }
  output(given, "run", String(run));
  return 0;
}

/** Puts the summaries of all stacks into one comment. */
export async function comment(given: Given): Promise<void> {
  const text = summaries() || "No stack was previewed.\n";
  const [number, commit] = [Number(given.PULL_REQUEST), given.HEAD_SHA ?? ""];
  const head = `## Preview of ${commit.slice(0, 12)}\n\n`;
  await keepComment(repositoryOf(given), number, "preview", head + text);
}

/** Keeps one issue about drift, as long as there is any. */
export async function issue(given: Given): Promise<void> {
  const text = summaries();
  await keepIssue(
    repositoryOf(given),
    "drift",
    "What runs is not what is declared",
    text
      ? `What the nightly comparison found on ${given.GITHUB_SHA?.slice(0, 12)}:\n\n${text}`
      : undefined,
  );
}

/** This repository's rules hold in every job that plans or changes. */
const policyPack = ["--policy-pack", "policy"];

/** Runs an npm command on a stack; a failure's text are its last lines. */
function npmRun(command: string, stack: string, args: string[]): { code: number; text: string } {
  const words = ["run", "--silent", command, "--", "-s", stack, ...args];
  const { status, stdout, stderr } = spawnSync("npm", words, { cwd: root, encoding: "utf8" });
  process.stderr.write(stderr);
  const code = status ?? 1;
  if (code === 0) {
    return { code, text: stdout };
  }
  const said = stderr.trimEnd().split("\n").slice(-lastLines).join("\n");
  const heading = stdout || `### Stack \`${stack}\`\n`;
  return {
    code,
    text: `${heading}\nnpm run ${command} failed:\n\n\`\`\`\`text\n${said}\n\`\`\`\`\n`,
  };
}

/** Shows a text in the run's summary, where a fork sees it too, and keeps it for the comment. */
function report(given: Given, stack: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${stack}.md`), text);
  if (given.GITHUB_STEP_SUMMARY) {
    appendFileSync(given.GITHUB_STEP_SUMMARY, `${text}\n`);
  }
  console.log(text);
}

function summaries(): string {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");
}

function writeCredentials(given: Given): void {
  if (given.KUBECONFIG_TEXT) {
    const file = path.join(given.RUNNER_TEMP || os.tmpdir(), "kubeconfig");
    writeFileSync(file, given.KUBECONFIG_TEXT, { mode: 0o600 });
    appendFileSync(given.GITHUB_ENV ?? "", `KUBECONFIG=${file}\n`);
  }
  if (given.SSH_PRIVATE_KEY) {
    const ssh = path.join(os.homedir(), ".ssh");
    mkdirSync(ssh, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(ssh, "id_ed25519"), `${given.SSH_PRIVATE_KEY.trim()}\n`, {
      mode: 0o600,
    });
    appendFileSync(path.join(ssh, "known_hosts"), `${given.SSH_KNOWN_HOSTS}\n`);
  }
}

function output({ GITHUB_OUTPUT }: Given, name: string, value: string): void {
  console.log(`${name}=${value}`);
  if (GITHUB_OUTPUT) {
    appendFileSync(GITHUB_OUTPUT, `${name}=${value}\n`);
  }
}

function repositoryOf({ GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN }: Given): Repository {
  return {
    api: GITHUB_API_URL || "https://api.github.com",
    name: GITHUB_REPOSITORY ?? "",
    token: GITHUB_TOKEN ?? "",
  };
}
