import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";

import { DockerModelService, SwarmModelService } from "@tf-model-serving/core";
import { EcsModelService } from "@tf-model-serving/aws";
import { KubernetesModelService } from "@tf-model-serving/kubernetes";
import { settle, startMocks } from "../../support/mocks";

const digest = `r.example.com/flowers@sha256:${"a".repeat(64)}`;
const shared = { image: digest, modelName: "flowers" };
const cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/models";

type Create = (opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

// The engine's `transforms` go the same way, from parent to child, and mocks have none.
it.each<[string, Create]>([
  ["Docker", (opts) => new DockerModelService("serving", shared, opts)],
  ["Swarm", (opts) => new SwarmModelService("serving", shared, opts)],
  [
    "ECS",
    (opts) =>
      new EcsModelService(
        "serving",
        {
          ...{ ...shared, repositoryArn: "arn", clusterArn: cluster, clusterName: "models" },
          ...{ capacityProviderName: "fleet", vpcId: "vpc-1", subnetIds: ["subnet-1"] },
          autoscaling: { minReplicas: 1, maxReplicas: 4, cpuPercent: 70 },
        },
        opts,
      ),
  ],
  [
    "Kubernetes",
    (opts) => new KubernetesModelService("serving", { ...shared, namespace: "models" }, opts),
  ],
])("a transformation reaches every child of a service on %s", async (_, create) => {
  const recording = await startMocks();
  const reached: string[] = [];
  create({
    transformations: [
      ({ type, name }) => {
        reached.push(`${type} ${name}`);
        return undefined;
      },
    ],
  });
  await settle();
  const children = recording.resources.map(({ type, name }) => `${type} ${name}`);
  expect(children.length).toBeGreaterThan(5);
  expect(reached.sort()).toEqual(expect.arrayContaining(children.sort()));
});
