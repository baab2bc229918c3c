import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  KubernetesCluster,
  KubernetesModelService,
  KubernetesModelServiceArgs,
  kubernetesServiceWarnings,
  ModelVolumeArgs,
  ReleaseStrategy,
  resolveKubernetesModelServiceArgs,
} from "../../../components";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";
import { canary, cluster as whole, serviceName } from "./kubernetesEdges";

const digest = `sha256:${"a".repeat(64)}`;
const required = {
  image: `registry.example.com/flowers@${digest}`,
  modelName: "flowers",
  modelVersion: "7",
  serviceName,
  namespace: "models",
};
/** A cluster as its administrator sees it. */
const cluster: KubernetesCluster = {
  ...whole,
  namespaces: ["models", "monitoring"],
  gpus: { "nvidia.com/gpu": 2 },
  runtimeClasses: ["nvidia"],
  priorityClasses: ["serving", "system-cluster-critical"],
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

// Those that are not refused are still being registered.
afterEach(settle);

/** The problems of a service, as "path reason". */
function problems(args: Partial<KubernetesModelServiceArgs>): string[] {
  const create = () => new KubernetesModelService("serving", { ...required, ...args });
  return problemsOf(create).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
}

type Refusal = [string, Partial<KubernetesModelServiceArgs>, string];

describe("a service on Kubernetes refuses", () => {
  it.each<Refusal>([
    [
      "an image by its tag",
      { image: "r.example.com/reef:1" },
      'image is "r.example.com/reef:1": use a digest, REPOSITORY@sha256:..., since a tag can move',
    ],
    ["an image that is none", { image: "Reef" }, 'image is "Reef"; "Reef" has capitals'],
    [
      "an image of the canary by its tag",
      { canary: { ...canary, image: "r.example.com/reef:2" } },
      'canary.image is "r.example.com/reef:2": use a digest',
    ],
    [
      "a canary without a version",
      { canary: { ...canary, version: "two" } },
      'canary.version is "two": use the number of a model version',
    ],
    ["a model's name that is none", { modelName: "a b" }, 'modelName "a b" cannot be used'],
    ["no replica", { replicas: 0 }, "replicas is 0: use a whole number from 1 to 256"],
    [
      "replicas beside autoscaling",
      { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 4 } },
      "replicas is 2, and autoscaling decides on their number: give one of the two",
    ],
    [
      "a minimum above the maximum",
      { autoscaling: { minReplicas: 5, maxReplicas: 4 } },
      "autoscaling.maxReplicas is 4, less than minReplicas, 5: use that or more",
    ],
    ["CPUs that are no number", { cpus: NaN }, "cpus is NaN: use 0.1 or more"],
    [
      "too little memory",
      { memoryMb: 63 },
      "memoryMb is 63: use a whole number from 64 to 4194304",
    ],
    ["part of a GPU", { gpus: 0.5 }, "gpus is 0.5: use a whole number from 0 to 16"],
    [
      "a resource that is none",
      { gpuResource: "gpu" },
      'gpuResource is "gpu": use a resource of the nodes such as nvidia.com/gpu',
    ],
    [
      "a name with _",
      { serviceName: "tf_model_serving" },
      'serviceName is "tf_model_serving": use lower-case letters, digits and -, with a letter or digit ' +
        "at both ends, 50 characters at most",
    ],
    ["a long name", { serviceName: "a".repeat(51) }, "serviceName is"],
    [
      "a name that begins with a digit",
      { serviceName: "2birds" },
      'serviceName is "2birds": begin it with a letter',
    ],
    ["a namespace that is no name", { namespace: "my models" }, 'namespace is "my models": use'],
    ["a domain that is none", { clusterDomain: "-local" }, 'clusterDomain is "-local": use'],
    ["no balancer", { balancers: 0 }, "balancers is 0: use a whole number from 1 to 16"],
    [
      "a drain that outlasts the grace",
      { drainSeconds: 30, stopGraceSeconds: 33 },
      "stopGraceSeconds is 33, and drainSeconds is 30: Kubernetes would kill a replica that still " +
        "drains. Use 34 or more, or drain for a shorter time",
    ],
    [
      "a start without time",
      { startTimeoutSeconds: 0 },
      "startTimeoutSeconds is 0: use a whole number from 1 to 3600",
    ],
    [
      "a time to find a node that is none",
      { schedulingTimeoutSeconds: 90_000 },
      "schedulingTimeoutSeconds is 90000: use a whole number from 1 to 86400",
    ],
    [
      "gRPC calls without end",
      { grpcTimeoutSeconds: 0 },
      "grpcTimeoutSeconds is 0: use a whole number from 1 to 3595",
    ],
    [
      "a time before it is ready",
      { minReadySeconds: -1 },
      "minReadySeconds is -1: use a whole number from 0 to 3600",
    ],
    [
      "an unknown strategy",
      { strategy: "canary" as ReleaseStrategy },
      'strategy is "canary": use surge or inPlace',
    ],
    ...["0", "0%", "a quarter", "25 %", "1.5", "-1"].map((maxSurge): Refusal => [
      `a surge of ${maxSurge}`,
      { maxSurge },
      `maxSurge is "${maxSurge}": use a number of replicas such as "2", or a share such as "25%"`,
    ]),
    [
      "a label of its own",
      { labels: { "app.kubernetes.io/component": "other" } },
      'labels["app.kubernetes.io/component"] is a label that the component sets: leave it out',
    ],
    [
      "a label's key that is none",
      { labels: { "a b": "c" } },
      'labels["a b"] is no key of a label',
    ],
    [
      "a label with two domains",
      { labels: { "a/b/c": "d" } },
      'labels["a/b/c"] is no key of a label',
    ],
    ["a label's value that is none", { labels: { a: "b c" } }, 'labels["a"] is "b c": use'],
    [
      "a node's label that is none",
      { nodeSelector: { gpu: "l4!" } },
      'nodeSelector["gpu"] is "l4!": use',
    ],
    [
      "a flag that is none",
      { server: { restApiTimeoutMs: 0 } },
      "server.restApiTimeoutMs is 0: use a whole number",
    ],
    [
      "a client that is nobody",
      { network: { clients: [{}] } },
      "network.clients[0] names no label and no cidr",
    ],
    [
      "an Ingress for an address",
      { ingress: { className: "nginx", host: "10.0.0.1", controllerNamespace: "ingress" } },
      'ingress.host is "10.0.0.1"',
    ],
    [
      "a PodMonitor that nobody gets through to",
      { podMonitor: {} },
      "network.monitoringNamespace is missing",
    ],
  ])("%s", (_, args, message) => {
    expect(problems(args)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    [{ operator: "equals", key: "gpu" }, 'operator is "equals": use Equal or Exists'],
    [
      { operator: "Exists", key: "gpu", value: "true" },
      'value is "true", and Exists takes every value: leave it out',
    ],
    [
      { value: "true" },
      "key is missing: name the taint's key, or use the operator Exists for every taint",
    ],
    [{ key: "a b" }, 'key is "a b": use the key of a taint such as nvidia.com/gpu'],
    [
      { key: "gpu", effect: "Evict" },
      'effect is "Evict": use NoSchedule, PreferNoSchedule or NoExecute',
    ],
  ])("the toleration %j", (toleration, message) => {
    expect(problems({ tolerations: [{ operator: "Exists" }, toleration] })).toEqual([
      `tolerations[1].${message}`,
    ]);
  });

  it("everything that is wrong, in one error and before there is anything", async () => {
    expect(problems({ replicas: 0, cpus: 0, maxSurge: "0" })).toHaveLength(3);
    await settle();
    expect(recording.resources).toEqual([]);
  });

  it("nothing of a service with all there is", () => {
    expect(
      problems({
        cluster,
        canary,
        gpus: 1,
        runtimeClass: "nvidia",
        priorityClass: "serving",
        tolerations: [{ key: "dedicated", value: "serving", effect: "NoExecute" }],
        nodeSelector: { "example.com/gpu": "" },
        autoscaling: { minReplicas: 1, maxReplicas: 4 },
        modelVolume: { claimName: "models", subPath: "reef/flowers" },
        labels: { "example.com/team": "reef" },
      }),
    ).toEqual([]);
  });

  it("nothing that is not known yet", () => {
    const later = pulumi.output("not judged");
    expect(problems({ image: later, namespace: later, modelVersion: later })).toEqual([]);
  });
});

describe("a model volume is refused", () => {
  const reference = `registry.example.com/models@${digest}`;

  it.each<[string, ModelVolumeArgs, string]>([
    ["without a source", {}, "modelVolume has neither claimName nor image"],
    [
      "with two sources",
      { claimName: "models", image: reference },
      "modelVolume has claimName and image: keep the one that holds the model",
    ],
    ["with a claim that is no name", { claimName: "My_Models" }, "modelVolume.claimName is"],
    [
      "with an image by its tag",
      { image: "r.example.com/models:1" },
      'modelVolume.image is "r.example.com/models:1": use a digest',
    ],
    [
      "with an absolute folder",
      { claimName: "models", subPath: "/reef" },
      "modelVolume.subPath is",
    ],
    ["with a folder above it", { claimName: "models", subPath: "a/.." }, "modelVolume.subPath is"],
    [
      "with a claim that is pulled",
      { claimName: "models", pullPolicy: "Always" },
      "modelVolume.pullPolicy has no effect on a claim",
    ],
    [
      "with a pull policy that is none",
      { image: reference, pullPolicy: "always" },
      'modelVolume.pullPolicy is "always": use Always, IfNotPresent or Never',
    ],
  ])("%s", (_, modelVolume, message) => {
    expect(problems({ modelVolume })).toEqual([expect.stringContaining(message)]);
  });

  it("by a cluster that does not mount images", () => {
    expect(problems({ modelVolume: { image: reference }, cluster })).toEqual([
      "modelVolume.image is given, and the cluster at https://127.0.0.1:6443 (v1.34.2) is not known to " +
        "mount images as volumes: that is on since Kubernetes 1.35. Use claimName, or the feature gate " +
        "ImageVolume",
    ]);
  });

  it("without the version that is loaded from it", () => {
    const volume = { modelVolume: { claimName: "models" } };
    expect(problems({ ...volume, modelVersion: undefined })).toEqual([
      "modelVersion is missing: say which version of the modelVolume is the release",
    ]);
    expect(problems({ ...volume, modelVersion: "latest" })).toEqual([
      'modelVersion is "latest": use a version as text, an integer from 0 to 2^63-1',
    ]);
  });

  it("for a model that lies elsewhere", () => {
    const models = [{ name: "flowers" }, { name: "birds" }];
    expect(problems({ modelVolume: { claimName: "models" }, server: { models } })).toEqual([
      "server.models[1] is at /models/birds, and the modelVolume holds one model, at /models/flowers: " +
        "leave it out, or serve it by a service of its own",
    ]);
  });
});

describe("what the cluster does not have is refused", () => {
  it.each<Refusal>([
    [
      "a namespace",
      { namespace: "modles" },
      'namespace is "modles", which the cluster at https://127.0.0.1:6443 does not have: create it first',
    ],
    [
      "a RuntimeClass",
      { runtimeClass: "nvidai" },
      'runtimeClass is "nvidai", a RuntimeClass that the cluster at https://127.0.0.1:6443 does not ' +
        'have; did you mean "nvidia"?',
    ],
    [
      "a PriorityClass",
      { priorityClass: "urgent" },
      'priorityClass is "urgent", a PriorityClass that the cluster at https://127.0.0.1:6443 does not ' +
        "have; it has serving, system-cluster-critical",
    ],
  ])("%s", (_, args, message) => {
    expect(problems({ ...args, cluster })).toEqual([message]);
  });

  it.each<Refusal>([
    ["routes", { gateway: { name: "edge" } }, "gateway is given, and the cluster"],
    [
      "a PodMonitor",
      { podMonitor: {}, network: { monitoringNamespace: "monitoring" } },
      "podMonitor is given, and the cluster",
    ],
    [
      "a measured load",
      { autoscaling: { minReplicas: 1, maxReplicas: 2 } },
      "autoscaling is given, and the cluster",
    ],
  ])("the API of %s", (_, args, message) => {
    const bare = { ...cluster, apiVersions: ["apps/v1", "v1"] };
    expect(problems({ ...args, cluster: bare })).toEqual([expect.stringContaining(message)]);
  });

  it("and one that is too old", () => {
    expect(problems({ cluster: { ...cluster, version: "v1.29.14-eks-1" } })).toEqual([
      "cluster at https://127.0.0.1:6443 is Kubernetes v1.29.14-eks-1, and 1.30 or later is needed: " +
        "update it, or name another",
    ]);
  });

  it("but not what may not be read", () => {
    const silent = { ...cluster, namespaces: undefined, runtimeClasses: undefined };
    expect(problems({ namespace: "other", runtimeClass: "other", cluster: silent })).toEqual([]);
  });
});

describe("a service on Kubernetes warns", () => {
  function warnings(args: Partial<KubernetesModelServiceArgs>): string[] {
    return kubernetesServiceWarnings(resolveKubernetesModelServiceArgs({ ...required, ...args }));
  }

  it("of GPUs that no node has", () => {
    expect(warnings({ gpus: 1, cluster: { ...cluster, gpus: {} } })).toEqual([
      "2 replicas need 2 of nvidia.com/gpu, and no node of the cluster at https://127.0.0.1:6443 has " +
        "any: replicas wait until nodes with GPUs and their device plugin are added.",
    ]);
  });

  it("of fewer GPUs than the fewest replicas need", () => {
    const autoscaling = { minReplicas: 3, maxReplicas: 9 };
    expect(warnings({ gpus: 1, autoscaling, cluster })).toEqual([
      "3 replicas need 3 of nvidia.com/gpu, and the nodes of the cluster at https://127.0.0.1:6443 " +
        "have 2 in all: replicas wait until nodes with GPUs and their device plugin are added.",
    ]);
  });

  it.each([
    ["enough", cluster],
    ["nobody knows how many", { ...cluster, gpus: undefined }],
    ["no cluster", undefined],
  ])("of no GPUs where there are %s", (_, given) => {
    expect(warnings({ gpus: 1, cluster: given })).toEqual([]);
  });

  it("of a single replica that is replaced in place", () => {
    const [warning, ...more] = warnings({ replicas: 1, strategy: ReleaseStrategy.InPlace });
    expect(warning).toContain("the service is away meanwhile");
    expect(more).toEqual([]);
  });
});
