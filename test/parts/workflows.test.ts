import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { beforeAll, expect, test } from "vitest";
import { digestOf, keptFolder } from "../support/keptFolder";
import { pythonPackages } from "../support/pythonPackages";
import { workflowFolder } from "../support/workflows";

const run = promisify(execFile);
const actionlintVersion = "v1.7.12";
let actionlint: string;
let zizmor: string;

beforeAll(async () => {
  const tools = await keptFolder(`actionlint-${digestOf(actionlintVersion)}`, (folder) =>
    run("go", ["install", `github.com/rhysd/actionlint/cmd/actionlint@${actionlintVersion}`], {
      env: { ...process.env, GOBIN: folder, CGO_ENABLED: "0" },
    }),
  );
  actionlint = path.join(tools, "actionlint");
  const requirements = path.join(__dirname, "workflows", "requirements.txt");
  zizmor = path.join(await pythonPackages("zizmor", requirements), "bin", "zizmor");
});

const offline = ["--offline", "--no-progress", "--no-config"];

test("actionlint finds nothing in the workflows", async () => {
  expect(await said(actionlint, fs.readdirSync(workflowFolder).map(inFolder))).toBe("");
});

test("zizmor finds nothing in the workflows", async () => {
  expect(await said(zizmor, [...offline, workflowFolder])).toContain("No findings to report");
});

test("both find what is wrong", async () => {
  const wrong = path.join(__dirname, "workflows", "wrong.yml");
  expect(await said(actionlint, [wrong])).toContain("potentially untrusted");
  const found = await said(zizmor, [...offline, wrong]);
  expect(found).toContain("template-injection");
  expect(found).toContain("unpinned-uses");
});

function inFolder(file: string): string {
  return path.join(workflowFolder, file);
}

/** What a program prints on stdout, whether it is content or not. */
async function said(program: string, args: string[]): Promise<string> {
  return run(program, args).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => stdout || stderr,
  );
}
