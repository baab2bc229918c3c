import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { importCompose, type Imported, troubleText } from "../import/importCompose";
import { textOfFile } from "../import/dockerfile";
import type { Line } from "../import/findings";
import type { ImportTarget } from "../import/serving";
import { readEnvFile } from "../import/variables";
import { npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { renderTable } from "../output/table";
import { root } from "../setup/folders";
import { readMapping, settingOf } from "../setup/stackConfig";
import { stackName } from "../setup/workspace";

/** What `npm run import` may be told. */
export interface ImportOptions {
  readonly stack?: string;
  readonly target?: string;
  readonly service?: string;
  readonly replace?: boolean;
}

/** Makes a stack file of a compose file, and says line by line what it took. Nothing else changes. */
export function importFile(file: string, options: ImportOptions): void {
  // npm starts scripts in the project's folder, wherever the user is.
  const place = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
  const text = readCompose(place, file);
  const folder = path.dirname(place);
  const project = readMapping(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"), "Pulumi.yaml");
  const imported = importCompose({
    ...{
      file,
      folder,
      text,
      root,
      project: String(project.name),
      target: targetOf(options.target),
      service: options.service,
    },
    variables: { ...readEnvFile(textOfFile(path.join(folder, ".env")) ?? ""), ...process.env },
    defaultOf: (key) => settingOf(project, {}, key),
  });
  const { findings, stackFile, name } = imported;
  if (stackFile === undefined) {
    const lines = findings.troubles.map((trouble) => `\n  ${troubleText(trouble)}`);
    throw new Failure(
      `${file} cannot be imported, and nothing was written:${lines.join("")}`,
      "put that right, and import it again; docs/from-docker-compose.md shows what can be taken.",
    );
  }
  const stack = stackName(options.stack ?? process.env.PULUMI_STACK ?? name, {});
  const written = `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml`;
  writeStackFile(path.join(root, written), stackFile, Boolean(options.replace));
  reportLines(file, imported).forEach((line) => say(line));
  say(`\nWritten: ${written}\n`);
  say(stackFile.trimEnd());
  say(`\nNext: ${npmRun("preview", stack)}   shows what it would make`);
  say(`      ${npmRun("up", stack)}   makes it`);
}

function targetOf(target = "docker"): ImportTarget {
  if (target !== "docker" && target !== "swarm") {
    throw new Failure(
      `--target is "${target}".`,
      "use docker or swarm; docs/settings.md has the others.",
      2,
    );
  }
  return target;
}

function readCompose(place: string, file: string): string {
  if (!existsSync(place)) {
    throw new Failure(
      `There is no file ${file}.`,
      "name the compose file, such as docker-compose.yml.",
      2,
    );
  }
  if (statSync(place).isDirectory()) {
    throw new Failure(
      `${file} is a folder.`,
      `name the compose file in it, such as ${path.join(file, "docker-compose.yml")}.`,
      2,
    );
  }
  return readFileSync(place, "utf8");
}

/** Writes a stack file; one that is there and says something else is somebody's work. */
export function writeStackFile(file: string, text: string, replace: boolean): void {
  const before = textOfFile(file);
  if (before !== undefined && before !== text && !replace) {
    throw new Failure(
      `${path.basename(file)} is there already, and was not touched.`,
      "write another stack with --stack NAME, or this one anew with --replace.",
    );
  }
  writeFileSync(file, text);
}

/** What was taken, what was not and why, and what works in another way, each by its line. */
export function reportLines(file: string, { findings, services }: Imported): string[] {
  const notebook = services.notebook ? `, ${services.notebook} its notebook` : "";
  return [
    `${file}: ${services.serving} becomes the service${notebook}.`,
    ...section("Taken", file, findings.taken),
    ...section("Not taken", file, findings.left),
    ...(findings.remarks.length > 0
      ? ["\nIn another way", ...findings.remarks.map((text) => `  ${text}`)]
      : []),
  ];
}

function section(title: string, file: string, lines: Line[]): string[] {
  const sorted = [...lines].sort(
    ({ place: one }, { place: other }) =>
      Number(one.file !== file) - Number(other.file !== file) || one.line - other.line,
  );
  const rows = sorted.map(({ place, text }) => {
    const where = place.file === file ? `line ${place.line}` : `${place.file}:${place.line}`;
    return [`  ${where}`, place.path, text];
  });
  return rows.length === 0 ? [] : ["", ...renderTable([title, "", ""], rows)];
}
