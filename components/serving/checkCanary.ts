import { maxReplicas } from "./balancerConfig";
import { Problem, wholeNumber } from "../core/problem";

/** The part of a canary that can be judged before there is any resource. */
export interface CanaryShape {
  version: string;
  percent: number;
  replicas?: number;
}

/** What cannot work about a canary. */
export function checkCanary({ version, percent, replicas }: CanaryShape): Problem[] {
  return [
    ...(/^(0|[1-9]\d*)$/.test(version)
      ? []
      : [
          {
            propertyPath: "canary.version",
            reason: `is "${version}": use the number of a model version`,
          },
        ]),
    ...wholeNumber("canary.percent", percent, 0, 100),
    ...(replicas === undefined ? [] : wholeNumber("canary.replicas", replicas, 1, maxReplicas)),
  ];
}

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
