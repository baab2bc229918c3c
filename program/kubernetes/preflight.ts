import * as pulumi from "@pulumi/pulumi";
import {
  checkRuntimeImage,
  checkServingImage,
  DockerEngine,
  NotebookImageArgs,
  Problem,
  runtimeImageDefaults,
  ServingImageArgs,
} from "@tf-model-serving/core";
import {
  checkKubernetesModelService,
  checkKubernetesNotebook,
  ClusterError,
  findNamespace,
  findServices,
  FoundNamespace,
  inspectCluster,
  KubernetesCluster,
  KubernetesModelServiceArgs,
  kubernetesModelServiceDefaults,
  KubernetesNotebookArgs,
  resolveKubernetesModelServiceArgs,
  resolveKubernetesNotebookArgs,
  serviceHost,
  serviceNames,
} from "@tf-model-serving/kubernetes";
import { CanarySettings, checkCanaryImage } from "../canary";
import type { ClusterConfig } from "../config/targetKeys";
import { byKey } from "../config/paths";
import { isOn, isSet, refuse, Settings, text } from "../config/settings";
import { warnOfNotebook } from "../edgeOutputs";
import { checkGate, Gate, gateOf } from "../evaluation";
import {
  askEngine,
  checkPin,
  checkRegistry,
  Registry,
  repositoryIn,
  standInProblems,
} from "../image";
import { checkNotebookLayer, notebookLayer } from "../notebookImage";
import { checkNamespace, checkServiceNames, namespaceOf } from "./namespace";
import { pullWarnings } from "./pullSecret";

/** A configuration has plain values where a component also takes outputs. */
export interface KubernetesArguments {
  readonly image: ServingImageArgs;
  /** @default - `pinned` needs none */
  readonly registry?: Registry;
  readonly choice: ClusterConfig;
  readonly service: Omit<
    KubernetesModelServiceArgs,
    "image" | "namespace" | "canary" | "imagePullSecrets"
  > & { canary?: CanarySettings; imagePullSecrets?: string[] };
  /** @default - no notebook */
  readonly notebook?: Omit<
    KubernetesNotebookArgs,
    "namespace" | "modelServiceName" | "restUrl" | "grpcAddress" | "imagePullSecrets"
  > & { imagePullSecrets?: string[] };
}

/** What is going to be deployed. */
export interface KubernetesPlan {
  readonly args: KubernetesArguments;
  readonly cluster: KubernetesCluster;
  readonly namespace: string;
  /** What the cluster said of the namespace. @default - the user may not ask */
  readonly found?: FoundNamespace;
  /** Digest that runs in place of a build. @default - `args.image` is built */
  readonly pinned?: string;
  /** Builds and pushes the image. @default - `pinned` needs none */
  readonly engine?: DockerEngine;
  /** What a model has to pass. @default - nothing, nor a pinned image */
  readonly gate?: Gate;
  /** What is built on the notebook's image and pushed. @default - it runs as it is */
  readonly notebookLayer?: NotebookImageArgs;
  readonly recorded: Record<string, unknown>;
}

/** Asks the cluster and the Docker Engine that builds what they can do. */
export async function preflightOnKubernetes(settings: Settings): Promise<KubernetesPlan> {
  const { problems, recorded } = settings;
  const args = withDetails(settings.args as unknown as KubernetesArguments);
  const { registry, service } = args;
  const layer = notebookLayer(settings, registry);
  const namespace = namespaceOf(args.choice);
  const pinned = text("image");
  const gate = pinned ? undefined : gateOf(settings);
  const [built, asked] = await Promise.all([
    pinned ? undefined : askEngine(),
    askCluster(args, namespace),
  ]);
  const { cluster, found } = asked;
  const all = [
    ...problems,
    ...asked.problems,
    ...(built?.problems ?? []),
    ...standInProblems(settings),
    ...checkReplicas(args),
    ...checkImage(settings, args, pinned),
    ...(service.modelVolume && gate ? [nothingToAsk] : checkGate(settings, gate, args.image)),
    ...(registry ? checkRegistry(settings, registry) : pinned ? [] : [noRegistry]),
    ...checkParts(settings, args, namespace, cluster),
    ...checkNotebookLayer(settings, layer),
  ];
  if (!cluster || all.length > 0) {
    refuse(all);
  }
  const { balancerImage = kubernetesModelServiceDefaults.balancerImage } = service;
  // A layer's image is in the stack's own registry.
  const notebookImage = args.notebook && !layer ? text("notebookImage") : undefined;
  for (const warning of pullWarnings({ balancerImage, notebookImage }, args)) {
    await pulumi.log.warn(warning);
  }
  if (args.notebook) {
    const { serviceName, clusterDomain } = { ...kubernetesModelServiceDefaults, ...service };
    await warnOfNotebook(service.tls, serviceHost(serviceName, namespace, clusterDomain));
  }
  return {
    ...{ args, cluster, namespace, found, pinned, gate, recorded },
    ...{ engine: built?.engine, notebookLayer: layer },
  };
}

