import { scoresIn } from "../tfserving/answers";

/** What is right for an example: the index of its class, or the numbers of its answer. */
export type Label = number | number[];

/** How answers are compared with labels: the mean of what each example gives. */
export interface Metric {
  /** Whether labels are indexes of classes, and not numbers. */
  readonly ofClasses: boolean;
  readonly lessIsBetter: boolean;
  /** Largest value that it can have; the smallest is 0. */
  readonly highest: number;
  /**
   * Compares one answer with its label.
   *
   * @param answer - of the one output that counts
   * @throws Error that says what is wrong with the answer
   */
  compare(answer: unknown, label: Label): number;
}

/** A probability of 0 would cost infinitely much. */
const leastProbability = 1e-15;

const ofClasses = { ofClasses: true, lessIsBetter: false, highest: 1 };

/** As the message about an unknown one lists them. */
export const metricNames =
  "accuracy, top5Accuracy (or another number from 2), logLoss or meanAbsoluteError";

/** The metric of a name; undefined where there is none. */
export function metricNamed(name: string): Metric | undefined {
  const [, k] = /^top([2-9]|[1-9]\d{1,4})Accuracy$/.exec(name) ?? [];
  if (k) {
    return { ...ofClasses, compare: (answer, label) => isAmong(answer, label, Number(k)) };
  }
  return metrics.get(name);
}

const metrics = new Map<string, Metric>([
  ["accuracy", { ...ofClasses, compare: isRight }],
  ["logLoss", { ...ofClasses, lessIsBetter: true, highest: Infinity, compare: lossOf }],
  [
    "meanAbsoluteError",
    { ofClasses: false, lessIsBetter: true, highest: Infinity, compare: errorOf },
  ],
]);

/** The mean over all examples. */
export function valueOf(metric: Metric, answers: unknown[], labels: Label[]): number {
  const values = answers.map((answer, at) => {
    try {
      return metric.compare(answer, labels[at]);
    } catch (error) {
      throw new Error(`the answer to example ${at + 1} ${(error as Error).message}`);
    }
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A whole number is the class itself. */
function isRight(answer: unknown, label: Label): number {
  return typeof answer === "number" ? Number(answer === label) : isAmong(answer, label, 1);
}

/** Whether fewer than `count` classes have a higher score. What is no number is no score. */
function isAmong(answer: unknown, label: Label, count: number): number {
  const scores = scoresOf(answer);
  const own = scores[label as number];
  const higher = scores.filter((score, at) => score > own || (score === own && at < Number(label)));
  return Number(!Number.isNaN(own) && own !== undefined && higher.length < count);
}

function lossOf(answer: unknown, label: Label): number {
  const own = scoresOf(answer)[label as number];
  if (!(own >= 0 && own <= 1)) {
    throw new Error(`gives its class ${label} the score ${own}, which is no probability`);
  }
  return -Math.log(Math.max(own, leastProbability));
}

function errorOf(answer: unknown, label: Label): number {
  const given = [answer].flat(Infinity) as number[];
  const right = [label].flat();
  if (given.length !== right.length || !given.every(Number.isFinite)) {
    throw new Error(`is ${JSON.stringify(answer)}, and its label is ${JSON.stringify(label)}`);
  }
  return given.reduce((sum, one, at) => sum + Math.abs(one - right[at]), 0) / given.length;
}

/** The scores of the classes. A single one is the probability of the second of two classes. */
function scoresOf(answer: unknown): number[] {
  const [single, ...more] = Array.isArray(answer) ? answer : [];
  const scores =
    typeof single === "number" && more.length === 0 ? [1 - single, single] : scoresIn(answer);
  if (!scores) {
    throw new Error("has no scores of classes");
  }
  return scores;
}
