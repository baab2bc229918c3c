import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { canaryCount } from "../serving/canary";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import { fewestReplicas, ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { KubernetesPart, labelsFor, selectorFor } from "./labels";
import { servicePort } from "./network/portNames";
import { ReleaseGuard } from "./release/releaseGuard";
import { guardedAnnotations } from "./release/wantedRelease";
import { containerName, joinSeconds, renderReplicaPods } from "./replicaPods";
import { takingBack } from "./ownership";

/** The replicas of one image. */
export interface ReplicaSet {
  part: Extract<KubernetesPart, "replica" | "canary">;
  image: pulumi.Input<string>;
  /** Of the model. @default - nobody says it */
  version?: pulumi.Input<string>;
  /** @default - autoscaling decides */
  count?: number;
  /** Most that there can be. */
  most: number;
}

/** Replicas that are there. */
export interface DeployedReplicas {
  /** Name of their Deployment. */
  name: pulumi.Output<string>;
  /** Metadata of their Deployment, once they serve: an update that was taken back gives none. */
  serving: apps.Deployment["metadata"];
}

/** ReplicaSets of releases before that are kept, to go back to. */
export const revisionHistoryLimit = 3;

/** The replicas that serve the release. */
export function mainReplicas(args: ResolvedKubernetesArgs): ReplicaSet {
  const { image, modelVersion, autoscaling } = args;
  const fewest = fewestReplicas(args);
  return {
    part: "replica",
    image,
    version: modelVersion,
    ...(autoscaling ? { most: autoscaling.maxReplicas } : { count: fewest, most: fewest }),
  };
}

/** The replicas that serve the canary version; none without one. */
export function canaryReplicas(args: ResolvedKubernetesArgs): ReplicaSet[] {
  const { canary } = args;
  if (canary === undefined) {
    return [];
  }
  const count = canaryCount(canary, fewestReplicas(args));
  return [{ part: "canary", image: canary.image, version: canary.version, count, most: count }];
}

/** Name of the Service by which the balancers find the pods of a part. */
export function headlessName(part: ReplicaSet["part"], serviceName: string): string {
  return `${serviceName}-${part === "replica" ? "replicas" : part}`;
}

/** Names of all Services that a model service may have. */
export function serviceNames(serviceName: string): string[] {
  return [serviceName, headlessName("replica", serviceName), headlessName("canary", serviceName)];
}

/** Creates a Deployment of replicas, and the Service that lists them in DNS. */
export function createReplicas(
  name: string,
  args: ResolvedKubernetesArgs,
  set: ReplicaSet,
  parent: pulumi.Resource,
): DeployedReplicas {
  const { part } = set;
  const labels = labelsFor(part, args);
  const { namespace } = args;
  new core.Service(
    `${name}-${part}`,
    {
      metadata: {
        name: headlessName(part, args.serviceName),
        namespace,
        labels,
        annotations: withoutAwait,
      },
      spec: renderHeadless(part, args.serviceName),
    },
    { parent },
  );
  const timeout = `${updateSeconds(args, set.most)}s`;
  const declared = { namespace, labels: selectorFor(part, args.serviceName) };
  const fewestAutoscaled = set.count === undefined ? fewestReplicas(args) : undefined;
  const guarded = { ...args, part, container: containerName, fewestAutoscaled };
  const guard = new ReleaseGuard(`${name}-${part}`, guarded, parent);
  const deployment = new apps.Deployment(
    `${name}-${part}`,
    {
      metadata: { namespace, labels, annotations: guardedAnnotations(args.cluster, declared) },
      spec: renderDeployment(args, set),
    },
    {
      parent,
      customTimeouts: { create: timeout, update: timeout },
      ...guard.options,
    },
  );
  return { name: deployment.metadata.name, serving: guard.passed(deployment.metadata) };
}

/** Pulumi would wait until a Service has pods that are ready, and the Deployments tell that. */
export const withoutAwait = { ...takingBack, "pulumi.com/skipAwait": "true" };

/**
 * DNS lists every replica as soon as it has an address: the balancers ask each themselves whether it
 * is ready, and it is ready for Kubernetes once they have.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function renderHeadless(
  part: ReplicaSet["part"],
  serviceName: string,
): k8s.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: selectorFor(part, serviceName),
    ports: [servicePort("rest"), servicePort("grpc"), servicePort("health")],
  };
}

/**
 * The Deployment of a set. Its number of replicas is left out where autoscaling decides, or each
 * update would set it back.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export function renderDeployment(
  args: ResolvedKubernetesArgs,
  { part, image, version, count }: ReplicaSet,
): k8s.apps.v1.DeploymentSpec {
  const inVolume = args.modelVolume ? version : undefined;
  return {
    ...(count === undefined ? {} : { replicas: count }),
    selector: { matchLabels: selectorFor(part, args.serviceName) },
    strategy: { type: "RollingUpdate", rollingUpdate: renderStrategy(args) },
    minReadySeconds: args.minReadySeconds,
    progressDeadlineSeconds: progressSeconds(args),
    revisionHistoryLimit,
    template: pulumi
      .output(inVolume)
      .apply((volumeVersion) => renderReplicaPods(args, { part, image, volumeVersion })),
  };
}

function renderStrategy({ strategy, maxSurge }: ResolvedKubernetesArgs) {
  return strategy === ReleaseStrategy.InPlace
    ? { maxSurge: 0, maxUnavailable: 1 }
    : { maxSurge: maxSurge.endsWith("%") ? maxSurge : Number(maxSurge), maxUnavailable: 0 };
}

/** Longest time between two steps of a rollout that goes on. */
export function progressSeconds(
  args: Pick<
    ResolvedKubernetesArgs,
    "schedulingTimeoutSeconds" | "stopGraceSeconds" | "startTimeoutSeconds" | "minReadySeconds"
  >,
): number {
  const { schedulingTimeoutSeconds, stopGraceSeconds, startTimeoutSeconds, minReadySeconds } = args;
  const started = schedulingTimeoutSeconds + stopGraceSeconds + startTimeoutSeconds;
  return started + joinSeconds + minReadySeconds;
}

/** Longest time of a whole rollout, as many replicas at a time as the strategy allows. */
function updateSeconds(args: ResolvedKubernetesArgs, replicas: number): number {
  const { strategy, maxSurge } = args;
  const share = maxSurge.endsWith("%") ? (parseInt(maxSurge) / 100) * replicas : Number(maxSurge);
  const atATime = strategy === ReleaseStrategy.InPlace ? 1 : Math.ceil(share);
  return Math.ceil(replicas / atATime) * progressSeconds(args);
}