const noRegistry: Problem = {
  propertyPath: "registry",
  reason:
    "is empty, and the nodes of a cluster pull the image from one: name a registry that " +
    "they and this machine reach, as HOST or HOST:PORT",
};

const nothingToAsk: Problem = {
  propertyPath: "evaluate",
  reason:
    "is set, which excludes kubernetesModelVolume: the image that is built holds no model to ask",
};

/** With a model volume the image is the runtime without a model. */
function withDetails(args: KubernetesArguments): KubernetesArguments {
  const { service, registry, image } = args;
  const usual = service.modelVolume ? runtimeImageDefaults.repository : undefined;
  return {
    ...args,
    image: {
      ...image,
      gpus: service.gpus ? String(service.gpus) : undefined,
      repository: repositoryIn(registry, image.repository ?? usual),
    },
  };
}

async function askCluster(
  { choice, service }: KubernetesArguments,
  namespace: string,
): Promise<{ cluster?: KubernetesCluster; found?: FoundNamespace; problems: Problem[] }> {
  const { modelVolume, serviceName = kubernetesModelServiceDefaults.serviceName } = service;
  try {
    const cluster = await inspectCluster(choice, {
      imageVolumes: modelVolume?.image !== undefined,
    });
    const found = await findNamespace(cluster, namespace);
    const services = found?.exists
      ? await findServices(cluster, namespace, serviceNames(serviceName))
      : [];
    const problems = [
      ...checkNamespace(namespace, choice.createNamespace ?? true, found),
      ...checkServiceNames("serviceName", namespace, services),
    ];
    return { cluster, found, problems };
  } catch (error) {
    if (error instanceof ClusterError) {
      const { propertyPath, message } = error;
      return { problems: [{ propertyPath: `kubernetesCluster.${propertyPath}`, reason: message }] };
    }
    throw error;
  }
}

/** A number of replicas beside autoscaling, which decides it. */
function checkReplicas({ service }: KubernetesArguments): Problem[] {
  const reason = `is ${text("replicas")}, and kubernetesService.autoscaling decides on their number: leave one of the two out`;
  return service.autoscaling && isSet("replicas") ? [{ propertyPath: "replicas", reason }] : [];
}

/** What cannot work about the image that is built, or pinned, and a canary's. */
function checkImage(
  { target }: Settings,
  { image, service }: KubernetesArguments,
  pinned: string | undefined,
): Problem[] {
  if (pinned) {
    return checkPin(
      /@sha256:[a-f0-9]{64}$/.test(pinned),
      "which is no digest: use one that a registry gave, such as the output image of an earlier " +
        "release, or leave it empty to build one from the model folder",
    );
  }
  if (!service.modelVolume) {
    return [
      ...byKey(target, "image", checkServingImage(image)),
      ...checkCanaryImage(image, service.canary),
    ];
  }
  const { baseImage, repository, gpus } = image;
  const reason = `is ${text("canaryVersion")}, which excludes kubernetesModelVolume: a canary's image holds its version`;
  return [
    ...byKey(target, "image", checkRuntimeImage({ baseImage, repository, gpus })),
    ...(isOn("canaryVersion") ? [{ propertyPath: "canaryVersion", reason }] : []),
  ];
}

/** The keys of what the program gives the service itself. */
const keysOf: Record<string, string> = {
  cluster: "kubernetesCluster.context",
  modelVersion: "modelVersion",
};

/** What the components refuse of their arguments. */
function checkParts(
  { target }: Settings,
  { service, image, notebook }: KubernetesArguments,
  namespace: string,
  cluster: KubernetesCluster | undefined,
): Problem[] {
  // Not known before the image is built.
  const later = pulumi.output("");
  const { serviceName, ...resolved } = resolveKubernetesModelServiceArgs({
    ...service,
    // A number beside autoscaling is refused already.
    replicas: service.autoscaling ? undefined : service.replicas,
    // The namespace has been checked already, and may be still to come.
    ...{ image: later, namespace: pulumi.output(namespace), cluster },
    modelVersion: service.modelVolume ? image.modelVersion : "0",
    canary: service.canary && { ...service.canary, image: later },
  });
  const problems = checkKubernetesModelService({ serviceName, ...resolved });
  // The notebook's own name comes from it, and is not refused a second time.
  const isNamed = !problems.some(({ propertyPath }) => propertyPath === "serviceName");
  const modelServiceName = isNamed ? serviceName : kubernetesModelServiceDefaults.serviceName;
  return [
    ...problems.flatMap((problem) => {
      const propertyPath = keysOf[problem.propertyPath];
      return propertyPath ? [{ ...problem, propertyPath }] : byKey(target, "service", [problem]);
    }),
    ...(notebook
      ? byKey(
          target,
          "notebook",
          checkKubernetesNotebook(
            resolveKubernetesNotebookArgs({
              ...{ restUrl: "", grpcAddress: "", modelServiceName, cluster },
              ...{ ...notebook, namespace },
            }),
          ),
        )
      : []),
  ];
}
