import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesModelServiceArgs } from "./kubernetesModelServiceArgs";
import { PodPlacementArgs, TolerationArgs } from "./podPlacementArgs";

/** Where a pod may run, with every default filled in. */
export type PodPlacement = PodPlacementArgs &
  Required<Pick<PodPlacementArgs, "gpus" | "gpuResource">>;

/** The part of a pod that says where it runs. */
export function placement(args: PodPlacement): Partial<k8s.core.v1.PodSpec> {
  const { runtimeClass, nodeSelector, priorityClass } = args;
  const tolerations = tolerationsOf(args);
  return {
    ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
  };
}

/** Nodes with GPUs usually have a taint of the resource's name, to keep other pods away. */
function tolerationsOf({ gpus, gpuResource, tolerations = [] }: PodPlacement): TolerationArgs[] {
  const named = tolerations.some(({ key }) => key === gpuResource);
  return gpus > 0 && !named
    ? [...tolerations, { key: gpuResource, operator: "Exists", effect: "NoSchedule" }]
    : tolerations;
}

/** Secrets for pulling, of pods of every part. */
export function pulling({
  imagePullSecrets,
}: Pick<KubernetesModelServiceArgs, "imagePullSecrets">): Partial<k8s.core.v1.PodSpec> {
  return imagePullSecrets === undefined
    ? {}
    : {
        imagePullSecrets: pulumi
          .output(imagePullSecrets)
          .apply((names) => names.map((name) => ({ name }))),
      };
}
