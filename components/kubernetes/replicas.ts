import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { canaryCount } from "@tf-model-serving/core/internal/serving/canary";
import { ReleaseStrategy } from "@tf-model-serving/core/internal/serving/releaseStrategy";
import { fewestReplicas, ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { ReplicaPart, selectorFor } from "./labels";
import { metadataOf, withoutAwait } from "./metadata";
import { servicePort } from "./network/portNames";
import { createGuardedDeployment } from "./release/guardedDeployment";
import { renderReplicaPods, servingContainer } from "./replicaPods";
import { headlessName } from "./serviceNames";

/** The replicas of one image. */
export interface ReplicaGroup {
  part: ReplicaPart;
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

/** The replicas that serve the release. */
export function mainReplicas(args: ResolvedKubernetesArgs): ReplicaGroup {
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
export function canaryReplicas(args: ResolvedKubernetesArgs): ReplicaGroup[] {
  const { canary } = args;
  if (canary === undefined) {
    return [];
  }
  const count = canaryCount(canary, fewestReplicas(args));
  return [{ part: "canary", image: canary.image, version: canary.version, count, most: count }];
}

/** Creates a Deployment of replicas, and the Service that lists them in DNS. */
export function createReplicas(
  name: string,
  args: ResolvedKubernetesArgs,
  group: ReplicaGroup,
  parent: pulumi.Resource,
): DeployedReplicas {
  const { part, count, most } = group;
  new core.Service(
    `${name}-${part}`,
    {
      metadata: {
        ...metadataOf(part, args),
        name: headlessName(part, args.serviceName),
        annotations: withoutAwait,
      },
      spec: renderHeadless(part, args.serviceName),
    },
    { parent },
  );
  const fewestAutoscaled = count === undefined ? fewestReplicas(args) : undefined;
  const { deployment, guard } = createGuardedDeployment(
    `${name}-${part}`,
    { ...args, part, container: servingContainer, fewestAutoscaled },
    Math.ceil(most / replicasAtATime(args, most)),
    renderDeployment(args, group),
    parent,
  );
  return { name: deployment.metadata.name, serving: guard.passed(deployment.metadata) };
}

/**
 * DNS lists every replica as soon as it has an address: the balancers ask each themselves whether it
 * is ready, and it is ready for Kubernetes once they have.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
function renderHeadless(part: ReplicaPart, serviceName: string): k8s.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: selectorFor(part, serviceName),
    ports: [servicePort("rest"), servicePort("grpc"), servicePort("health")],
  };
}

/**
 * What differs between Deployments of replicas. Their number is left out where autoscaling decides, or
 * each update would set it back.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
function renderDeployment(
  args: ResolvedKubernetesArgs,
  { part, image, version, count }: ReplicaGroup,
): Pick<k8s.apps.v1.DeploymentSpec, "replicas" | "strategy" | "template"> {
  const inVolume = args.modelVolume ? version : undefined;
  return {
    ...(count === undefined ? {} : { replicas: count }),
    strategy: { type: "RollingUpdate", rollingUpdate: renderStrategy(args) },
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

/** How many replicas the strategy replaces at a time. */
function replicasAtATime({ strategy, maxSurge }: ResolvedKubernetesArgs, replicas: number): number {
  const share = maxSurge.endsWith("%") ? (parseInt(maxSurge) / 100) * replicas : Number(maxSurge);
  return strategy === ReleaseStrategy.InPlace ? 1 : Math.ceil(share);
}
