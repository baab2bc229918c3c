import { nearestName } from "../core/nearestName";
import { Problem, wholeNumber } from "../core/problem";
import { checkLabels, isQualifiedName } from "./checkLabels";
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

const mostGpus = 16;
const operators = ["Equal", "Exists"];
const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Everything about the placement of replicas that would be refused. */
export function checkPlacement(shape: PlacementShape): Problem[] {
  const { gpus, gpuResource, cluster } = shape;
  return [
    ...wholeNumber("gpus", gpus, 0, mostGpus),
    ...(isQualifiedName(gpuResource) && gpuResource.includes("/")
      ? []
      : [
          {
            propertyPath: "gpuResource",
            reason: `is "${gpuResource}": use a resource of the nodes such as nvidia.com/gpu`,
          },
        ]),
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
  { key, operator = "Equal", value, effect }: TolerationArgs,
): Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: string, reason: string) =>
    problems.push({ propertyPath: `${propertyPath}.${field}`, reason });
  if (!operators.includes(operator)) {
    refuse("operator", `is "${operator}": use ${operators.join(" or ")}`);
  } else if (operator === "Exists" && value !== undefined) {
    refuse("value", `is "${value}", and Exists takes every value: leave it out`);
  } else if (operator === "Equal" && key === undefined) {
    refuse("key", "is missing: name the taint's key, or use the operator Exists for every taint");
  }
  if (key !== undefined && !isQualifiedName(key)) {
    refuse("key", `is "${key}": use the key of a taint such as nvidia.com/gpu`);
  }
  if (effect !== undefined && !effects.includes(effect)) {
    refuse("effect", `is "${effect}": use ${effects.join(", ")}`);
  }
  return problems;
}
