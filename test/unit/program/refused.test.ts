import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

import { networkAnswers } from "../../support/awsNetworkMocks";
import { engineAnswers, publishing } from "../../support/fakeEngine";
import { refusals } from "../../support/refusals";
import { refusalOf, type Surroundings } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";
import { readYaml } from "../../support/stackConfig";

type Settings = Record<string, unknown>;

/** What a stack that works has of a target. */
const usual: Record<string, Settings> = {
  docker: {},
  ecs: { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } },
  kubernetes: { target: "kubernetes", registry: "registry.example.com:5000" },
};

beforeEach(() => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

it.each<[string, Surroundings]>([
  ["docker", {}],
  ["ecs", {}],
  ["kubernetes", { cluster: { "/apis": { groups: [] } } }],
])(
  "settings for %s that cannot work are refused before there is any resource",
  async (target, surroundings) => {
    const cases = readYaml<Record<string, Settings>>(`test/unit/program/refused/${target}.yaml`);
    const text = await refusals(cases, (settings) =>
      refusalOf({ ...usual[target], ...settings }, surroundings),
    );
    await expect(text).toMatchFileSnapshot(`snapshots/${target}-refused.txt`);
  },
  60_000,
);

it("settings are refused by what the engine, the cluster or the network has, all at once", async () => {
  const gone = `unix://${path.join(fs.realpathSync("."), "docker.sock")}`;
  const busy = [publishing("web", [8500, 8501]), publishing("lab", [8888])];
  const without = { "/info": engineAnswers["/info"] };
  const arm64 = { ...(engineAnswers["/version"] as object), Arch: "arm64" };
  const leaving = {
    metadata: { name: "tfserving-dev", labels: { "tfserving.stack": "tfserving.dev" } },
    status: { phase: "Terminating" },
  };
  const withoutVolumes = {
    "/version": { gitVersion: "v1.34.2" },
    "/metrics": 'kubernetes_feature_enabled{name="ImageVolume",stage="BETA"} 0\n',
  };
  const image = `registry.example.com:5000/models@sha256:${"a".repeat(64)}`;
  const small = networkAnswers(() => ({ vpcId: "vpc-1", subnets: ["subnet-0000000a"] }));
  const cases: Record<string, [keyof typeof usual, Settings, Surroundings?]> = {
    "GPUs with an image and on a host that have none": [
      "docker",
      { gpus: "all" },
      { engine: without },
    ],
    "ports that others hold": ["docker", {}, { engine: { "/containers/json": busy } }],
    "an engine that cannot run TensorFlow Serving": [
      "docker",
      {},
      { engine: { "/version": arm64 } },
    ],
    "an engine that does not answer, with all else that is wrong": [
      "docker",
      { host: gone, target: "moon", modelName: "a/b", replicas: 0, notebookPort: 0 },
    ],
    "a network of one zone, with all else that is wrong": [
      "ecs",
      { awsCluster: {}, gpus: "all", replicas: 0, grpcTimeoutSeconds: -1 },
      { aws: small },
    ],
    "a volume that is an image where the cluster mounts none": [
      "kubernetes",
      { modelVersion: "7", kubernetesModelVolume: { image } },
      { cluster: withoutVolumes },
    ],
    "a namespace that is being deleted": [
      "kubernetes",
      {},
      { cluster: { "/api/v1/namespaces/tfserving-dev": leaving } },
    ],
    "everything on Kubernetes": [
      "kubernetes",
      {
        ...{ registry: "", gpus: "all", replicas: 0, cpus: "much", pids: 5 },
        kubernetesCluster: { context: "nobody" },
      },
    ],
  };
  const text = await refusals(cases, ([target, settings, surroundings]) =>
    refusalOf({ ...usual[target], ...settings }, surroundings),
  );
  await expect(text).toMatchFileSnapshot("snapshots/surroundings-refused.txt");
});
