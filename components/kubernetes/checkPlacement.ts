import { nearestName } from "@tf-model-serving/core/internal/arguments/nearestName";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { checkLabels } from "./checkLabels";
import { KubernetesCluster } from "./cluster/inspectCluster";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { TolerationArgs } from "./podPlacementArgs";

/** What decides on which nodes replicas may run. */
export type PlacementShape = Pick<
  ResolvedKubernetesArgs,
  | "gpus"
  | "gpuResource"
  | "runtimeClass"
  | "priorityClass"
  | "nodeSelector"
  | "tolerations"
  | "cluster"
>;

/** What the cluster has against a placement whose fields are well shaped (`podPlacementFields`). */
export function checkPlacement(shape: PlacementShape): Problem[] {
  const { cluster } = shape;
  return [
    ...checkClass("runtimeClass", shape.runtimeClass, cluster?.runtimeClasses, cluster),
    ...checkClass("priorityClass", shape.priorityClass, cluster?.priorityClasses, cluster),
    ...checkLabels("nodeSelector", shape.nodeSelector),
    ...(shape.tolerations ?? []).flatMap((toleration, index) =>
      checkToleration(`tolerations[${index}]`, toleration),
    ),
  ];
}

/** Nodes may be added when a pod needs one, so this is no reason to refuse. */
export function placementWarnings(
  { gpus, gpuResource, cluster }: Pick<PlacementShape, "gpus" | "gpuResource" | "cluster">,
  replicas: number,
): string[] {
  const offered = cluster?.gpus?.[gpuResource] ?? 0;
  const needed = gpus * replicas;
  if (gpus === 0 || cluster?.gpus === undefined || offered >= needed) {
    return [];
  }
  const offer =
    offered === 0
      ? `no node of the cluster at ${cluster.server} has any`
      : `the nodes of the cluster at ${cluster.server} have ${offered} in all`;
  return [
    `${replicas} replicas need ${needed} of ${gpuResource}, and ${offer}: replicas wait until ` +
      "nodes with GPUs and their device plugin are added.",
  ];
}

function checkClass(
  propertyPath: string,
  name: string | undefined,
  known: string[] | undefined,
  cluster: KubernetesCluster | undefined,
): Problem[] {
  if (name === undefined || known === undefined || known.includes(name)) {
    return [];
  }
  const near = nearestName(name, known);
  const kind = propertyPath === "runtimeClass" ? "RuntimeClass" : "PriorityClass";
  return [
    {
      propertyPath,
      reason:
        `is "${name}", a ${kind} that the cluster at ${cluster?.server} does not have` +
        (near ? `; did you mean "${near}"?` : `; it has ${known.join(", ") || "none"}`),
    },
  ];
}

function checkToleration(
  propertyPath: string,
  { key, operator = "Equal", value }: TolerationArgs,
): Problem[] {
  if (operator === "Exists" && value !== undefined) {
    const reason = `is "${value}", and Exists takes every value: leave it out`;
    return [{ propertyPath: `${propertyPath}.value`, reason }];
  }
  return operator === "Equal" && key === undefined
    ? [
        {
          propertyPath: `${propertyPath}.key`,
          reason: "is missing: name the taint's key, or use the operator Exists for every taint",
        },
      ]
    : [];
}
