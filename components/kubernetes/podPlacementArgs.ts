import {
  anyText,
  FieldsOf,
  listOf,
  objectOf,
  oneOf,
  recordOf,
  valueWhere,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { isQualifiedName } from "./checkLabels";

/** Lets pods run on nodes with a taint. @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export interface TolerationArgs {
  /** Key of the taint. @default - every key; then `operator` is "Exists" */
  key?: string;

  /** "Equal" or "Exists". @default "Equal" */
  operator?: string;

  /** Value of the taint; none with "Exists". @default - none */
  value?: string;

  /** "NoSchedule", "PreferNoSchedule" or "NoExecute". @default - every effect */
  effect?: string;
}

/** Which nodes replicas, or a notebook, may run on, and what they get there. */
export interface PodPlacementArgs {
  /** GPUs that each pod has to itself; a serving image's base then needs a `-gpu` tag. @default 0 */
  gpus?: number;

  /** Resource that counts GPUs, such as `nvidia.com/mig-1g.10gb`. @default "nvidia.com/gpu" */
  gpuResource?: string;

  /** RuntimeClass, such as `nvidia`. @default - the nodes' default runtime */
  runtimeClass?: string;

  /** Labels of the nodes on which pods may run. @default - any node */
  nodeSelector?: Record<string, string>;

  /**
   * Taints of nodes on which pods may run nevertheless. With `gpus` one for the taint `gpuResource` is
   * added. @default - none
   */
  tolerations?: TolerationArgs[];

  /** PriorityClass by name, of a service's balancers as well. @default - the cluster's default */
  priorityClass?: string;
}

const mostGpus = 16;

const toleration = objectOf<TolerationArgs>({
  key: valueWhere(isQualifiedName, "use the key of a taint such as nvidia.com/gpu").optional(),
  operator: oneOf(["Equal", "Exists"]).optional(),
  value: anyText().optional(),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

/** Schemas of the fields of PodPlacementArgs. */
export const podPlacementFields: FieldsOf<PodPlacementArgs> = {
  gpus: wholeNumberFrom(0, mostGpus).optional(),
  gpuResource: valueWhere<string>(
    (text) => isQualifiedName(text) && text.includes("/"),
    "use a resource of the nodes such as nvidia.com/gpu",
  ).optional(),
  runtimeClass: anyText().optional(),
  nodeSelector: recordOf(anyText()).optional(),
  tolerations: listOf(toleration).optional(),
  priorityClass: anyText().optional(),
};
