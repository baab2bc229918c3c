import * as pulumi from "@pulumi/pulumi";
import {
  KubernetesAutoscalingArgs,
  KubernetesGatewayArgs,
  KubernetesIngressArgs,
  KubernetesModelServiceArgs,
  KubernetesNetworkArgs,
  KubernetesNotebookArgs,
  ModelVolumeArgs,
  modelServiceDefaults,
  NetworkClientArgs,
  PodMonitorArgs,
  Problem,
  TolerationArgs,
} from "../../components";
import { labelValue } from "../../components/kubernetes/labels";
import { checkBoolean, checkFields, isObject } from "../../components/core/checks";
import { checkTexts, names, readObject, refuseUnused, UnusedKeys } from "../configObjects";

/** The config key kubernetesCluster. */
export interface ClusterConfig {
  /** Path of a kubeconfig file, or its content. @default - where kubectl looks */
  kubeconfig?: string;
  /** @default - the kubeconfig's current one */
  context?: string;
  /** @default - `<project>-<stack>` */
  namespace?: string;
  /** Whether the stack makes the namespace, which stays when the stack goes. @default true */
  createNamespace?: boolean;
  /** @default "cluster.local" */
  clusterDomain?: string;
}

// What the program itself gives to the components is no setting.
type ServiceKeys = Extract<
  keyof KubernetesModelServiceArgs,
  | "autoscaling"
  | "balancers"
  | "gateway"
  | "gpuResource"
  | "imagePullSecrets"
  | "ingress"
  | "maxSurge"
  | "minReadySeconds"
  | "network"
  | "nodeSelector"
  | "podMonitor"
  | "priorityClass"
  | "runtimeClass"
  | "tolerations"
>;
type NotebookKeys = Extract<
  keyof KubernetesNotebookArgs,
  | "accessMode"
  | "cpus"
  | "gpuResource"
  | "gpus"
  | "httpsCidrs"
  | "imagePullSecrets"
  | "internet"
  | "nodeSelector"
  | "policies"
  | "priorityClass"
  | "reservedCpus"
  | "retainOnDestroy"
  | "running"
  | "runtimeClass"
  | "serviceName"
  | "storageClass"
  | "storageGb"
  | "tolerations"
>;

/** The config keys that are objects. */
export interface KubernetesObjects {
  readonly cluster: ClusterConfig;
  readonly service: Omit<Pick<KubernetesModelServiceArgs, ServiceKeys>, "imagePullSecrets"> & {
    imagePullSecrets?: string[];
  };
  /** @default - the image holds the model */
  readonly modelVolume?: ModelVolumeArgs;
  readonly notebook: Omit<Pick<KubernetesNotebookArgs, NotebookKeys>, "imagePullSecrets"> & {
    imagePullSecrets?: string[];
  };
  readonly labels: Record<string, string>;
}

const fields = {
  kubernetesCluster: names<keyof ClusterConfig>({
    ...{ kubeconfig: 0, context: 0, namespace: 0, createNamespace: 0, clusterDomain: 0 },
  }),
  kubernetesService: names<ServiceKeys>({
    ...{ autoscaling: 0, balancers: 0, gateway: 0, gpuResource: 0, imagePullSecrets: 0 },
    ...{ ingress: 0, maxSurge: 0, minReadySeconds: 0, network: 0, nodeSelector: 0 },
    ...{ podMonitor: 0, priorityClass: 0, runtimeClass: 0, tolerations: 0 },
  }),
  kubernetesModelVolume: names<keyof ModelVolumeArgs>({
    ...{ claimName: 0, image: 0, subPath: 0, pullPolicy: 0 },
  }),
  kubernetesNotebook: names<NotebookKeys>({
    ...{ accessMode: 0, cpus: 0, gpuResource: 0, gpus: 0, httpsCidrs: 0, imagePullSecrets: 0 },
    ...{ internet: 0, nodeSelector: 0, policies: 0, priorityClass: 0, reservedCpus: 0 },
    ...{ retainOnDestroy: 0, running: 0, runtimeClass: 0, serviceName: 0, storageClass: 0 },
    ...{ storageGb: 0, tolerations: 0 },
  }),
};

/** Arguments of the service that are fields of kubernetesService. */
export const serviceKeys = fields.kubernetesService;

