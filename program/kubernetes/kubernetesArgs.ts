import * as pulumi from "@pulumi/pulumi";
import {
  KubernetesCluster,
  kubernetesModelServiceDefaults,
  kubernetesNotebookDefaults,
  Problem,
  resolveKubernetesModelServiceArgs,
  resolveKubernetesNotebookArgs,
  runtimeImageDefaults,
  servingImageDefaults,
} from "../../components";
import { numberOf, readImage, text } from "../../settings";
import { CanarySettings } from "../canarySettings";
import { readReplicas } from "../clusterService";
import { KubernetesObjects, serviceKeys } from "./kubernetesConfig";

/** Default of notebookDataFolder. */
const sampleFolder = "model";

/** With a model volume the image is the runtime without a model. */
export function readKubernetesImage(
  config: pulumi.Config,
  gpus: number,
  { modelVolume }: KubernetesObjects,
) {
  const image = readImage(config);
  const usual = new RegExp(`${servingImageDefaults.repository}$`);
  return {
    ...image,
    gpus: gpus > 0 ? String(gpus) : undefined,
    repository: modelVolume
      ? image.repository.replace(usual, runtimeImageDefaults.repository)
      : image.repository,
  };
}

export function readService(
  config: pulumi.Config,
  { service, modelVolume, cluster, labels }: KubernetesObjects,
) {
  const defaults = kubernetesModelServiceDefaults;
  return {
    modelName: text(config, "modelName") ?? "my_model",
    serviceName: text(config, "serviceName") ?? defaults.serviceName,
    replicas: service.autoscaling ? undefined : numberOf(config, "replicas"),
    ...readReplicas(config, defaults),
    schedulingTimeoutSeconds:
      config.getNumber("schedulingTimeoutSeconds") || defaults.schedulingTimeoutSeconds,
    grpcTimeoutSeconds: config.getNumber("grpcTimeoutSeconds") ?? defaults.grpcTimeoutSeconds,
    balancerImage: text(config, "balancerImage") ?? defaults.balancerImage,
    clusterDomain: cluster.clusterDomain ?? defaults.clusterDomain,
    modelVolume,
    labels,
    ...service,
  };
}

export function readNotebook(
  config: pulumi.Config,
  { serviceName, modelName }: { serviceName: string; modelName: string },
  { notebook, labels }: KubernetesObjects,
) {
  const defaults = kubernetesNotebookDefaults;
  const dataFolder = text(config, "notebookDataFolder");
  return {
    modelServiceName: serviceName,
    modelName,
    folder: text(config, "notebookFolder") ?? "model/notebooks",
    // What Docker mounts is too much for the cluster's store.
    dataFolder: dataFolder === sampleFolder ? undefined : dataFolder,
    image: text(config, "notebookImage") ?? defaults.image,
    localPort: config.getNumber("notebookPort") ?? defaults.localPort,
    memoryMb: config.getNumber("notebookMemoryMb") ?? defaults.memoryMb,
    labels,
    ...notebook,
  };
}

/** The service as it is checked, with what the program gives it. */
export function serviceArgs(
  service: ReturnType<typeof readService>,
  namespace: string,
  modelVersion: string | undefined,
  canary: CanarySettings | undefined,
  cluster: KubernetesCluster | undefined,
) {
  // Not known before the image is built.
  const image = pulumi.output("");
  return resolveKubernetesModelServiceArgs({
    ...service,
    // The namespace has been checked already, and may be still to come.
    ...{ image, namespace: pulumi.output(namespace), cluster },
    modelVersion: service.modelVolume ? modelVersion : "0",
    canary: canary && { ...canary, image },
  });
}

export function notebookArgs(
  notebook: ReturnType<typeof readNotebook>,
  namespace: string,
  cluster: KubernetesCluster | undefined,
) {
  const model = { restUrl: "", grpcAddress: "" };
  return resolveKubernetesNotebookArgs({ ...model, ...notebook, namespace, cluster });
}

/** What only Kubernetes has is in objects; the rest has keys that all targets share. */
export function ofService(problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: serviceKey(propertyPath),
    reason,
  }));
}

function serviceKey(propertyPath: string): string {
  const [first] = propertyPath.split(/[.[]/);
  switch (first) {
    case "canary":
      return propertyPath.replace(/\.(.)/, (_, letter: string) => letter.toUpperCase());
    case "cluster":
      return "kubernetesCluster.context";
    case "clusterDomain":
    case "namespace":
      return `kubernetesCluster.${propertyPath}`;
    case "labels":
      return propertyPath.replace("labels", "kubernetesLabels");
    case "modelVolume":
      return propertyPath.replace("modelVolume", "kubernetesModelVolume");
    default:
      return serviceKeys.includes(first) ? `kubernetesService.${propertyPath}` : propertyPath;
  }
}

export function ofNotebook(problems: Problem[]): Problem[] {
  const keys: Record<string, string> = {
    memoryMb: "notebookMemoryMb",
    localPort: "notebookPort",
    image: "notebookImage",
    folder: "notebookFolder",
    dataFolder: "notebookDataFolder",
  };
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath:
      keys[propertyPath] ??
      (/^labels\b/.test(propertyPath)
        ? propertyPath.replace("labels", "kubernetesLabels")
        : `kubernetesNotebook.${propertyPath}`),
    reason,
  }));
}
