import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";

import { ServingImage } from "@tf-model-serving/core";
import { EcrImage } from "@tf-model-serving/aws";
import { KubernetesModelService } from "@tf-model-serving/kubernetes";
import { cluster } from "../../support/fakeCluster";
import { type Registration, settle, startMocks } from "../../support/mocks";
import { modelFolder } from "../../support/modelFolder";
import { account, region } from "../../support/awsMocks";

const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
const digest = `sha256:${"a".repeat(64)}`;

/** A component of others, of a type of its own. */
class Site extends pulumi.ComponentResource {
  constructor(type: string) {
    super(`test:index:${type}`, "site");
    new KubernetesModelService(
      "serving",
      {
        ...{ image: `registry.example.com/flowers@${digest}`, modelName: "flowers" },
        ...{ namespace: "default", cluster, serviceName: type.toLowerCase() },
      },
      { parent: this },
    );
    new EcrImage(
      "serving",
      {
        ...{ image: "tf_serving:0f3c", repositoryName: "reef", repositoryUrl: `${registry}/reef` },
        ...{ registryUrl: `https://${registry}`, userName: "AWS", password: "lovelace" },
      },
      { parent: this },
    );
    const folder = { modelFolder: modelFolder(), modelName: "my_model" };
    new ServingImage("serving", folder, { parent: this });
    this.registerOutputs({});
  }
}

it("components of one name under two parents have hooks of their own", async () => {
  const { resources } = await startMocks({
    answers: {
      "aws:ecr/getImages:getImages": { imageIds: [{ imageDigest: digest, imageTag: "0f3c" }] },
    },
  });
  new Site("North");
  new Site("South");
  await settle();
  const guarded = resources.filter(({ hooks }) => Object.keys(hooks).length > 0);
  expect(guarded.map(({ name }) => name).sort()).toEqual(
    ["serving", "serving", "serving-balancer", "serving-replica"].flatMap((name) => [name, name]),
  );
  const names = guarded.flatMap(hooksOf);
  expect([...new Set(names)].sort()).toEqual(names.sort());
});

/** The names of its hooks, each once: one may run before a creation and before an update. */
function hooksOf({ hooks }: Registration): string[] {
  return [...new Set(Object.values(hooks).flat())];
}
