import { shownValue } from "@tf-model-serving/core/facts";
import type { Outputs } from "../targets/target";
import { callerOf, NotForUs } from "./caller";
import { modelStatus, type VersionState } from "./service";

/** A model of a stack, as its service has it. */
export interface ModelReport {
  /** Of the model; of a version that gets a share of the requests, with that share. */
  readonly name: string;
  readonly versions: VersionState[];
  /** Version by label. */
  readonly labels: Record<string, string>;
  /** Why nothing is known of it. @default - it answered */
  readonly error?: Error;
}

/**
 * Asks for the versions of each model of a stack, and their states.
 *
 * @param reach - a URL of the service as it is called from here
 */
export async function askModels(
  outputs: Outputs,
  reach: (url: string) => string,
  stack: string,
): Promise<ModelReport[]> {
  const caller = callerOf(outputs);
  const { restUrl, modelVersion, canaryVersion, canaryPercent = 0 } = outputs;
  const urls = outputs.modelUrls ?? { [restUrl.split("/").at(-1) ?? ""]: restUrl };
  const asked = canaryVersion
    ? [
        [`${100 - canaryPercent} % of the requests:`, `${restUrl}/versions/${modelVersion}`],
        [`${canaryPercent} % of the requests:`, `${restUrl}/versions/${canaryVersion}`],
      ]
    : Object.entries(urls);
  return Promise.all(
    asked.map(async ([name, url]): Promise<ModelReport> => {
      const labels = (canaryVersion ? undefined : outputs.modelLabels?.[name]) ?? {};
      try {
        return { name, labels, versions: await modelStatus(reach(url), stack, caller) };
      } catch (error) {
        return { name, labels, versions: [], error: error as Error };
      }
    }),
  );
}

/** A line for each version of a model: `flowers version 2 AVAILABLE, label stable`. */
export function versionLines({ name, versions, labels }: ModelReport): string[] {
  const lines = versions.map(({ version, state, message }) => {
    const own = Object.keys(labels)
      .filter((label) => labels[label] === version)
      .sort();
    const called =
      own.length > 0 ? `, ${own.length === 1 ? "label" : "labels"} ${own.join(", ")}` : "";
    return `${name} version ${version} ${state}${called}${message ? `: ${message}` : ""}`;
  });
  const gone = Object.entries(labels)
    .filter(([, version]) => !versions.some((one) => one.version === version))
    .map(
      ([label, version]) => `${name} label ${label} is on version ${version}, which is not there`,
    );
  return [...lines, ...gone];
}

/** Whether the service tells nobody here of a model, so that what runs has to do. */
export function isClosed({ error }: ModelReport): boolean {
  return error instanceof NotForUs;
}

/** Whether a version of a model answers, and each that has a label. */
export function isServed({ versions, labels }: ModelReport): boolean {
  const available = versions
    .filter(({ state }) => state === "AVAILABLE")
    .map(({ version }) => version);
  return (
    available.length > 0 && Object.values(labels).every((version) => available.includes(version))
  );
}

/** What was found of the release that is up: `accuracy 0.94 on 200 examples, 0.93 before`. */
export function evaluationText({
  metric,
  value,
  examples,
  previous,
}: NonNullable<Outputs["evaluation"]>): string {
  const before = previous?.metric === metric ? `, ${shownValue(previous.value)} before` : "";
  return `${metric} ${shownValue(value)} on ${examples} examples${before}`;
}
