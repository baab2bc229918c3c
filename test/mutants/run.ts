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
  const text = file ? fs.readFileSync(file, "utf8") : "";
  if (text.split(mutant.from).length !== 2) {
    return `its text is not in ${mutant.file} once: change test/mutants/mutants.ts`;
  }
  fs.writeFileSync(
    file,
    text.replace(mutant.from, () => mutant.to),
  );
  try {
    const vitest = path.join(copy, "node_modules/vitest/vitest.mjs");
    const args = ["run", "--project", "unit", "--bail", "1", "--reporter", "json", mutant.tests];
    await run(process.execPath, [vitest, ...args], { cwd: copy, maxBuffer: 1 << 28 });
    return `no test of ${mutant.tests} fails`;
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    return stdout.includes('"status":"failed"') ? undefined : `no test ran: ${String(error)}`;
  } finally {
    fs.writeFileSync(file, text);
  }
}

async function main(): Promise<void> {
  const waiting = [...mutants];
  const whole = copyOfRepository();
  const { failed } = await runTests(whole, [...new Set(mutants.map(({ tests }) => tests))]);
  fs.rmSync(whole, { recursive: true });
  if (failed > 0) throw new Error(`${failed} tests fail already: nothing is known of any fault`);
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
