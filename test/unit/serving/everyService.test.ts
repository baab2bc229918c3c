import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import {
  checkModelService,
  checkSwarmModelService,
  type Problem,
  ReleaseStrategy,
  type ReplicaArgs,
  resolveModelServiceArgs,
  resolveSwarmModelServiceArgs,
} from "@tf-model-serving/core";
import { checkEcsModelService, resolveEcsModelServiceArgs } from "@tf-model-serving/aws";
import {
  checkKubernetesModelService,
  resolveKubernetesModelServiceArgs,
} from "@tf-model-serving/kubernetes";
import { oldNameNotes, serviceWarnings } from "../../../components/core/serving/checkReplicas";
import { requestTimes } from "../../../components/core/serving/requestTimes";

const later = pulumi.output("known later");
const image = { image: later, modelName: "flowers", modelVersion: "7" };
const onEcs = {
  ...{ repositoryArn: later, clusterArn: later, clusterName: later },
  ...{ capacityProviderName: later, vpcId: later, subnetIds: [later] },
};

/** What all targets make of the arguments that they share. */
interface Target {
  resolve: (args: Partial<ReplicaArgs>) => ReplicaArgs;
  check: (args: Partial<ReplicaArgs>) => Problem[];
}

function target<Given extends ReplicaArgs, Resolved extends ReplicaArgs>(
  required: Given,
  resolve: (args: Given) => Resolved,
  check: (args: Resolved) => Problem[],
): Target {
  const resolved = (args: Partial<ReplicaArgs>) => resolve({ ...required, ...args });
  return { resolve: resolved, check: (args) => check(resolved(args)) };
}

const targets: Record<string, Target> = {
  docker: target(image, resolveModelServiceArgs, (args) => checkModelService(args, "p/dev")),
  swarm: target(image, resolveSwarmModelServiceArgs, (args) =>
    checkSwarmModelService(args, "p/dev"),
  ),
  ecs: target({ ...image, ...onEcs }, resolveEcsModelServiceArgs, checkEcsModelService),
  kubernetes: target(
    { ...image, namespace: later },
    resolveKubernetesModelServiceArgs,
    checkKubernetesModelService,
  ),
};

describe.each(Object.entries(targets))("a service on %s", (_, { resolve, check }) => {
  it("works with nothing but what it needs", () => {
    expect(check({})).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["replicas", { replicas: 0 }, "is 0: use a whole number from 1 to 256"],
    ["replicas", { replicas: "2" }, 'is "2": use a whole number from 1 to 256'],
    ["cpus", { cpus: 0.05 }, "is 0.05: use 0.1"],
    ["memoryMb", { memoryMb: 63 }, "is 63: use a whole number from 64"],
    ["strategy", { strategy: "recreate" }, 'is "recreate": use surge or inPlace'],
    ["drainSeconds", { drainSeconds: -1 }, "is -1: use a whole number from 0 to 3600"],
    ["stopGraceSeconds", { drainSeconds: 20, stopGraceSeconds: 21 }, "would kill a replica"],
    ["startTimeoutSeconds", { startTimeoutSeconds: 0 }, "is 0: use a whole number from 1"],
    ["requestTimeoutSeconds", { requestTimeoutSeconds: 3596 }, "from 1 to 3595"],
    [
      "server.restApiTimeoutMs",
      { requestTimeoutSeconds: 60, server: { restApiTimeoutMs: 5000 } },
      "is 5000, and requestTimeoutSeconds is 60: leave it out",
    ],
    ["server.restApiTimeout", { server: { restApiTimeout: 1 } }, "is unknown"],
    ["modelName", { modelName: "a/b" }, "TensorFlow Serving reads"],
    ["modelName", { server: { models: [{ name: "trees" }] } }, "is not among the models"],
    ["image", { image: 7 }, "is 7"],
    ["replcas", { replcas: 3 }, 'is unknown; did you mean "replicas"?'],
  ])("refuses %s as in %j", (propertyPath, args, reason) => {
    expect(check(args)).toEqual([{ propertyPath, reason: expect.stringContaining(reason) }]);
  });

  it.each([
    [ReleaseStrategy.BlueGreen, ReleaseStrategy.Surge],
    [ReleaseStrategy.Rolling, ReleaseStrategy.InPlace],
  ])("takes the old word %s for %s", (old, now) => {
    expect(resolve({ strategy: old })).toEqual(resolve({ strategy: now }));
    expect(check({ strategy: old })).toEqual([]);
  });

  it("lets the server give up a REST request when its time is over", () => {
    expect(resolve({ requestTimeoutSeconds: 90 }).server).toEqual({ restApiTimeoutMs: 90_000 });
    expect(resolve({}).server).toBeUndefined();
  });
});

describe("the time of a request", () => {
  it.each([
    ["nothing", {}, 31, 60],
    ["one time for both", { requestTimeoutSeconds: 90 }, 91, 90],
    ["a time of gRPC alone", { grpcTimeoutSeconds: 180 }, 31, 180],
    ["REST's old name", { server: { restApiTimeoutMs: 5000 } }, 6, 60],
  ])("follows from %s", (_, args, rest, grpc) => {
    expect(requestTimes(args)).toEqual({ restMs: rest * 1000, grpcMs: grpc * 1000 });
  });
});

describe("a note names the new word", () => {
  it.each<[string, Parameters<typeof oldNameNotes>[0]]>([
    ['"surge"', { strategy: ReleaseStrategy.BlueGreen }],
    ['"inPlace"', { strategy: ReleaseStrategy.Rolling }],
    ["requestTimeoutSeconds", { server: { restApiTimeoutMs: 5000 } }],
  ])("%s for %j", (word, args) => {
    expect(oldNameNotes(args)).toEqual([expect.stringContaining(word)]);
  });

  it("to nobody else", () => {
    expect(oldNameNotes({ strategy: ReleaseStrategy.Surge, requestTimeoutSeconds: 90 })).toEqual(
      [],
    );
  });
});

it("one replica that is replaced in place is away meanwhile, which is said", () => {
  const warnings = (strategy: ReleaseStrategy, replicas: number) =>
    serviceWarnings({ strategy, replicas });
  expect(warnings(ReleaseStrategy.InPlace, 1)).toEqual([expect.stringContaining("is away")]);
  expect(warnings(ReleaseStrategy.InPlace, 2)).toEqual([]);
  expect(warnings(ReleaseStrategy.Surge, 1)).toEqual([]);
});
