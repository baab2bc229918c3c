import * as pulumi from "@pulumi/pulumi";

import { KubernetesCluster } from "../../../components/kubernetes/cluster/inspectCluster";
import {
  KubernetesModelServiceArgs,
  ResolvedKubernetesArgs,
  resolveKubernetesModelServiceArgs,
} from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { type Recording, type Registration, settle, startMocks } from "../../support/mocks";

/** What a service of a test is called. */
export const serviceName = "flowers";

/** A cluster that has everything. */
export const cluster: KubernetesCluster = {
  server: "https://127.0.0.1:6443",
  context: "models",
  version: "v1.34.2",
  apiVersions: [
    "gateway.networking.k8s.io/v1",
    "metrics.k8s.io/v1beta1",
    "monitoring.coreos.com/v1",
    "v1",
  ],
  ingressClasses: ["nginx", "traefik"],
  storageClasses: ["fast", "standard"],
  defaultStorageClass: "standard",
  imageVolumes: false,
};

/** Arguments of a small service. */
export const required = {
  image: `registry.example.com/flowers@sha256:${"a".repeat(64)}`,
  modelName: "flowers",
  modelVersion: "7",
  serviceName,
  namespace: "models",
};

/** The same with every default filled in. */
export function resolved(args: Partial<KubernetesModelServiceArgs> = {}): ResolvedKubernetesArgs {
  return resolveKubernetesModelServiceArgs({ ...required, ...args });
}

/** What every object of a part of that service is labelled with. */
export function labels(part: string, more: Record<string, unknown> = {}): object {
  return {
    "app.kubernetes.io/name": part === "notebook" ? "jupyter" : "tensorflow-serving",
    "app.kubernetes.io/instance": serviceName,
    "app.kubernetes.io/component": part,
    "app.kubernetes.io/part-of": "tfserving",
    "app.kubernetes.io/managed-by": "pulumi",
    "tfserving.stack": "tfserving.dev",
    ...more,
  };
}

/** What every object is annotated with. */
export const annotations = { "pulumi.com/patchForce": "true" };

/** What finds the pods of a part. */
export function selector(part: string): object {
  return {
    "app.kubernetes.io/name": "tensorflow-serving",
    "app.kubernetes.io/instance": serviceName,
    "app.kubernetes.io/component": part,
  };
}

/** A canary of that service. */
export const canary = {
  image: `registry.example.com/flowers@sha256:${"b".repeat(64)}`,
  version: "8",
  percent: 10,
};

/** Arguments by which a service has an object of every kind. */
export const everything: Partial<KubernetesModelServiceArgs> = {
  canary,
  modelVolume: { claimName: "models", subPath: "reef" },
  autoscaling: { minReplicas: 2, maxReplicas: 8 },
  gpus: 1,
  imagePullSecrets: ["registry-login"],
  labels: { team: "reef" },
  network: {
    monitoringNamespace: "monitoring",
    clients: [
      { podLabels: { app: "web" } },
      { namespaceLabels: { team: "vision" }, podLabels: { app: "web" } },
      { cidr: "10.20.0.0/16" },
    ],
  },
  ingress: {
    className: "nginx",
    host: "models.example.com",
    tlsSecretName: "models-tls",
    controllerNamespace: "ingress-nginx",
    annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "64m" },
  },
  gateway: {
    name: "public",
    namespace: "gateways",
    sectionName: "https",
    hostnames: ["models.example.com"],
    grpcHostnames: ["grpc.example.com"],
  },
  podMonitor: { labels: { release: "prometheus" }, intervalSeconds: 15 },
};

/** What a function creates below a component, sorted by name: the order of registration is open. */
export async function created(
  create: (parent: pulumi.Resource) => void,
  options: Parameters<typeof startMocks>[0] = {},
): Promise<Registration[]> {
  const recording: Recording = await startMocks(options);
  create(new pulumi.ComponentResource("test:index:Parent", "parent"));
  await settle();
  return recording.resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .sort((one, other) => one.name.localeCompare(other.name));
}
