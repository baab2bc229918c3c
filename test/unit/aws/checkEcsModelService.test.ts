import { describe, expect, it } from "vitest";

import {
  checkEcsModelService,
  type EcsModelServiceArgs,
  ecsServiceWarnings,
  resolveEcsModelServiceArgs,
} from "../../../components";
import { ReleaseStrategy } from "../../../components/serving/releaseStrategy";
import { problemsOf, settle, startMocks } from "../../support/mocks";
import { balanced, service, serviceArgs } from "./awsComponents";

type Args = Partial<EcsModelServiceArgs>;

/** The problems of a service, as "path reason". */
function problems(args: Args): string[] {
  return problemsOf(() => service(args)).map(
    ({ propertyPath, reason }) => `${propertyPath} ${reason}`,
  );
}

const scaling = { minReplicas: 1, maxReplicas: 4 };

describe("a service on ECS refuses", () => {
  it.each<[Args, string]>([
    [
      { image: "r.example.com/reef:1" },
      'image is "r.example.com/reef:1": use a digest in ECR, REPOSITORY@sha256:..., since a tag can move',
    ],
    [{ modelName: "a b" }, 'modelName "a b" cannot be used'],
    [{ replicas: 0 }, "replicas is 0: use a whole number from 1 to 256"],
    [{ cpus: 0.1 }, "cpus is 0.1: use 0.125 to 192"],
    [{ cpus: NaN }, "cpus is NaN: use 0.125 to 192"],
    [{ gpus: 0.5 }, "gpus is 0.5: use a whole number from 0 to 16"],
    [
      { drainSeconds: 30, stopGraceSeconds: 30 },
      "stopGraceSeconds is 30, and drainSeconds is 30: ECS would kill a replica that still drains. " +
        "Use 34 or more, or drain for a shorter time",
    ],
    [{ startTimeoutSeconds: 301 }, "startTimeoutSeconds is 301: use a whole number from 1 to 300"],
    [{ strategy: "canary" as ReleaseStrategy }, 'strategy is "canary": use surge or inPlace'],
    [
      { restTargetGroupArn: balanced.restTargetGroupArn },
      "endpointSecurityGroupId is missing, so the load balancer of the target group could not reach " +
        "the replicas: name its security group",
    ],
    [
      { logRetentionDays: 31 },
      "logRetentionDays is 31, which CloudWatch Logs does not know: use 60, or another of 1, 3, 5, 7,",
    ],
    [
      { logRetentionDays: 4000 },
      "logRetentionDays is 4000, which CloudWatch Logs does not know: use 3653, or another of 1, 3,",
    ],
    [
      { enableExec: true },
      "execCidrs is missing: with enableExec name the IPv4 ranges that hold the ssmmessages endpoint, " +
        "such as that of the VPC",
    ],
    [{ execCidrs: ["10.0.0.0/16"] }, "execCidrs has no effect without enableExec: leave it out"],
    [{ enableExec: true, execCidrs: ["10.0.0.0/16", "10.0.0.0"] }, 'execCidrs[1] is "10.0.0.0"'],
    [
      { autoscaling: { minReplicas: 4, maxReplicas: 2, cpuPercent: 50 } },
      "autoscaling.maxReplicas is 2, less than minReplicas, 4: use that or more",
    ],
    [
      { replicas: 5, autoscaling: { ...scaling, cpuPercent: 50 } },
      "replicas is 5, and autoscaling keeps 1 to 4: begin with a number in between",
    ],
    [
      { autoscaling: scaling },
      "autoscaling has nothing to follow: give requestsPerReplica, cpuPercent or gpuPercent",
    ],
    [
      { autoscaling: { ...scaling, cpuPercent: 101 } },
      "autoscaling.cpuPercent is 101: use a whole number from 1 to 100",
    ],
    [
      { autoscaling: { ...scaling, gpuPercent: 50 } },
      "autoscaling.autoScalingGroupName is missing: gpuPercent is measured on the instances of one group",
    ],
    [
      { autoscaling: { ...scaling, requestsPerReplica: 60, loadBalancerArnSuffix: "app/a/1" } },
      "autoscaling.restTargetGroupArnSuffix is missing: requestsPerReplica counts the requests of one " +
        "target group",
    ],
    [{ server: { restApiTimeoutMs: -1 } }, "server.restApiTimeoutMs is -1"],
    [
      { server: { models: [{ name: "fish" }] } },
      'modelName is "birds", which is not among the models that are served: use one of fish',
    ],
  ])("%j, since %s", (args, problem) => {
    expect(problems(args)).toEqual([expect.stringContaining(problem)]);
  });

  it("all of it at once, before there is any resource", async () => {
    const { resources } = await startMocks();
    const found = problems({ replicas: 0, cpus: 0, logRetentionDays: 2, enableExec: true });
    const paths = found.map((line) => line.split(" ")[0]);
    expect(paths).toEqual(["replicas", "cpus", "logRetentionDays", "execCidrs"]);
    await settle();
    expect(resources).toEqual([]);
  });
});

it.each<[Args]>([
  [{}],
  [{ ...balanced, startTimeoutSeconds: 3600 }],
  [{ cpus: 0.125 }],
  [{ replicas: 4, autoscaling: { ...scaling, cpuPercent: 1 } }],
])("a service on ECS takes %j", (args) => {
  const resolved = resolveEcsModelServiceArgs({ ...serviceArgs, ...args });
  expect(checkEcsModelService(resolved)).toEqual([]);
});

it("warns of a release in place that leaves nothing to serve", () => {
  const warned = (strategy: ReleaseStrategy, replicas: number) =>
    ecsServiceWarnings({ strategy, replicas }).length;
  expect(warned(ReleaseStrategy.InPlace, 1)).toBe(1);
  expect(warned(ReleaseStrategy.InPlace, 2)).toBe(0);
  expect(warned(ReleaseStrategy.Surge, 1)).toBe(0);
});
