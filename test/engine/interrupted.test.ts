import * as fs from "fs";
import * as path from "path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { stackStateFile } from "../../commands/lib/backend.mjs";
import { lockFolder } from "../../commands/lib/locks.mjs";
import { ownFolder, root } from "../../commands/lib/workspace.mjs";
import { containers, inspect, objects } from "../support/docker";
import { killUpAt, Moment, runCommand, startCommand } from "../support/killedUp";
import { keepAsking, LightClient } from "../support/lightClient";

const stack = "test-recover";
const label = `tfserving/${stack}`;
const url = "http://127.0.0.1:18611/v1/models/my_model";
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);

/** Makes the next update a release: a changed setting replaces every replica. */
function configureRelease(drainSeconds: number): void {
  const settings = { replicas: 2, restPort: 18611, grpcPort: 0, notebook: false, drainSeconds };
  const lines = Object.entries(settings).map(([key, value]) => `  tfserving:${key}: ${value}`);
  fs.writeFileSync(stackFile, ["config:", ...lines, ""].join("\n"));
}

describe("npm run up, killed", () => {
  let client: LightClient;
  let release = 2;

  beforeEach(() => {
    client = keepAsking(url);
  });
  afterEach(() => client.stop());
  afterAll(() => {
    runCommand(stack, "down", "--remove");
    fs.rmSync(stackFile, { force: true });
  });

  test("three times in a row while the stack is made, comes up the fourth time", async () => {
    configureRelease(release);
    await killUpAt(stack, { says: /Network serving creating/ });
    await killUpAt(stack, { docker: /^start serving-replica-1/, group: true });
    await killUpAt(stack, { docker: /^start serving-balancer-[0-9a-f]{7}$/ });
    await expectConverged();
  });

  const moments: [string, Moment][] = [
    ["before it changes anything", { says: /^Updating/m }],
    ["when Docker has created a replica", { docker: /^create serving-replica/, group: true }],
    ["when Docker has started a replica", { docker: /^start serving-replica/ }],
    [
      "when the first new replica is ready",
      { says: /replica-\d created replacement/, group: true },
    ],
    ["when the old replicas are to be deleted", { says: /replica-\d deleting original/ }],
    ["while an old replica drains", { docker: /^kill serving-replica/, group: true }],
    ["when an old replica is gone", { docker: /^destroy serving-replica/ }],
  ];

  test.each(moments)("%s: the service answers on, the next one converges", async (_, moment) => {
    release = release === 2 ? 3 : 2;
    configureRelease(release);
    await killUpAt(stack, moment);
    await expectConverged();
    await client.stop();
    expect(client.answered).toBeGreaterThan(50);
  });

  test("down removes what an interrupted update left", async () => {
    release = release === 2 ? 3 : 2;
    configureRelease(release);
    await killUpAt(stack, { docker: /^start serving-replica/ });
    const { output, status } = await startCommand(stack, "down");
    expect(objects(label)).toEqual([]);
    expect(output).toContain(`nothing of ${label} is left on Docker`);
    expect(status).toBe(0);
  });

  /** The next update ends well, and Docker has what Pulumi has on record and nothing else. */
  async function expectConverged(): Promise<void> {
    const { output, status } = await startCommand(stack, "up");
    expect(status, output).toBe(0);
    expect(client.failures, output).toEqual([]);

    const state = fs.readFileSync(stackStateFile(ownFolder, "tfserving", stack), "utf8");
    const { resources, pending_operations } = JSON.parse(state).checkpoint.latest;
    expect(pending_operations ?? []).toEqual([]);
    expect(locks()).toEqual([]);
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
    expect(containers(label, "replica")).toHaveLength(2);
    const drains = containers(label, "replica").map((id) =>
      inspect(id).Config.Env.find((line) => line.startsWith("TFS_DRAIN_SECONDS=")),
    );
    expect(drains).toEqual(Array(2).fill(`TFS_DRAIN_SECONDS=${release}`));
  }
});

function locks(): string[] {
  const folder = lockFolder(ownFolder, "tfserving", stack);
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
