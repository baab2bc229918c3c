import * as pulumi from "@pulumi/pulumi";
import { anyText, type FieldsOf, laterOr, textLike, wholeNumberFrom } from "../arguments/schema";
import { maxReplicas } from "./balancer/ports";

/** A model version that gets a part of the requests, on replicas of its own. */
export interface CanaryArgs {
  /** Serving image that serves the version, by id or digest. */
  image: pulumi.Input<string>;

  /** The model version in that image, in decimal. Status and metrics name it. */
  version: string;

  /**
   * Share of the requests in percent, a whole number from 0 to 100, for REST and gRPC alike. A URL
   * that names a version or label is not part of it. Changing it restarts nothing.
   */
  percent: number;

  /**
   * Number of canary replicas. @default - the same share of `replicas`, rounded up, at least 1
   */
  replicas?: number;
}

/** Schemas of the fields of CanaryArgs. */
export const canaryFields: FieldsOf<CanaryArgs> = {
  image: laterOr(anyText()),
  version: textLike(/^(0|[1-9]\d*)$/, "use the number of a model version"),
  percent: wholeNumberFrom(0, 100),
  replicas: wholeNumberFrom(1, maxReplicas).optional(),
};

type CanaryShape = Omit<CanaryArgs, "image">;

/** As large a part of the replicas as of the requests, at least one. */
export function canaryCount({ percent, replicas }: CanaryShape, others: number): number {
  return replicas ?? Math.max(1, Math.ceil((others * percent) / 100));
}

/** Each canary replica may get more requests than it can serve. */
export function canaryWarnings({ percent, replicas }: CanaryShape, others: number): string[] {
  const needed = canaryCount({ version: "", percent }, others);
  return replicas === undefined || replicas >= needed
    ? []
    : [
        `The canary gets ${percent} % of the requests on ${replicas} of its replicas: for as many ` +
          `requests to each as ${others} replicas get without it, use ${needed}.`,
      ];
}
