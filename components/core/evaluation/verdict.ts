import { metricNamed } from "./metrics";

/** What a model's value of a metric has to be. */
export interface Limits {
  metric: string;
  atLeast?: number;
  atMost?: number;
  notWorseBy?: number;
}

/** Differences below this are those of adding numbers up in another order. */
const noise = 1e-9;

/**
 * Why a model is not good enough; empty where it is.
 *
 * @param value - its value of the metric
 * @param served - that of the model that serves. @default - there is none to compare with
 */
export function shortcomings(limits: Limits, value: number, served?: number): string[] {
  const { atLeast, atMost, notWorseBy } = limits;
  const { lessIsBetter = false } = metricNamed(limits.metric) ?? {};
  const worse = served === undefined ? 0 : lessIsBetter ? value - served : served - value;
  const by = notWorseBy ? `, more than ${shownValue(notWorseBy)} better` : "";
  return [
    ...(atLeast !== undefined && value < atLeast - noise
      ? [`atLeast asks for ${shownValue(atLeast)}`]
      : []),
    ...(atMost !== undefined && value > atMost + noise
      ? [`atMost allows ${shownValue(atMost)}`]
      : []),
    ...(served !== undefined && notWorseBy !== undefined && worse > notWorseBy + noise
      ? [`what serves has ${shownValue(served)}${by}`]
      : []),
  ];
}

/** What is asked of a model, in words. */
export function limitsText(limits: Limits, served?: number): string {
  const { atLeast, atMost, notWorseBy } = limits;
  const than =
    served === undefined ? "what serves" : `${shownValue(served)}, which what serves has`;
  const texts = [
    ...(atLeast === undefined ? [] : [`at least ${shownValue(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${shownValue(atMost)}`]),
    ...(notWorseBy === undefined
      ? []
      : [
          `not worse than ${than}${notWorseBy > 0 ? ` by more than ${shownValue(notWorseBy)}` : ""}`,
        ]),
  ];
  return texts.join(", ") || "whatever it is";
}

/** A value as people read it. */
export function shownValue(value: number): string {
  return String(Number(value.toPrecision(4)));
}
