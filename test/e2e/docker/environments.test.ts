import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { lockFolder } from "../../../cli/automation/leftBehind";
import { stackStateFile } from "../../../cli/setup/backend";
import { ownFolder, root } from "../../../cli/setup/folders";
import { containers, objects } from "../../support/docker";
import { startCommand } from "../../support/killedUp";
import { CommandResult, runNpmCommand } from "../../support/npmCommand";

const base = "test-environment-base";
const [first, second] = ["test-environment-1", "test-environment-2"];
const label = (stack: string) => `tfserving/${stack}`;
const fileOf = (stack: string) => path.join(root, `Pulumi.${stack}.yaml`);
const settings = {
  // Version 4 of it answers four times what it is given.
  ...{
    modelFolder: "test/support/models",
    modelName: "multiply",
    signatureName: "serving_default",
  },
  ...{ replicas: 1, memoryMb: 256, cpus: "0.5", drainSeconds: 1 },
  // What another stack has, so that an environment cannot have it.
  ...{ restPort: 18651, grpcPort: 18650 },
};

describe("preview environments", () => {
  let made: CommandResult[];

  beforeAll(async () => {
    writeBase({});
    run("pulumi", base, "stack");
    made = await Promise.all(
      [first, second].map((stack) => startCommand(stack, "environment", ["--from", base])),
    );
  });
  afterAll(() => {
    // All of it is gone unless a test has failed.
    const left = [first, second].filter((stack) => fs.existsSync(stateOf(stack)));
    left.forEach((stack) => run("sweep", "", stack));
    run("down", base, "--remove");
    [base, first, second].forEach((stack) => fs.rmSync(fileOf(stack), { force: true }));
  });

  test("serve beside each other, each at ports of its own", async () => {
    expect(made.map(({ status, output }) => (status === 0 ? "made" : output))).toEqual([
      ...["made", "made"],
    ]);
    expect(new Set([...portsOf(first), ...portsOf(second)]).size).toBe(4);
    expect(await Promise.all([first, second].map(fourTimes))).toEqual([12, 12]);
  });

  test("are found by the next push where they were, in a checkout that has nothing of them", () => {
    const before = { ports: portsOf(first), containers: containers(label(first)) };
    fs.rmSync(fileOf(first));
    fs.rmSync(path.join(ownFolder, "config", `Pulumi.${first}.yaml`));
    expect(run("environment", first, "--ttl", "1h").status).toBe(0);
    expect({ ports: portsOf(first), containers: containers(label(first)) }).toEqual(before);
  });

  test("are refused with what is free where the host has no room, and nothing is made", () => {
    const all = Math.floor(os.totalmem() / 2 ** 20);
    writeBase({ replicas: 2, memoryMb: all });
    const third = "test-environment-3";
    const { output, status } = run("environment", third, "--from", base);
    writeBase({});
    expect(output).toContain(`it asks for 2 replicas of ${all} MiB and 1 balancer of 1024 MiB`);
    expect(output).toMatch(/has \d+ of \d+ MiB that are not promised to other containers/);
    expect(status).toBe(1);
    expect([fileOf(third), stateOf(third)].filter(fs.existsSync)).toEqual([]);
  });

  test("are made of no stack that somebody has", () => {
    const { output, status } = run("environment", base, "--from", base);
    expect(output).toContain(`Pulumi.${base}.yaml is not of a preview environment`);
    expect(status).toBe(2);
  });

  test("stay while an update of them is under way, also once their time is up", () => {
    run("pulumi", first, "stack", "tag", "set", "tfserving:expires", "2026-01-01T00:00:00Z");
    const lock = path.join(lockFolder(ownFolder, "tfserving", first), "1.json");
    const holder = { pid: 1, username: "ann", hostname: "elsewhere", timestamp: "2026-01-01" };
    fs.mkdirSync(path.dirname(lock), { recursive: true });
    fs.writeFileSync(lock, JSON.stringify(holder));
    const { output, status } = run("sweep", "");
    fs.rmSync(path.dirname(lock), { recursive: true });
    expect(output).toContain(`stays      ${first}: an update of it is under way`);
    expect(status).toBe(0);
    expect(objects(label(first))).not.toEqual([]);
  });

  test("go once their time is up, and nothing else goes", async () => {
    const others = { containers: containers(label(second)), base: read(stateOf(base)) };
    const dry = run("sweep", "", "--dry-run");
    expect(dry.output).toContain(`would go   ${first} was to live until 2026-01-01 00:00 UTC`);
    expect(objects(label(first))).not.toEqual([]);

    const { output, status } = run("sweep", "");
    expect(output).toContain(`removed    ${first}`);
    expect(output).toContain(`stays      ${second} lives until`);
    expect(output).not.toContain(base);
    expect(status).toBe(0);
    expect(objects(label(first))).toEqual([]);
    expect([fileOf(first), stateOf(first)].filter(fs.existsSync)).toEqual([]);
    expect({ containers: containers(label(second)), base: read(stateOf(base)) }).toEqual(others);
    expect(await fourTimes(second)).toBe(12);
  });

  test("go when they are named; a stack that is none does not", () => {
    expect(run("sweep", "", base)).toMatchObject({ status: 2 });
    expect(fs.existsSync(stateOf(base))).toBe(true);
    expect(run("sweep", "", second)).toMatchObject({ status: 0 });
    expect(objects(label(second))).toEqual([]);
  });
});

function run(command: string, stack: string, ...args: string[]): CommandResult {
  return runNpmCommand(command, stack, args);
}

function writeBase(more: object): void {
  const entries = Object.entries({ ...settings, ...more });
  const config = Object.fromEntries(entries.map(([key, value]) => [`tfserving:${key}`, value]));
  fs.writeFileSync(fileOf(base), stringify({ config }));
}

function portsOf(stack: string): number[] {
  const { config } = parse(read(fileOf(stack)));
  return [config["tfserving:restPort"], config["tfserving:grpcPort"]];
}

async function fourTimes(stack: string): Promise<number> {
  const url = `http://127.0.0.1:${portsOf(stack)[0]}/v1/models/multiply:predict`;
  const body = JSON.stringify({ instances: [3] });
  // The balancer ends a connection on which nothing comes, while this process waits for a command.
  const headers = { connection: "close" };
  return (await (await fetch(url, { method: "POST", headers, body })).json()).predictions[0];
}

function stateOf(stack: string): string {
  return stackStateFile(ownFolder, "tfserving", stack);
}

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}
