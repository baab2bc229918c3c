import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { parse } from "yaml";

import { importFile, reportLines, writeStackFile } from "../../../cli/commands/import";
import { importCompose, troubleText } from "../../../cli/import/importCompose";
import { Failure } from "../../../cli/output/failure";
import { interpolate, readEnvFile } from "../../../cli/import/variables";
import { readSettings } from "../../../program/config/settings";
import { table } from "../../../program/config/table";
import { targets } from "../../../program/targets";
import { modelFiles, temporaryFolder, writeFiles } from "../../support/modelFolder";
import { surround } from "../../support/runProgram";
import { defaults, repository } from "../../support/stackConfig";

/** What a case is told besides its folder: where its models lie, and the command's options. */
interface Case {
  /** Folders of models below the compose file's own, without their versions. */
  models?: string[];
  target?: "docker" | "swarm";
  service?: string;
}

const good: Record<string, Case> = {
  tutorial: { models: ["classifier/my_model"] },
  swarm: { models: ["image/models/my_model"], target: "swarm" },
  hub: { models: ["export"] },
  flags: { models: ["models/birds", "models/fish_v2"] },
  several: { models: ["models/birds", "models/fish"], service: "fish" },
  old: { models: ["exported"] },
  gpu: { models: ["classifier/my_model"] },
  remote: {},
};

const wrong: Record<string, Case> = {
  several: { models: ["models/birds", "models/fish"] },
  broken: {},
  manifest: {},
  troubles: {},
  none: {},
  unreadable: {},
};

/** A project of the test's own that holds a compose file with its models. */
function project(name: string, { models = [], target = "docker", service }: Case) {
  const root = fs.realpathSync(temporaryFolder());
  const folder = path.join(root, name);
  fs.cpSync(path.join(__dirname, "compose", name), folder, { recursive: true });
  for (const model of models) {
    const files = Object.entries(modelFiles("model"));
    const own = files.map(([file, content]) => [file.replace(/^model\//, `${model}/`), content]);
    writeFiles(folder, Object.fromEntries(own) as ReturnType<typeof modelFiles>);
  }
  const before = process.cwd();
  process.chdir(root);
  onTestFinished(() => process.chdir(before));
  const file = "docker-compose.yml";
  const text = fs.readFileSync(path.join(folder, file), "utf8");
  const env = path.join(folder, ".env");
  const variables = fs.existsSync(env) ? readEnvFile(fs.readFileSync(env, "utf8")) : {};
  const defaultOf = (key: string) => defaults[key];
  return {
    imported: importCompose({
      ...{ file, folder, text, variables, root, project: "tfserving" },
      ...{ target, service, defaultOf },
    }),
    anywhere: (lines: string[]) => `${lines.join("\n")}\n`.replaceAll(root, "(project)"),
  };
}

beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  vi.spyOn(pulumi.log, "info").mockResolvedValue();
});

describe.each(Object.entries(good))("the compose file %s", (name, told) => {
  it("becomes a stack file, line by line", async () => {
    const { imported, anywhere } = project(name, told);
    expect(imported.findings.troubles.map(troubleText)).toEqual([]);
    const lines = [...reportLines("docker-compose.yml", imported), "", imported.stackFile ?? ""];
    await expect(anywhere(lines)).toMatchFileSnapshot(`snapshots/import-${name}.txt`);
  });

  it("becomes settings that a preview takes", async () => {
    const { stackFile = "" } = project(name, told).imported;
    const { config } = parse(stackFile) as { config: Record<string, unknown> };
    const settings = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace(/^tfserving:/, ""), value]),
    );
    expect(Object.keys(settings).filter((key) => !(key in table))).toEqual([]);
    // What is fetched is no part of a unit test.
    const { modelSource, ...others } = settings;
    expect(modelSource).toBe(name === "remote" ? "s3://models/production/my_model" : undefined);
    const here = modelSource ? { ...others, modelFolder: "models" } : settings;
    if (modelSource) {
      writeFiles("models", modelFiles());
    }
    await surround(here);
    const read = await readSettings();
    await expect(targets[read.target].preflight(read)).resolves.toBeDefined();
  });
});

it.each(Object.entries(wrong))(
  "the compose file %s is refused with every place",
  async (name, told) => {
    const { imported, anywhere } = project(name, told);
    expect(imported.stackFile).toBeUndefined();
    const lines = imported.findings.troubles.map(troubleText);
    await expect(anywhere(lines)).toMatchFileSnapshot(`snapshots/import-refused-${name}.txt`);
  },
);

it.each([
  [__dirname, {}, "is a folder", "docker-compose.yml"],
  ["nowhere.yml", {}, "There is no file nowhere.yml", "name the compose file"],
  [`${__dirname}/compose/hub/docker-compose.yml`, { target: "moon" }, '"moon"', "docker or swarm"],
])("%s with %j is refused with what to do", (file, options, message, advice) => {
  let refusal: unknown;
  try {
    importFile(file, options);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(Failure);
  expect((refusal as Failure).message).toContain(message);
  expect((refusal as Failure).advice).toContain(advice);
});

describe("a stack file", () => {
  const text = "config: {}\n";
  const at = () => path.join(temporaryFolder(), "Pulumi.a.yaml");

  it("is written where there is none, or the same", () => {
    const file = at();
    writeStackFile(file, text, false);
    writeStackFile(file, text, false);
    expect(fs.readFileSync(file, "utf8")).toBe(text);
  });

  it("of somebody else stays, unless it is to be replaced", () => {
    const file = at();
    fs.writeFileSync(file, "config: { a: 1 }\n");
    expect(() => writeStackFile(file, text, false)).toThrow(/Pulumi\.a\.yaml is there already/);
    expect(fs.readFileSync(file, "utf8")).toBe("config: { a: 1 }\n");
    writeStackFile(file, text, true);
    expect(fs.readFileSync(file, "utf8")).toBe(text);
  });
});

it.each([
  ["$A-${A}", "1-1"],
  ["${EMPTY:-x}${EMPTY-x}${NONE-y}", "xy"],
  ["${NONE:-${A:-2}}", "1"],
  ["${A:+set}${NONE:+set}", "set"],
  ["$$A ${NONE}", "$A "],
])("variables in %s are put in as Compose does", (source, text) => {
  expect(interpolate(source, { A: "1", EMPTY: "" }).text).toBe(text);
});

describe("docs/from-docker-compose.md", () => {
  const page = fs.readFileSync(path.join(repository, "docs/from-docker-compose.md"), "utf8");

  it("names keys that there are", () => {
    const rows = [...page.matchAll(/^\|[^|]+\|([^|]+)\|[^|]+\|$/gm)].map(([, setting]) => setting);
    const named = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, key]) => key));
    expect(new Set(named).size).toBeGreaterThan(20);
    expect(named.filter((key) => !(key in table))).toEqual([]);
  });

  it("shows what the command says of the tutorial's files", () => {
    const { imported } = project("tutorial", good.tutorial);
    expect(page).toContain(reportLines("docker-compose.yml", imported).join("\n"));
    expect(page).toContain(imported.stackFile);
  });
});
