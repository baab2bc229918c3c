import { spawnSync } from "node:child_process";

import { beforeAll, describe, expect, it } from "vitest";

import { KubernetesModelService, KubernetesNotebook } from "@tf-model-serving/kubernetes";
import { KubernetesModelServiceArgs } from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { type Cluster, sharedCluster } from "../../cluster/cluster";
import { restrictedNamespace } from "../../cluster/restricted";
import { type KubernetesObject, podsOf, renderedObjects } from "../../support/kubernetesObjects";
import { repository } from "../../support/stackConfig";

// The API server itself judges what the components declare: every field (strict validation), the
// schemas of the Gateway API and of the Prometheus Operator, and the Pod Security level "restricted".
const namespace = "restricted";
const image = (part: string) => `registry.example.com/${part}@sha256:${"a".repeat(64)}`;

let cluster: Cluster;

beforeAll(async () => {
  cluster = sharedCluster();
  cluster.apply(restrictedNamespace(namespace));
});

/** What the API server says of objects that it does not keep. */
function dryRun(...objects: KubernetesObject[]) {
  const { kubeconfig, program } = cluster;
  const { status, stderr } = spawnSync(
    program,
    ["--kubeconfig", kubeconfig, "create", "--dry-run=server", "--validate=strict", "-f", "-"],
    {
      encoding: "utf8",
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    },
  );
  return { status, stderr };
}

const everything: Partial<KubernetesModelServiceArgs> = {
  canary: { image: image("canary"), version: "8", percent: 10 },
  autoscaling: { minReplicas: 2, maxReplicas: 8 },
  network: {
    clients: [
      { namespaceLabels: { team: "vision" }, podLabels: { app: "web" } },
      { cidr: "10.20.0.0/16" },
      { cidr: "fd00::/8" },
    ],
    monitoringNamespace: "monitoring",
  },
  ingress: {
    className: "nginx",
    host: "models.example.com",
    tlsSecretName: "models-tls",
    controllerNamespace: "ingress-nginx",
  },
  gateway: {
    name: "public",
    namespace: "gateways",
    sectionName: "https",
    hostnames: ["models.example.com"],
    grpcHostnames: ["*.grpc.example.com"],
  },
  podMonitor: { labels: { release: "prometheus" } },
  gpus: 1,
  runtimeClass: "nvidia",
  tolerations: [{ key: "team", operator: "Equal", value: "vision", effect: "NoSchedule" }],
  nodeSelector: { pool: "gpu" },
  imagePullSecrets: ["registry"],
  labels: { team: "vision" },
};

function service(args: Partial<KubernetesModelServiceArgs>) {
  return renderedObjects(() => {
    new KubernetesModelService("serving", {
      image: image("flowers"),
      modelName: "flowers",
      modelVersion: "7",
      namespace,
      ...args,
    });
  });
}

function notebook() {
  return renderedObjects(() => {
    new KubernetesNotebook("notebook", {
      namespace,
      modelServiceName: "tf-model-serving",
      restUrl: "http://tf-model-serving:8501/v1/models/flowers",
      grpcAddress: "tf-model-serving:8500",
      modelName: "flowers",
      folder: `${repository}/model/notebooks`,
      httpsCidrs: ["10.20.0.0/16"],
      gpus: 1,
    });
  });
}

const programs: [string, () => Promise<KubernetesObject[]>, string[]][] = [
  [
    "a plain service",
    () => service({}),
    ["ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"],
  ],
  [
    "a service with everything",
    () => service(everything),
    [
      "ConfigMap",
      "Deployment",
      "GRPCRoute",
      "HTTPRoute",
      "HorizontalPodAutoscaler",
      "Ingress",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "PodMonitor",
      "Service",
    ],
  ],
  ["a notebook", notebook, ["ConfigMap", "NetworkPolicy", "Secret", "Service", "StatefulSet"]],
];

describe("the API server", () => {
  it.each(programs)("takes %s, and warns of nothing", async (_, program, kinds) => {
    const objects = await program();
    expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual(kinds);
    expect(dryRun(...objects)).toEqual({ status: 0, stderr: "" });
  });

  it("refuses a field that it does not know, so that its yes means something", async () => {
    const [first] = await notebook();
    expect(dryRun({ ...first, spec: { unheardOf: true } })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("unknown field"),
    });
  });
});

describe("the Pod Security level restricted", () => {
  it.each(programs.map(([what, program]) => [what, program] as const))(
    "takes the pods of %s",
    async (_, program) => {
      const pods = (await program()).flatMap(podsOf).map(withoutClasses);
      expect(pods.length).toBeGreaterThan(0);
      expect(dryRun(...pods)).toEqual({ status: 0, stderr: "" });
    },
  );

  it("refuses a pod that may do more, so that its yes means something", async () => {
    const [pod] = (await notebook()).flatMap(podsOf);
    expect(dryRun({ ...pod, spec: { ...pod.spec, hostNetwork: true } })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('violates PodSecurity "restricted'),
    });
  });
});

/** Classes have to be there before a pod names them; this is not about them. */
function withoutClasses(pod: KubernetesObject): KubernetesObject {
  const spec = Object.entries(pod.spec ?? {}).filter(([field]) => field !== "runtimeClassName");
  return { ...pod, spec: Object.fromEntries(spec) };
}
