import { expect, it } from "vitest";

import {
  checkEcsModelService,
  type EcsModelServiceArgs,
  ecsServiceWarnings,
  resolveEcsModelServiceArgs,
} from "@tf-model-serving/aws";
import { ReleaseStrategy } from "../../../components/core/serving/releaseStrategy";
import { problemsOf, settle, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { service, serviceArgs } from "./awsComponents";
import { balanced } from "./awsSettings";

const scaling = { minReplicas: 1, maxReplicas: 4 };
const requestsOfOne = { requestsPerReplica: 60, loadBalancerArnSuffix: "app/a/1" };

const refused: Record<string, Partial<EcsModelServiceArgs>> = {
  "an image by its tag": { image: "r.example.com/reef:1" },
  "a model's name that is none": { modelName: "a b" },
  "no replica": { replicas: 0 },
  "less than ECS's smallest share of a CPU": { cpus: 0.1 },
  "CPUs that are no number": { cpus: NaN },
  "part of a GPU": { gpus: 0.5 },
  "a drain that outlasts the grace": { drainSeconds: 30, stopGraceSeconds: 30 },
  "a start that no health check waits for": { startTimeoutSeconds: 301 },
  "an unknown strategy": { strategy: "canary" as ReleaseStrategy },
  "a load balancer that cannot reach it": { restTargetGroupArn: balanced.restTargetGroupArn },
  "a time that CloudWatch does not know": { logRetentionDays: 31 },
  "logs for ever": { logRetentionDays: 4000 },
  "ECS Exec without a way to its endpoint": { enableExec: true },
  "a way out that nothing uses": { execCidrs: ["10.0.0.0/16"] },
  "a range that is none": { enableExec: true, execCidrs: ["10.0.0.0/16", "10.0.0.0"] },
  "autoscaling upside down": { autoscaling: { minReplicas: 4, maxReplicas: 2, cpuPercent: 50 } },
  "a start outside of what autoscaling keeps": {
    replicas: 5,
    autoscaling: { ...scaling, cpuPercent: 50 },
  },
  "autoscaling that follows nothing": { autoscaling: scaling },
  "more than all of a CPU": { autoscaling: { ...scaling, cpuPercent: 101 } },
  "GPU use of nobody knows which instances": { autoscaling: { ...scaling, gpuPercent: 50 } },
  "requests of nobody knows which target group": { autoscaling: { ...scaling, ...requestsOfOne } },
  "a flag of the server that cannot work": { server: { restApiTimeoutMs: -1 } },
  "a main model that is not served": { server: { models: [{ name: "fish" }] } },
  "several at once": { replicas: 0, cpus: 0, logRetentionDays: 2, enableExec: true },
};

it("what a service on ECS refuses, and why, before there is any resource", async () => {
  const { resources } = await startMocks();
  const text = await refusals(refused, (args) => problemsOf(() => service(args)));
  await expect(text).toMatchFileSnapshot("snapshots/refused-services.txt");
  await settle();
  expect(resources).toEqual([]);
});

it.each<[Partial<EcsModelServiceArgs>]>([
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
