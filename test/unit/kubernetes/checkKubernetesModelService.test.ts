import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  checkKubernetesModelService,
  KubernetesCluster,
  KubernetesModelService,
  KubernetesModelServiceArgs,
  kubernetesServiceWarnings,
  ModelVolumeArgs,
  ReleaseStrategy,
} from "../../../components";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { canary, cluster as whole, required, resolved } from "./kubernetesEdges";

type Args = Partial<KubernetesModelServiceArgs>;

const modelImage = `registry.example.com/models@sha256:${"a".repeat(64)}`;
/** A cluster as its administrator sees it. */
const cluster: KubernetesCluster = {
  ...whole,
  namespaces: ["models", "monitoring"],
  gpus: { "nvidia.com/gpu": 2 },
  runtimeClasses: ["nvidia"],
  priorityClasses: ["serving", "system-cluster-critical"],
};
const bare = { ...cluster, apiVersions: ["apps/v1", "v1"] };
const volume = { modelVolume: { claimName: "models" } };
const scaled = { minReplicas: 1, maxReplicas: 2 };

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

// Those that are not refused are still being registered.
afterEach(settle);

/** The problems of a service. */
function problems(args: Args) {
  return problemsOf(() => new KubernetesModelService("serving", { ...required, ...args }));
}

const settings: Record<string, Args> = {
  "an image by its tag": { image: "r.example.com/reef:1" },
  "an image that is none": { image: "Reef" },
  "an image of the canary by its tag": { canary: { ...canary, image: "r.example.com/reef:2" } },
  "a canary without a version": { canary: { ...canary, version: "two" } },
  "a model's name that is none": { modelName: "a b" },
  "no replica": { replicas: 0 },
  "CPUs that are no number": { cpus: NaN },
  "too little memory": { memoryMb: 63 },
  "part of a GPU": { gpus: 0.5 },
  "a resource that is none": { gpuResource: "gpu" },
  "a name with _": { serviceName: "tf_model_serving" },
  "a long name": { serviceName: "a".repeat(51) },
  "a name that begins with a digit": { serviceName: "2birds" },
  "a namespace that is no name": { namespace: "my models" },
  "a domain that is none": { clusterDomain: "-local" },
  "no balancer": { balancers: 0 },
  "a drain that outlasts the grace": { drainSeconds: 30, stopGraceSeconds: 33 },
  "a start without time": { startTimeoutSeconds: 0 },
  "a time to find a node that is none": { schedulingTimeoutSeconds: 90_000 },
  "gRPC calls without end": { grpcTimeoutSeconds: 0 },
  "a time before it is ready": { minReadySeconds: -1 },
  "an unknown strategy": { strategy: "canary" as ReleaseStrategy },
  ...Object.fromEntries(
    ["0", "0%", "a quarter", "25 %", "1.5", "-1"].map((maxSurge) => [
      `a surge of ${maxSurge}`,
      { maxSurge },
    ]),
  ),
  "a label of its own": { labels: { "app.kubernetes.io/component": "other" } },
  "a label's key that is none": { labels: { "a b": "c" } },
  "a label with two domains": { labels: { "a/b/c": "d" } },
  "a label's value that is none": { labels: { a: "b c" } },
  "a node's label that is none": { nodeSelector: { gpu: "l4!" } },
  "a flag that is none": { server: { restApiTimeoutMs: 0 } },
  "a toleration's operator that is none": {
    tolerations: [{ operator: "Exists" }, { operator: "equals", key: "gpu" }],
  },
  "a toleration of every value that names one": {
    tolerations: [{ operator: "Exists", key: "gpu", value: "true" }],
  },
  "a toleration without a key": { tolerations: [{ value: "true" }] },
  "a toleration's key that is none": { tolerations: [{ key: "a b" }] },
  "a toleration's effect that is none": { tolerations: [{ key: "gpu", effect: "Evict" }] },
};

const autoscaling: Record<string, Args> = {
  "no replica at least": { autoscaling: { minReplicas: 0, maxReplicas: 8 } },
  "more than the balancers know": { autoscaling: { minReplicas: 2, maxReplicas: 257 } },
  "more at least than at most": { autoscaling: { minReplicas: 9, maxReplicas: 8 } },
  "no CPU use": { autoscaling: { ...scaled, cpuPercent: 0 } },
  "more CPU use than there is": { autoscaling: { ...scaled, cpuPercent: 101 } },
  "half a second": { autoscaling: { ...scaled, scaleUpSeconds: 0.5 } },
  "two hours": { autoscaling: { ...scaled, scaleDownSeconds: 7200 } },
  "a fixed number beside it": { autoscaling: scaled, replicas: 3 },
};

