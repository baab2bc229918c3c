// Breaks the code in one place after the other, in a copy, and says which faults no test finds.
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Mutant, mutants } from "./mutants";

const root = path.resolve(__dirname, "../..");
const run = promisify(execFile);
const copies = 2;

/** The files that git knows, as they are, and links to what is installed. */
function copyOfRepository(): string {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-mutants-"));
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of files.split("\0").filter((name) => fs.existsSync(path.join(root, name)))) {
    if (file) fs.cpSync(path.join(root, file), path.join(copy, file));
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}

/** @throws Error unless there is one such file */
function fileOf(copy: string, { file }: Mutant): string {
  const found = ["cli", "components", "program"].flatMap((folder) =>
    fs
      .readdirSync(path.join(copy, folder), { recursive: true, encoding: "utf8" })
      .map((name) => path.join(copy, folder, name))
      .filter((name) => name.endsWith(`/${file}`)),
  );
  if (found.length !== 1) throw new Error(`${found.length} files are called ${file}`);
  return found[0];
}

/** Why a mutant was not found; undefined where a test failed. */
async function survives(copy: string, mutant: Mutant): Promise<string | undefined> {
  const file = fileOf(copy, mutant);
  const text = fs.readFileSync(file, "utf8");
  if (text.split(mutant.from).length !== 2) {
    throw new Error(`${mutant.file} does not have the text of "${mutant.breaks}" once`);
  }
  fs.writeFileSync(
    file,
    text.replace(mutant.from, () => mutant.to),
  );
  try {
    const { passed, failed } = await runTests(copy, [mutant.tests]);
    return failed.length > 0 ? undefined : `${passed} tests of ${mutant.tests} pass`;
  } finally {
    fs.writeFileSync(file, text);
  }
}

interface Report {
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

/** @throws Error where no test runs, such as for a file that cannot be loaded */
async function runTests(
  copy: string,
  files: string[],
): Promise<{ passed: number; failed: string[] }> {
  const vitest = path.join(copy, "node_modules/vitest/vitest.mjs");
  const args = ["run", "--project", "unit", "--reporter", "json", ...files];
  const { stdout } = await run(process.execPath, [vitest, ...args], {
    cwd: copy,
    maxBuffer: 1 << 28,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }));
  const report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Report;
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  if (tests.length === 0) throw new Error(`No test of ${files.join()} ran:\n${stdout}`);
  return { passed: tests.length - failed.length, failed };
}

async function main(): Promise<void> {
  const waiting = [...mutants];
  const whole = copyOfRepository();
  const { failed } = await runTests(whole, [...new Set(mutants.map(({ tests }) => tests))]);
  fs.rmSync(whole, { recursive: true });
  if (failed.length > 0) throw new Error(`These tests fail already:\n${failed.join("\n")}`);
  const survivors: string[] = [];
  const work = async () => {
    const copy = copyOfRepository();
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const why = await survives(copy, mutant);
      console.log(`${why ? "NOT FOUND" : "found"}  ${mutant.breaks}${why ? `: ${why}` : ""}`);
      if (why) survivors.push(mutant.breaks);
    }
    fs.rmSync(copy, { recursive: true });
  };
  await Promise.all(Array.from({ length: copies }, work));
  console.log(`${mutants.length - survivors.length} of ${mutants.length} faults were found`);
  process.exitCode = survivors.length > 0 ? 1 : 0;
}

void main();
