import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { ReleaseStrategy } from "@tf-model-serving/core";
import {
  checkKubernetesModelService,
  KubernetesCluster,
  KubernetesModelService,
  KubernetesModelServiceArgs,
  kubernetesServiceWarnings,
} from "@tf-model-serving/kubernetes";
import { renderBalancerPolicy } from "../../../components/kubernetes/network/networkPolicies";
import { problemsOf, type Recording, settle, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { readYaml } from "../../support/stackConfig";
import { canary, cluster as whole, required, resolved } from "./kubernetesEdges";

type Args = Partial<KubernetesModelServiceArgs>;

/** A cluster as its administrator sees it. */
const cluster: KubernetesCluster = {
  ...whole,
  namespaces: ["models", "monitoring"],
  gpus: { "nvidia.com/gpu": 2 },
  runtimeClasses: ["nvidia"],
  priorityClasses: ["serving", "system-cluster-critical"],
};
const bare = { ...cluster, apiVersions: ["apps/v1", "v1"] };
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

const refused = readYaml<Record<string, Record<string, Args>>>("test/unit/kubernetes/refused.yaml");
/** Whom the NetworkPolicies let in. */
const network = { clients: [{ cidr: "10.0.0.0/8" }], monitoringNamespace: "monitoring" };
const gateway = { name: "public", hostnames: ["a.example"], grpcHostnames: ["b.example"] };
const ingress = { className: "nginx", host: "models.example.com" };

const ofTheCluster: Record<string, Args> = {
  "a namespace": { namespace: "modles", cluster },
  "a RuntimeClass": { runtimeClass: "nvidai", cluster },
  "a PriorityClass": { priorityClass: "urgent", cluster },
  "an Ingress class": { ingress: { ...ingress, className: "nginxx" }, network, cluster },
  "any Ingress class": { ingress, network, cluster: { ...cluster, ingressClasses: [] } },
  "volumes that are images": { modelVolume: { image: required.image }, cluster },
  "the API of routes": { gateway: { name: "edge" }, cluster: bare },
  "the API of a PodMonitor": { podMonitor: {}, network, cluster: bare },
  "the API of a measured load": { autoscaling: scaled, cluster: bare },
  "a version that is young enough": { cluster: { ...cluster, version: "v1.29.14-eks-1" } },
};

describe("a service on Kubernetes refuses", () => {
  it.each<[string, Args]>([
    ["settings", {}],
    ["autoscaling", {}],
    ["model-volumes", {}],
    ["policies", {}],
    ["routes", { network }],
    ["tls", { network }],
    ["pod-monitors", { network }],
  ])("%s that cannot work, and says what to use", async (what, further) => {
    const said = await refusals(refused[what], (args) => problems({ ...further, ...args }));
    await expect(said).toMatchFileSnapshot(`snapshots/refused-${what}.txt`);
  });

  it("what the cluster does not have, and says what to do", async () => {
    const said = await refusals(ofTheCluster, problems);
    await expect(said).toMatchFileSnapshot("snapshots/refused-by-the-cluster.txt");
  });

  it("a model volume without the version that is loaded from it", () => {
    expect(problems({ modelVolume: { claimName: "models" }, modelVersion: undefined })).toEqual([
      {
        propertyPath: "modelVersion",
        reason: "is missing: say which version of the modelVolume is the release",
      },
    ]);
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
    ["an Ingress for a named client", { ingress, network: { clients: [{ cidr: "fd00::/8" }] } }],
    ["an Ingress without policies", { ingress, network: { policies: false } }],
    ["all routes, and monitoring", { network, ingress, gateway, podMonitor: {}, cluster: whole }],
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

it("a policy lets balancers reach canary replicas before these come and after they went", () => {
  const egress = (args: Args) => renderBalancerPolicy(resolved(args)).egress;
  expect(egress({ canary })).toEqual(egress({}));
});
