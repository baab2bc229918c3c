import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { containers, docker, inspect } from "../../support/docker";
import { startCommand } from "../../support/killedUp";
import { runNpmCommand } from "../../support/npmCommand";
import { createStack, TestStack } from "../../support/stack";

const mebibyte = 2 ** 20;

describe("pulumi refresh", () => {
  let drifting: TestStack;

  beforeAll(async () => {
    drifting = await createStack("recover-drift", {
      ...{ restPort: "18631", grpcPort: "0", notebook: "false" },
      ...{ replicas: "2", drainSeconds: "1", memoryMb: "1024" },
    });
    await drifting.stack.up();
  });
  afterAll(() => drifting?.remove());

  const changes: [string, (id: string) => void][] = [
    ["was removed", (id) => docker("rm", "-f", id)],
    ["was stopped", (id) => docker("stop", id)],
    [
      "got another memory limit",
      (id) => docker("update", "--memory", "512m", "--memory-swap", "512m", id),
    ],
  ];

  test.each(changes)("finds a replica that %s, and up puts it right", async (_, change) => {
    change(containers(drifting.label, "replica")[0]);
    const { changeSummary } = await drifting.stack.preview({ refresh: true });
    expect(Object.keys(changeSummary)).not.toEqual(["same"]);

    await drifting.stack.up({ refresh: true });
    const replicas = containers(drifting.label, "replica");
    expect(replicas).toHaveLength(2);
    for (const id of replicas) {
      expect(docker("inspect", "--format", "{{.State.Status}}", id)).toBe("running");
      expect(inspect(id).HostConfig.Memory).toBe(1024 * mebibyte);
    }
  });
});

describe("npm run up", () => {
  const stack = "test-recover-up";
  const label = `tfserving/${stack}`;
  const stackFile = path.join(root, `Pulumi.${stack}.yaml`);

  beforeAll(async () => {
    const settings = {
      replicas: 2,
      restPort: 18635,
      grpcPort: 0,
      notebook: false,
      drainSeconds: 1,
    };
    const lines = Object.entries(settings).map(([key, value]) => `  tfserving:${key}: ${value}`);
    fs.writeFileSync(stackFile, ["config:", ...lines, ""].join("\n"));
    const { output, status } = await startCommand(stack, "up");
    expect(status, output).toBe(0);
  });
  afterAll(() => {
    runNpmCommand("down", stack, ["--remove"]);
    fs.rmSync(stackFile, { force: true });
  });

  test("sees by itself what refresh does not: a paused replica and one without its network", async () => {
    const [paused, cutOff] = containers(label, "replica");
    const network = docker("network", "ls", "-q", "--filter", `label=tfserving.stack=${label}`);
    docker("pause", paused);
    docker("network", "disconnect", network, cutOff);
    const { output, status } = await startCommand(stack, "up");
    expect(status, output).toBe(0);
    expect(output).toMatch(/serving-replica-\d is paused: resuming/);
    expect(output).toMatch(/serving-replica-\d is cut off from serving-\w+: replacing/);

    const replicas = containers(label, "replica");
    expect(replicas).toContain(paused);
    expect(replicas).not.toContain(cutOff);
    const states = replicas.map((id) => docker("inspect", "--format", "{{.State.Status}}", id));
    expect(states).toEqual(["running", "running"]);
  });

  test("sees by itself another memory limit", async () => {
    const [id] = containers(label, "replica");
    docker("update", "--memory", "512m", "--memory-swap", "512m", id);
    const { output, status } = await startCommand(stack, "up");
    expect(status, output).toBe(0);
    expect(output).toMatch(/serving-replica-\d has a memory limit of 512 MiB/);
    expect(inspect(id).HostConfig.Memory).toBe(2048 * mebibyte);
  });
});
