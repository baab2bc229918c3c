import { EcsCluster } from "./ecsCluster";
import type { EcsClusterArgs } from "./ecsClusterArgs";

/** @deprecated It is an EcsCluster, with GPUs or without. This name goes with the next version. */
export const GpuCluster = EcsCluster;
/** @deprecated Use EcsCluster. */
export type GpuCluster = EcsCluster;
/** @deprecated Use EcsClusterArgs. */
export type GpuClusterArgs = EcsClusterArgs;
