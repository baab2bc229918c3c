import { CanaryShape, canaryWarnings } from "./canary";
import { ReleaseStrategy, strategyWarnings } from "./releaseStrategy";

/** What decides on the warnings about a service's replicas. */
export interface WarnedService {
  strategy: ReleaseStrategy;
  /** The fewest that there will be. */
  replicas: number;
  canary?: CanaryShape;
}

/** What works, and perhaps not as it is meant. */
export function serviceWarnings({ strategy, replicas, canary }: WarnedService): string[] {
  return [
    ...strategyWarnings(strategy, replicas),
    ...(canary ? canaryWarnings(canary, replicas) : []),
  ];
}
