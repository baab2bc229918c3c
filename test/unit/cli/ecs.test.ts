import type { Service, Task, TaskDefinition } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { placeOf } from "../../../cli/targets/ecs/aws";
import { ecsTarget, leftoversOf } from "../../../cli/targets/ecs/ecsTarget";
import { isSteady, readTask, selectTasks, serviceRemarks } from "../../../cli/targets/ecs/tasks";
import { stackContext } from "../../support/stackContext";

const now = Date.parse("2026-01-01T00:10:00Z");
const digest = `sha256:0123456789ab${"c".repeat(52)}`;
const options = { "awslogs-group": "logs", "awslogs-stream-prefix": "replica" };
const container: NonNullable<TaskDefinition["containerDefinitions"]>[0] = {
  name: "serving",
  image: `1.dkr.ecr.eu-central-1.amazonaws.com/tf@${digest}`,
  dockerLabels: { "tfserving.version": "7" },
  logConfiguration: { logDriver: "awslogs", options },
};

function task(id: string, more: Partial<Task> = {}, part = "replica") {
  const found: Task = {
    taskArn: `arn:aws:ecs:eu-central-1:1:task/cluster/${id}`,
    lastStatus: "RUNNING",
    healthStatus: "HEALTHY",
    startedAt: new Date(now - 5 * 60_000),
    ...more,
  };
  return readTask(found, part, { containerDefinitions: [container] }, "i-1", now);
}

describe("a task of a stack on AWS", () => {
  it("is shown by what it is for, where it is and what it runs", () => {
    expect(task("0123456789abcdef")).toEqual({
      ...{ name: "0123456789abcdef", part: "replica", id: "01234567", version: "7", node: "i-1" },
      ...{ state: "running", health: "healthy", since: "5m", well: true },
      image: "1.dkr.ecr.eu-central-1.amazonaws.com/tf@sha256:0123456789ab",
      log: { group: "logs", stream: "replica/serving/0123456789abcdef" },
    });
  });

  it.each<[string, Partial<Task>, string]>([
    ["starts", { healthStatus: "UNKNOWN" }, "starting"],
    ["fails its check", { healthStatus: "UNHEALTHY" }, "unhealthy"],
    ["waits for an instance", { lastStatus: "PROVISIONING", healthStatus: undefined }, ""],
  ])("is not well while it %s", (_, more, health) => {
    expect(task("a", more)).toMatchObject({ health, well: false });
  });

  it("says why it stopped", () => {
    const stoppedReason = "Essential container in task exited";
    expect(task("a", { lastStatus: "STOPPED", stoppedReason }).stopped).toBe(stoppedReason);
  });
});

describe("logs are asked for on AWS", () => {
  const tasks = [task("aaaa1111"), task("bbbb2222"), task("cccc3333", {}, "notebook")];

  it.each([
    [undefined, ["aaaa1111", "bbbb2222", "cccc3333"]],
    ["replica", ["aaaa1111", "bbbb2222"]],
    ["bbbb", ["bbbb2222"]],
    ["notebook", ["cccc3333"]],
  ])("of %s", (which, names) => {
    expect(selectTasks(tasks, which).map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["the bucket", [{ urn: "u", type: "aws:s3/bucket:Bucket", id: "logs-1" }], "bucket logs-1."],
    ["none", [], "logs nothing."],
  ])("of the load balancer, which are in %s", async (_, resources, words) => {
    const { logs } = ecsTarget(stackContext({ recorded: { resources } }));
    const request = { which: "balancer", tail: "100", timestamps: false, follow: false };
    await expect(logs(request, () => {})).rejects.toThrow(words);
  });

  it("of nothing that there is", () => {
    expect(() => selectTasks(tasks, "balancer")).toThrow(
      '"balancer" is no part of a stack on AWS, and none of its tasks.',
    );
  });
});

describe("a service on AWS", () => {
  const service = (more: Service = {}): Service => ({
    ...{ serviceName: "serving", desiredCount: 2, runningCount: 2 },
    deployments: [{ rolloutState: "COMPLETED" }],
    ...more,
  });

  it.each<[string, Service, boolean]>([
    ["with all its tasks", {}, true],
    ["not with fewer", { runningCount: 1 }, false],
    ["not during a release", { deployments: [{}, { rolloutState: "IN_PROGRESS" }] }, false],
    ["not after one that failed", { deployments: [{ rolloutState: "FAILED" }] }, false],
  ])("is steady %s", (_, more, steady) => {
    expect(isSteady(service(more))).toBe(steady);
  });

  it("says what is amiss in ECS's own words", () => {
    const createdAt = new Date(now);
    const said = ["first", "second", "third"];
    const events = [...said, "fourth"].map((message) => ({ createdAt, message }));
    const failed = [{ rolloutState: "FAILED" as const, rolloutStateReason: "circuit breaker" }];
    const ill = service({ runningCount: 0, deployments: failed, events });
    const remarks = serviceRemarks([service(), ill]);
    expect(remarks.map(({ subject, text }) => `${subject}: ${text}`)).toEqual([
      ...["service: serving runs 0 of 2 tasks", "release: circuit breaker"],
      ...said.map((message) => `event: 2026-01-01T00:10:00.000Z ${message}`),
    ]);
  });
});

describe("Pulumi's record of a stack on AWS", () => {
  const cluster = "arn:aws:ecs:eu-central-1:1:cluster/serving-1";
  const urn = (parent: string) =>
    `urn:pulumi:prod::tfserving::tfserving-aws:index:${parent}$aws:ecs/service:Service::x`;
  const resources = [
    { urn: "u", type: "aws:ecs/cluster:Cluster", outputs: { arn: cluster } },
    { urn: urn("EcsModelService"), type: "aws:ecs/service:Service", outputs: { name: "serving" } },
    { urn: urn("EcsNotebook"), type: "aws:ecs/service:Service", outputs: { name: "notebook" } },
  ];

  it("says which services are in which cluster", () => {
    const parts = { serving: "replica", notebook: "notebook" };
    const services = Object.entries(parts).map(([name, part]) => ({ name, part }));
    expect(placeOf({ resources })).toEqual({ cluster, services });
    expect(placeOf({ resources: [] })).toBeUndefined();
    expect(placeOf(undefined)).toBeUndefined();
  });

  it("says what stays with its content, and how to remove it", () => {
    const repository = { urn: "u", type: "aws:ecr/repository:Repository", id: "tf-serving-1" };
    const gone = { ...repository, id: "other" };
    const kept = { ...repository, retainOnDelete: true };
    const { strays, stays } = leftoversOf({ resources: [kept, gone] });
    expect([strays, stays.map(({ text }) => text)]).toEqual([
      [],
      [
        "what holds your data; to remove it:",
        "aws ecr delete-repository --force --repository-name tf-serving-1",
      ],
    ]);
    expect(leftoversOf({ resources: [gone] })).toEqual({ strays: [], stays: [] });
  });
});
