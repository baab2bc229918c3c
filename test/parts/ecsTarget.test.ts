// Status and logs of a stack on ECS, of a server that answers as AWS does. No task really runs.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { logs } from "../../cli/commands/logs";
import { status } from "../../cli/commands/status";
import type { Deployment, StackContext } from "../../cli/targets/target";
import { type AwsServer, startAwsServer, testRegion } from "../providers/aws/awsServer";
import { clients, useRegion } from "../providers/aws/clients";
import { stackContext, type TestStackContext } from "../support/stackContext";

const group = "/tfserving/replicas";
const image = `1.dkr.ecr.eu-central-1.amazonaws.com/tf@sha256:${"a".repeat(64)}`;

let server: AwsServer;
let record: Deployment;
let task: string;

beforeAll(async () => {
  server = await startAwsServer();
  vi.stubEnv("AWS_ENDPOINT_URL", server.address);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  useRegion(testRegion);
  const { cluster } = await clients.ecs().createCluster({ clusterName: "serving-1" });
  const logConfiguration = {
    logDriver: "awslogs" as const,
    options: { "awslogs-group": group, "awslogs-stream-prefix": "replica" },
  };
  await clients.ecs().registerTaskDefinition({
    family: "serving",
    containerDefinitions: [
      {
        ...{ name: "serving", image, memory: 128, logConfiguration },
        dockerLabels: { "tfserving.version": "7" },
      },
    ],
  });
  const place = { cluster: "serving-1", taskDefinition: "serving" };
  await clients.ecs().createService({ ...place, serviceName: "serving", desiredCount: 2 });
  const { Subnets = [] } = await clients.ec2().describeSubnets({});
  const subnets = [String(Subnets[0].SubnetId)];
  const { tasks = [] } = await clients.ecs().runTask({
    ...{ ...place, launchType: "FARGATE" },
    networkConfiguration: { awsvpcConfiguration: { subnets } },
  });
  task = String(tasks[0].taskArn?.split("/").at(-1));
  const log = { logGroupName: group, logStreamName: `replica/serving/${task}` };
  await clients.logs().createLogGroup({ logGroupName: group });
  await clients.logs().createLogStream(log);
  const now = Date.now();
  await clients.logs().putLogEvents({
    ...log,
    logEvents: ["one", "two", "three"].map((message, at) => ({ message, timestamp: now + at })),
  });
  record = {
    resources: [
      { urn: "u", type: "aws:ecs/cluster:Cluster", outputs: { arn: cluster?.clusterArn } },
      { urn: "u", type: "aws:ecs/service:Service", outputs: { name: "serving" } },
    ],
  };
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await server?.stop();
});

describe("the commands on a stack on AWS", () => {
  it("status shows the tasks, and in ECS's words what is amiss", async () => {
    const { lines, code } = await run((context) => status(context, {}));

    expect(lines).toContain(`aws        ${testRegion}, cluster serving-1`);
    expect(lines).toMatch(new RegExp(`^replica +${task.slice(0, 8)} +7 +- +\\w+ +`, "m"));
    expect(lines).toMatch(/^service +serving runs \d of 2 tasks$/m);
    expect(code).toBe(1);
  });

  it("status says that nothing runs where nothing was made", async () => {
    const { lines, code } = await run((context) => status(context, {}), {
      ...{ recorded: undefined, settings: { target: "ecs", "aws:region": testRegion } },
    });

    expect(lines).toContain("Nothing runs.");
    expect(code).toBe(1);
  });

  it.each([
    [{}, ["one", "two", "three"]],
    [{ tail: "1" }, ["three"]],
    [{ tail: "0" }, []],
    [{ tail: "all" }, ["one", "two", "three"]],
  ])("logs shows with %j what a task said", async (options, said) => {
    const { lines } = await run((context) => logs(context, options, ["replica"]));

    const shown = said.map((text) => `replica ${task.slice(0, 8)} | ${text}`);
    expect(lines.split("\n").filter(Boolean)).toEqual(shown);
  });

  it("logs refuses a part that there is not", async () => {
    await expect(run((context) => logs(context, {}, ["notebooks"]))).rejects.toThrow(
      '"notebooks" is no part of a stack on AWS, and none of its tasks.',
    );
  });

  it("every command says that AWS does not answer", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    for (const command of [
      (context: StackContext) => status(context, {}),
      (context: StackContext) => logs(context, {}, []),
    ]) {
      await expect(run(command)).rejects.toThrow(
        `AWS does not let the stack dev in (region ${testRegion})`,
      );
    }
    vi.stubEnv("AWS_ENDPOINT_URL", server.address);
  });
});

async function run(
  command: (context: ReturnType<typeof stackContext>) => Promise<number | void>,
  more: TestStackContext = {},
): Promise<{ lines: string; code: number | void }> {
  const shown = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    const context = stackContext({ settings: { target: "ecs" }, recorded: record, ...more });
    const code = await command(context);
    return { code, lines: shown.mock.calls.flat().join("\n") };
  } finally {
    shown.mockRestore();
  }
}