/** Fields of what is an object, or a list of objects, in kubernetesService. */
const serviceFields: Partial<Record<ServiceKeys, string[]>> = {
  autoscaling: names<keyof KubernetesAutoscalingArgs>({
    ...{ minReplicas: 0, maxReplicas: 0, cpuPercent: 0, scaleDownSeconds: 0, scaleUpSeconds: 0 },
  }),
  gateway: names<keyof KubernetesGatewayArgs>({
    ...{ name: 0, namespace: 0, sectionName: 0, hostnames: 0, grpcHostnames: 0 },
  }),
  ingress: names<keyof KubernetesIngressArgs>({
    ...{ className: 0, host: 0, tlsSecretName: 0, path: 0, annotations: 0 },
    ...{ controllerNamespace: 0 },
  }),
  network: names<keyof KubernetesNetworkArgs>({ clients: 0, monitoringNamespace: 0, policies: 0 }),
  podMonitor: names<keyof PodMonitorArgs>({ labels: 0, intervalSeconds: 0 }),
};
const tolerationFields = names<keyof TolerationArgs>({ key: 0, operator: 0, value: 0, effect: 0 });
const clientFields = names<keyof NetworkClientArgs>({ namespaceLabels: 0, podLabels: 0, cidr: 0 });

/** Reads the objects; one that is no object is read as an empty one, and refused by `checkObjects`. */
export function readObjects(config: pulumi.Config): KubernetesObjects {
  const modelVolume = readObject<ModelVolumeArgs>(config, "kubernetesModelVolume");
  return {
    cluster: readObject(config, "kubernetesCluster"),
    service: readObject(config, "kubernetesService"),
    ...(Object.keys(modelVolume).length > 0 ? { modelVolume } : {}),
    notebook: readObject(config, "kubernetesNotebook"),
    labels: readObject(config, "kubernetesLabels"),
  };
}

/** Fields that nothing has, and what is no object. */
export function checkObjects(config: pulumi.Config): Problem[] {
  const service = readObject<Record<string, unknown>>(config, "kubernetesService");
  const { clients } = (isObject(service.network) ? service.network : {}) as Record<string, unknown>;
  const notebook = readObject<Record<string, unknown>>(config, "kubernetesNotebook");
  return [
    ...Object.entries(fields).flatMap(([key, known]) =>
      checkFields(config.getObject<object>(key) ?? {}, known, key),
    ),
    ...Object.entries(serviceFields).flatMap(([key, known]) =>
      service[key] === undefined
        ? []
        : checkFields(service[key] as object, known, `kubernetesService.${key}`),
    ),
    ...checkEach("kubernetesService.tolerations", service.tolerations, tolerationFields),
    ...checkEach("kubernetesService.network.clients", clients, clientFields),
    ...checkEach("kubernetesNotebook.tolerations", notebook.tolerations, tolerationFields),
    ...checkCluster(readObject(config, "kubernetesCluster")),
    ...checkTexts("kubernetesLabels", config.getObject("kubernetesLabels") ?? {}),
  ];
}

/** A list of objects; none at all is no problem. */
function checkEach(key: string, given: unknown, known: string[]): Problem[] {
  if (given === undefined) {
    return [];
  }
  return Array.isArray(given)
    ? given.flatMap((one, index) => checkFields(one as object, known, `${key}[${index}]`))
    : [{ propertyPath: key, reason: `is ${JSON.stringify(given)}: use a list` }];
}

function checkCluster(cluster: Record<string, unknown>): Problem[] {
  const texts = ["kubeconfig", "context", "namespace", "clusterDomain"]
    .filter((key) => cluster[key] !== undefined && typeof cluster[key] !== "string")
    .map((key) => ({
      propertyPath: `kubernetesCluster.${key}`,
      reason: `is ${JSON.stringify(cluster[key])}: use a text`,
    }));
  return [...texts, ...checkBoolean(cluster.createNamespace, "kubernetesCluster.createNamespace")];
}

const needsNone = "the cluster's own clients use the service's name, and others a route to it";
const unused: UnusedKeys = {
  publishAddress: { value: modelServiceDefaults.publishAddress, instead: needsNone },
  restPort: {
    value: modelServiceDefaults.restPort,
    instead: "REST is at port 8501 of the service",
  },
  grpcPort: { value: 8500, instead: "gRPC is at port 8500 of the service" },
  pids: {
    value: modelServiceDefaults.pids,
    instead: "the kubelet limits the processes of pods (podPidsLimit)",
  },
  parallelStarts: {
    value: 0,
    instead: "kubernetesService.maxSurge decides how many start at a time",
  },
};

/** Refuses what other targets have and a cluster cannot honour. */
export function checkUnused(config: pulumi.Config): Problem[] {
  return refuseUnused(config, "kubernetes", unused);
}

/** A namespace of the stack's own, unless one is named. */
export function namespaceOf({ namespace }: ClusterConfig): string {
  const text = `${pulumi.getProject()}-${pulumi.getStack()}`.toLowerCase();
  // What is a label's value without dots and underscores is a DNS label too.
  return namespace || labelValue(text.replace(/[._]/g, "-"));
}