const modelVolumes: Record<string, Args> = {
  ...Object.fromEntries(
    Object.entries<ModelVolumeArgs>({
      "no source": {},
      "two sources": { claimName: "models", image: modelImage },
      "a claim that is no name": { claimName: "My_Models" },
      "an image by its tag": { image: "r.example.com/models:1" },
      "an absolute folder": { claimName: "models", subPath: "/reef" },
      "a folder above it": { claimName: "models", subPath: "a/.." },
      "a claim that is pulled": { claimName: "models", pullPolicy: "Always" },
      "a pull policy that is none": { image: modelImage, pullPolicy: "always" },
    }).map(([what, modelVolume]) => [what, { modelVolume }]),
  ),
  "an image on a cluster that mounts none": { modelVolume: { image: modelImage }, cluster },
  "no version": { ...volume, modelVersion: undefined },
  "a version that is none": { ...volume, modelVersion: "latest" },
  "a model that lies elsewhere": {
    ...{ ...volume, server: { models: [{ name: "flowers" }, { name: "birds" }] } },
  },
};

const ofTheCluster: Record<string, Args> = {
  "a namespace": { namespace: "modles", cluster },
  "a RuntimeClass": { runtimeClass: "nvidai", cluster },
  "a PriorityClass": { priorityClass: "urgent", cluster },
  "the API of routes": { gateway: { name: "edge" }, cluster: bare },
  "the API of a PodMonitor": {
    ...{ podMonitor: {}, network: { monitoringNamespace: "monitoring" }, cluster: bare },
  },
  "the API of a measured load": { autoscaling: scaled, cluster: bare },
  "a version that is young enough": { cluster: { ...cluster, version: "v1.29.14-eks-1" } },
};

describe("a service on Kubernetes refuses", () => {
  it.each([
    ["settings that cannot work", settings, "refused-settings.txt"],
    ["autoscaling that cannot work", autoscaling, "refused-autoscaling.txt"],
    ["model volumes that cannot work", modelVolumes, "refused-model-volumes.txt"],
    ["what the cluster does not have", ofTheCluster, "refused-by-the-cluster.txt"],
  ])("%s, and says what to use", async (_, cases, file) => {
    await expect(await refusals(cases, problems)).toMatchFileSnapshot(`snapshots/${file}`);
  });

  it("everything that is wrong, in one error and before there is anything", async () => {
    expect(problems({ replicas: 0, cpus: 0, maxSurge: "0" })).toHaveLength(3);
    await settle();
    expect(recording.resources).toEqual([]);
  });

  it.each<[string, Args]>([
    [
      "a service with all there is",
      {
        ...{ cluster, canary, gpus: 1, runtimeClass: "nvidia", priorityClass: "serving" },
        tolerations: [{ key: "dedicated", value: "serving", effect: "NoExecute" }],
        nodeSelector: { "example.com/gpu": "" },
        autoscaling: scaled,
        modelVolume: { claimName: "models", subPath: "reef/flowers" },
        labels: { "example.com/team": "reef" },
      },
    ],
    ["one on a cluster that measures no load", { cluster: bare }],
    [
      "what may not be read",
      {
        ...{ namespace: "other", runtimeClass: "other" },
        cluster: { ...cluster, namespaces: undefined, runtimeClasses: undefined },
      },
    ],
  ])("nothing of %s", (_, args) => {
    expect(checkKubernetesModelService(resolved(args))).toEqual([]);
  });

  it("nothing that is not known yet", () => {
    const later = pulumi.output("not judged");
    expect(problems({ image: later, namespace: later, modelVersion: later })).toEqual([]);
  });
});

describe("a service on Kubernetes warns", () => {
  const warnings = (args: Args) => kubernetesServiceWarnings(resolved(args));

  it.each<[string, Args, RegExp]>([
    [
      "of GPUs that no node has",
      { gpus: 1, cluster: { ...cluster, gpus: {} } },
      /^2 replicas need 2 of nvidia.com\/gpu, and no node of the cluster .* has any: replicas wait/,
    ],
    [
      "of fewer GPUs than the fewest replicas need",
      { gpus: 1, autoscaling: { minReplicas: 3, maxReplicas: 9 }, cluster },
      /^3 replicas need 3 of nvidia.com\/gpu, and the nodes .* have 2 in all: replicas wait until/,
    ],
    [
      "of a single replica that is replaced in place",
      { replicas: 1, strategy: ReleaseStrategy.InPlace },
      /the service is away meanwhile/,
    ],
  ])("%s", (_, args, warning) => {
    expect(warnings(args)).toEqual([expect.stringMatching(warning)]);
  });

  it.each([
    ["enough", cluster],
    ["nobody knows how many", { ...cluster, gpus: undefined }],
    ["no cluster", undefined],
  ])("of no GPUs where there are %s", (_, given) => {
    expect(warnings({ gpus: 1, cluster: given })).toEqual([]);
  });
});
