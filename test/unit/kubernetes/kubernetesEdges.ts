import { ReleaseStrategy } from "@tf-model-serving/core";
import { KubernetesCluster } from "../../../components/kubernetes/cluster/inspectCluster";
import {
  KubernetesModelServiceArgs,
  ResolvedKubernetesArgs,
  resolveKubernetesModelServiceArgs,
} from "../../../components/kubernetes/kubernetesModelServiceArgs";

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

/** Every setting that can be chosen in another way, as `everything` does not. */
export const otherwise: Partial<KubernetesModelServiceArgs> = {
  strategy: ReleaseStrategy.InPlace,
  cluster: { ...cluster, version: "v1.35.0", imageVolumes: true },
  ...{ cpus: 2.5, memoryMb: 1536, drainSeconds: 30, balancers: 3, gpus: 2 },
  ...{ runtimeClass: "nvidia", nodeSelector: { gpu: "l4" }, priorityClass: "serving" },
  tolerations: [{ key: "nvidia.com/gpu", operator: "Equal", value: "true" }],
  autoscaling: {
    ...{ minReplicas: 3, maxReplicas: 9, cpuPercent: 50 },
    ...{ scaleDownSeconds: 60, scaleUpSeconds: 15 },
  },
  modelVolume: { image: `registry.example.com/models@sha256:${"c".repeat(64)}` },
  server: {
    batching: { maxBatchSize: 8 },
    models: [{ name: "flowers" }],
    monitoring: { path: "/metrics" },
  },
  network: {
    monitoringNamespace: "monitoring",
    clients: [{ namespaceLabels: { team: "vision" } }],
  },
  ingress: {
    ...{ className: "nginx", host: "models.example.com", path: "/ml/(.*)" },
    annotations: { "nginx.ingress.kubernetes.io/rewrite-target": "/v1/models/$1" },
    controllerNamespace: "ingress-nginx",
  },
  gateway: { name: "public" },
  podMonitor: {},
};
