import * as fs from "fs";
import * as path from "path";
import { expect } from "vitest";
import { stackStateFile } from "../../cli/setup/backend";
import { lockFolder } from "../../cli/automation/leftBehind";
import { ownFolder, root } from "../../cli/setup/folders";
import { containers, inspect, objects } from "./docker";
import { killUpAt, Moment, startCommand } from "./killedUp";
import type { LightClient } from "./lightClient";
import { CommandResult, runNpmCommand } from "./npmCommand";

/** A stack of two replicas whose updates are killed. */
export interface RecoveringStack {
  /** Value of the label tfserving.stack. */
  label: string;
  /** Where the model's status is. */
  url: string;
  /** Makes the next update a release: a changed setting replaces every replica. */
  configureRelease: () => void;
  /** `npm run up`, killed at a moment. */
  killUpAt: (moment: Moment) => Promise<void>;
  /**
   * `npm run up` ends well, Docker has what Pulumi has on record and nothing else, and the client
   * was answered throughout.
   */
  expectConverged: (client: LightClient) => Promise<void>;
  down: () => Promise<CommandResult>;
  /** Removes the stack and its config file. */
  remove: () => void;
}

/**
 * @param name - unique among tests; the stack is called `test-<name>`
 * @param restPort - on 127.0.0.1
 */
export function recoveringStack(name: string, restPort: number): RecoveringStack {
  const stack = `test-${name}`;
  const label = `tfserving/${stack}`;
  const stackFile = path.join(root, `Pulumi.${stack}.yaml`);
  let drainSeconds = 3;

  return {
    label,
    url: `http://127.0.0.1:${restPort}/v1/models/my_model`,
    configureRelease: () => {
      drainSeconds = drainSeconds === 2 ? 3 : 2;
      const settings = { replicas: 2, restPort, grpcPort: 0, notebook: false, drainSeconds };
      const lines = Object.entries(settings).map(([key, value]) => `  tfserving:${key}: ${value}`);
      fs.writeFileSync(stackFile, ["config:", ...lines, ""].join("\n"));
    },
    killUpAt: (moment) => killUpAt(stack, moment),
    expectConverged: async (client) => {
      const { output, status } = await startCommand(stack, "up");
      expect(status, output).toBe(0);
      expect(client.failures, output).toEqual([]);
      expect(locks(stack)).toEqual([]);
      expectRecorded(stack, label);
      expect(containers(label, "replica")).toHaveLength(2);
      const drains = containers(label, "replica").map((id) =>
        inspect(id).Config.Env.find((line) => line.startsWith("TFS_DRAIN_SECONDS=")),
      );
      expect(drains).toEqual(Array(2).fill(`TFS_DRAIN_SECONDS=${drainSeconds}`));
    },
    down: () => startCommand(stack, "down"),
    remove: () => {
      runNpmCommand("down", stack, ["--remove"]);
      fs.rmSync(stackFile, { force: true });
    },
  };
}

function expectRecorded(stack: string, label: string): void {
  const state = fs.readFileSync(stackStateFile(ownFolder, "tfserving", stack), "utf8");
  const { resources, pending_operations } = JSON.parse(state).checkpoint.latest;
  expect(pending_operations ?? []).toEqual([]);
  const recorded = (type: string): string[] =>
    resources
      .filter((resource: { type: string }) => resource.type === type)
      .map((resource: { id: string }) => resource.id)
      .sort();
  expect(containers(label)).toEqual(recorded("docker:index/container:Container"));
  expect(objects(label).map((object) => object.split(" ")[0])).toEqual([
    ...recorded("docker:index/container:Container").map(() => "container"),
    ...recorded("docker:index/network:Network").map(() => "network"),
    ...recorded("docker:index/volume:Volume").map(() => "volume"),
  ]);
}

function locks(stack: string): string[] {
  const folder = lockFolder(ownFolder, "tfserving", stack);
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
