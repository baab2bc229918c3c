import { beforeEach, describe, expect, it } from "vitest";

import {
  checkEcsModelService,
  EcsModelService,
  EcsModelServiceArgs,
  ecsServiceWarnings,
  resolveEcsModelServiceArgs,
} from "../../../components";
import { ReleaseStrategy } from "../../../components/serving/releaseStrategy";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";
import { endpoint, image, required } from "./ecsService";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

/** The problems of a service, as "path reason". */
function problems(args: Partial<EcsModelServiceArgs>): string[] {
  const create = () => new EcsModelService("serving", { ...required, ...args });
  return problemsOf(create).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
}

const scaling = { minReplicas: 1, maxReplicas: 4 };

describe("a service on ECS refuses", () => {
  it.each<[string, Partial<EcsModelServiceArgs>, string]>([
    [
      "an image by its tag",
      { image: "r.example.com/reef:1" },
      'image is "r.example.com/reef:1": use a digest in ECR, REPOSITORY@sha256:..., since a tag can move',
    ],
    ["a model's name that is none", { modelName: "a b" }, 'modelName "a b" cannot be used'],
    ["no replica", { replicas: 0 }, "replicas is 0: use a whole number from 1 to 256"],
    ["less than ECS's smallest share of a CPU", { cpus: 0.1 }, "cpus is 0.1: use 0.125 to 192"],
    ["CPUs that are no number", { cpus: NaN }, "cpus is NaN: use 0.125 to 192"],
    ["part of a GPU", { gpus: 0.5 }, "gpus is 0.5: use a whole number from 0 to 16"],
    [
      "a drain that outlasts the grace",
      { drainSeconds: 30, stopGraceSeconds: 30 },
      "stopGraceSeconds is 30, and drainSeconds is 30: ECS would kill a replica that still drains. " +
        "Use 34 or more, or drain for a shorter time",
    ],
    [
      "a start that no health check waits for",
      { startTimeoutSeconds: 301 },
      "startTimeoutSeconds is 301: use a whole number from 1 to 300",
    ],
    [
      "an unknown strategy",
      { strategy: "canary" as ReleaseStrategy },
      'strategy is "canary": use surge or inPlace',
    ],
    [
      "a load balancer that cannot reach it",
      { restTargetGroupArn: endpoint.restTargetGroupArn },
      "endpointSecurityGroupId is missing, so the load balancer of the target group could not reach " +
        "the replicas: name its security group",
    ],
    [
      "a time that CloudWatch does not know",
      { logRetentionDays: 31 },
      "logRetentionDays is 31, which CloudWatch Logs does not know: use 60, or another of 1, 3, 5, 7,",
    ],
    [
      "logs for ever",
      { logRetentionDays: 4000 },
      "logRetentionDays is 4000, which CloudWatch Logs does not know: use 3653, or another of 1, 3,",
    ],
    [
      "ECS Exec without a way to its endpoint",
      { enableExec: true },
      "execCidrs is missing: with enableExec name the IPv4 ranges that hold the ssmmessages endpoint, " +
        "such as that of the VPC",
    ],
    [
      "a way out that nothing uses",
      { execCidrs: ["10.0.0.0/16"] },
      "execCidrs has no effect without enableExec: leave it out",
    ],
    [
      "a range of addresses that is none",
      { enableExec: true, execCidrs: ["10.0.0.0/16", "10.0.0.0"] },
      'execCidrs[1] is "10.0.0.0"',
    ],
    [
      "autoscaling upside down",
      { autoscaling: { minReplicas: 4, maxReplicas: 2, cpuPercent: 50 } },
      "autoscaling.maxReplicas is 2, less than minReplicas, 4: use that or more",
    ],
    [
      "a start outside of what autoscaling keeps",
      { replicas: 5, autoscaling: { ...scaling, cpuPercent: 50 } },
      "replicas is 5, and autoscaling keeps 1 to 4: begin with a number in between",
    ],
    [
      "autoscaling that follows nothing",
      { autoscaling: scaling },
      "autoscaling has nothing to follow: give requestsPerReplica, cpuPercent or gpuPercent",
    ],
    [
      "more than all of a CPU",
      { autoscaling: { ...scaling, cpuPercent: 101 } },
      "autoscaling.cpuPercent is 101: use a whole number from 1 to 100",
    ],
    [
      "GPU use of nobody knows which instances",
      { autoscaling: { ...scaling, gpuPercent: 50 } },
      "autoscaling.autoScalingGroupName is missing: gpuPercent is measured on the instances of one group",
    ],
    [
      "requests of nobody knows which target group",
      { autoscaling: { ...scaling, requestsPerReplica: 60, loadBalancerArnSuffix: "app/a/1" } },
      "autoscaling.restTargetGroupArnSuffix is missing: requestsPerReplica counts the requests of one " +
        "target group",
    ],
    [
      "a flag of the server that cannot work",
      { server: { restApiTimeoutMs: -1 } },
      "server.restApiTimeoutMs is -1",
    ],
    [
      "a main model that is not served",
      { server: { models: [{ name: "fish" }] } },
      'modelName is "birds", which is not among the models that are served: use one of fish',
    ],
  ])("%s", (_, args, problem) => {
    const found = problems(args);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it("all of it at once, before there is any resource", async () => {
    const found = problems({ replicas: 0, cpus: 0, logRetentionDays: 2, enableExec: true });
    expect(found.map((line) => line.split(" ")[0])).toEqual([
      "replicas",
      "cpus",
      "logRetentionDays",
      "execCidrs",
    ]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});

describe("a service on ECS takes", () => {
  it.each<[string, Partial<EcsModelServiceArgs>]>([
    ["what it requires", {}],
    ["a long start behind a load balancer", { ...endpoint, startTimeoutSeconds: 3600 }],
    ["an eighth of a CPU", { cpus: 0.125 }],
    [
      "as many replicas as autoscaling may have",
      { replicas: 4, autoscaling: { ...scaling, cpuPercent: 1 } },
    ],
  ])("%s", (_, args) => {
    expect(checkEcsModelService(resolveEcsModelServiceArgs({ ...required, ...args }))).toEqual([]);
    expect(image).toContain("@sha256:");
  });
});

it("warns of a release in place that leaves nothing to serve", () => {
  const warned = (strategy: ReleaseStrategy, replicas: number) =>
    ecsServiceWarnings({ strategy, replicas }).length;
  expect(warned(ReleaseStrategy.InPlace, 1)).toBe(1);
  expect(warned(ReleaseStrategy.InPlace, 2)).toBe(0);
  expect(warned(ReleaseStrategy.Surge, 1)).toBe(0);
});
