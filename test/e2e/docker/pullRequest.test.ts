import { spawn } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { containers, docker } from "../../support/docker";
import { FakeGithub } from "../../support/fakeGithub";
import { type CommandResult, ownBackend, runNpmCommand } from "../../support/npmCommand";
import { commandOf } from "../../support/workflows";

const stack = "test-pull-request";
const label = `tfserving/${stack}`;
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);
const settings = (replicas: number) => `config:
  tfserving:replicas: ${replicas}
  tfserving:notebook: false
  tfserving:restPort: 18761
  tfserving:grpcPort: 0
`;
const github = new FakeGithub();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pull-request-"));
let address: string;

beforeAll(async () => {
  clear();
  fs.writeFileSync(stackFile, settings(1));
  expect(runNpmCommand("up", stack).status).toBe(0);
  address = await github.start();
});
afterAll(() => {
  runNpmCommand("down", stack, ["--remove"]);
  github.stop();
  fs.rmSync(stackFile, { force: true });
  clear();
});

test("a pull request is previewed and commented, and its plan is what is deployed", async () => {
  fs.writeFileSync(stackFile, settings(2));
  expect(await step("preview.yml", "preview", "ready")).toMatchObject({ status: 0 });
  expect(outputs()).toContain("ready=true");

  const preview = await step("preview.yml", "preview", "preview");
  expect(preview.output).toContain(
    "Requests expected to be lost: 0. Nothing that serves is replaced.",
  );
  expect(preview.status).toBe(0);
  await step("preview.yml", "comment", "comment");
  await step("preview.yml", "comment", "comment");
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0].body).toMatch(/## Preview of abc[^]+### Stack `test-pull-request`/);

  github.pulls = [{ merged_at: "2026-11-26T00:00:00Z", head: { sha: "def" } }];
  github.runs = [{ id: 5, head_repository: { full_name: "acme/models" } }];
  expect((await step("deploy.yml", "deploy", "plan")).status).toBe(0);
  expect(outputs()).toContain("run=5");
  expect((await step("deploy.yml", "deploy", "deploy")).status).toBe(0);
  expect(containers(label, "replica")).toHaveLength(2);
});

test("a plan is refused with what moved since, and nothing is changed", async () => {
  fs.writeFileSync(stackFile, settings(3));
  expect((await step("preview.yml", "preview", "preview")).output).toContain(
    "- 1 created: `Container serving-replica-3`",
  );
  docker("rm", "-f", ...containers(label, "replica"));

  const { output, status } = await step("deploy.yml", "deploy", "deploy");
  expect(output).toContain(`no longer fits the stack ${stack}; nothing was changed`);
  expect(output).toContain(
    "Container serving-replica-1: the plan has it left alone; now it would be created",
  );
  expect(status).not.toBe(0);
  expect(containers(label, "replica")).toEqual([]);
});

test("drift is found, and kept as one issue", async () => {
  expect((await step("drift.yml", "compare", "drift")).status).not.toBe(0);
  await step("drift.yml", "issue", "issue");
  await step("drift.yml", "issue", "issue");
  expect(github.issues).toHaveLength(1);
  expect(github.issues[0].body).toContain(`The stack ${stack} is not as it is declared`);
});

/** Runs a step of a workflow as GitHub does. */
async function step(file: string, job: string, name: string): Promise<CommandResult> {
  const env = {
    ...ownBackend(),
    ...{ STACK: stack, GITHUB_API_URL: address, GITHUB_REPOSITORY: "acme/models" },
    ...{ GITHUB_TOKEN: "t", GITHUB_SHA: "abc", PULL_REQUEST: "7", HEAD_SHA: "abc" },
    ...{ GITHUB_OUTPUT: path.join(folder, "output"), RUNNER_TEMP: folder },
  };
  const shell = spawn("bash", ["-e", "-c", commandOf(file, job, name)], { cwd: root, env });
  let output = "";
  const take = (text: Buffer) => (output += text.toString());
  shell.stdout.on("data", take);
  shell.stderr.on("data", take);
  const status = await new Promise<number | null>((resolve) => shell.on("close", resolve));
  return { output, status };
}

function outputs(): string {
  return fs.readFileSync(path.join(folder, "output"), "utf8");
}

function clear(): void {
  fs.rmSync(path.join(root, "previews"), { recursive: true, force: true });
}
