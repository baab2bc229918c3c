import { maxReplicas } from "../serving/balancerConfig";
import { checkGrpcTimeout } from "../serving/requestTimes";
import { CanaryShape, checkCanary } from "../serving/canary";
import { serviceWarnings } from "../serving/serviceWarnings";
import { releaseStrategies } from "../serving/releaseStrategy";
import { checkMainModel } from "../tfserving/modelConfig";
import { checkModelName } from "../tfserving/modelName";
import { Problem, wholeNumber } from "../core/problem";
import { checkServerOptions } from "../tfserving/serverOptions";
import { checkStopGrace } from "../serving/stopTimes";
import { checkAutoscaling } from "./autoscaling";
import { checkCluster } from "./cluster/checkCluster";
import { checkDigest } from "./checkDigest";
import { checkLabels } from "./checkLabels";
import { checkModelVolume, ModelVolumeShape } from "./checkModelVolume";
import { checkNetworkPolicies } from "./network/checkNetworkPolicies";
import { checkPlacement, placementWarnings } from "./checkPlacement";
import { checkRoutes } from "./network/checkRoutes";
import { checkDnsLabel, checkHostName } from "./dnsNames";
import { fewestReplicas, ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { ownLabels } from "./labels";
import { checkPodMonitor } from "./podMonitor";

/** The part of a service's arguments that can be judged before there is any resource. */
export interface KubernetesModelServiceShape extends Omit<
  ResolvedKubernetesArgs,
  "image" | "namespace" | "modelVersion" | "modelVolume" | "canary"
> {
  /** Judged where it is known already. */
  image?: unknown;
  /** Judged where it is known already: it has to be there then. */
  namespace?: unknown;
  /** Judged where it is known already. */
  modelVersion?: unknown;
  modelVolume?: ModelVolumeShape;
  canary?: CanaryShape & { image?: unknown };
}

// Room for "-replicas" in a DNS label, and some.
const longestServiceName = 50;
const mostBalancers = 16;

/** Everything about a service that the cluster would refuse, or accept and never serve. */
export function checkKubernetesModelService(shape: KubernetesModelServiceShape): Problem[] {
  return [
    ...checkModelName(shape.modelName, "modelName"),
    ...checkDigest("image", shape.image),
    ...checkModelVolume(shape),
    ...checkCluster(shape.cluster),
    ...checkNames(shape),
    ...checkNumbers(shape),
    ...checkTimes(shape),
    ...checkStrategy(shape),
    ...(shape.canary ? checkCanaryRelease(shape.canary) : []),
    ...checkAutoscaling(shape),
    ...checkPlacement(shape),
    ...checkNetworkPolicies(shape),
    ...checkRoutes(shape),
    ...checkPodMonitor(shape),
    ...checkLabels("labels", shape.labels, ownLabels),
    ...checkServer(shape),
  ];
}

/** What works, and perhaps not as it is meant. */
export function kubernetesServiceWarnings(
  shape: Pick<
    KubernetesModelServiceShape,
    "strategy" | "replicas" | "autoscaling" | "canary" | "gpus" | "gpuResource" | "cluster"
  >,
): string[] {
  const replicas = fewestReplicas(shape);
  return [
    ...serviceWarnings({ strategy: shape.strategy, replicas, canary: shape.canary }),
    ...placementWarnings(shape, replicas),
  ];
}

function checkNames(shape: KubernetesModelServiceShape): Problem[] {
  const { serviceName, namespace, clusterDomain, cluster } = shape;
  const service = checkDnsLabel("serviceName", serviceName, longestServiceName);
  const known = cluster?.namespaces;
  return [
    ...service,
    // A Service's name, other than a DNS label, begins with a letter before Kubernetes 1.34.
    ...(service.length === 0 && /^\d/.test(serviceName)
      ? [{ propertyPath: "serviceName", reason: `is "${serviceName}": begin it with a letter` }]
      : []),
    ...(typeof namespace === "string" ? checkDnsLabel("namespace", namespace) : []),
    ...(typeof namespace === "string" && known && !known.includes(namespace)
      ? [
          {
            propertyPath: "namespace",
            reason: `is "${namespace}", which the cluster at ${cluster?.server} does not have: create it first`,
          },
        ]
      : []),
    ...checkHostName("clusterDomain", clusterDomain),
  ];
}

function checkNumbers(shape: KubernetesModelServiceShape): Problem[] {
  const { cpus, memoryMb, replicas, autoscaling } = shape;
  const enough = Number.isFinite(cpus) && cpus >= 0.1;
  return [
    ...(autoscaling || replicas === undefined
      ? []
      : wholeNumber("replicas", replicas, 1, maxReplicas)),
    ...(enough ? [] : [{ propertyPath: "cpus", reason: `is ${cpus}: use 0.1 or more` }]),
    ...wholeNumber("memoryMb", memoryMb, 64, 2 ** 22),
    ...wholeNumber("balancers", shape.balancers, 1, mostBalancers),
  ];
}

function checkTimes(shape: KubernetesModelServiceShape): Problem[] {
  return [
    ...wholeNumber("drainSeconds", shape.drainSeconds, 0, 3600),
    ...checkStopGrace(shape, "Kubernetes"),
    ...wholeNumber("startTimeoutSeconds", shape.startTimeoutSeconds, 1, 3600),
    ...wholeNumber("schedulingTimeoutSeconds", shape.schedulingTimeoutSeconds, 1, 86_400),
    ...checkGrpcTimeout(shape.grpcTimeoutSeconds),
    ...wholeNumber("minReadySeconds", shape.minReadySeconds, 0, 3600),
  ];
}

function checkStrategy({ strategy, maxSurge }: KubernetesModelServiceShape): Problem[] {
  const known: string[] = releaseStrategies;
  return [
    ...(known.includes(strategy)
      ? []
      : [{ propertyPath: "strategy", reason: `is "${strategy}": use ${known.join(" or ")}` }]),
    // None at all could never begin, since none may be missing either.
    ...(/^[1-9]\d{0,2}%?$/.test(maxSurge)
      ? []
      : [
          {
            propertyPath: "maxSurge",
            reason: `is "${maxSurge}": use a number of replicas such as "2", or a share such as "25%"`,
          },
        ]),
  ];
}

function checkCanaryRelease(canary: CanaryShape & { image?: unknown }): Problem[] {
  return [...checkCanary(canary), ...checkDigest("canary.image", canary.image)];
}

function checkServer({ server, modelName }: KubernetesModelServiceShape): Problem[] {
  const problems = checkServerOptions(server, "server");
  return problems.length > 0 ? problems : checkMainModel(modelName, server?.models);
}
