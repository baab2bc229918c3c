import type { Row } from "./rows";
import type { MatrixTarget } from "./target";

/** What a scenario changes from one update to the next. */
export interface State {
  /** Version of the model that is served. */
  version: number;
  /** What a flag of the replicas is made from. */
  flag: number;
  replicas: number;
}

/** Version that a canary runs; it stays while releases go by. */
const canaryVersion = 1;
/** Whose predictions are the load. */
export const modelName = "scale";

/** The configuration of a stack for a row, in a state. */
export function settingsOf(
  row: Row,
  { version, flag, replicas }: State,
  flagsOf: MatrixTarget["flags"],
) {
  return {
    modelName,
    strategy: row.strategy,
    notebook: row.notebook === "one",
    ...(row.models === "one" ? { modelVersion: String(version) } : {}),
    ...(row.scaling === "fixed" ? { replicas } : {}),
    ...(row.canary === "none"
      ? {}
      : { canaryVersion: String(canaryVersion), canaryPercent: 33, canaryReplicas: 1 }),
    server: {
      ...flagsOf(flag),
      ...(row.flags === "batching" ? { batching: { maxBatchSize: 8, numBatchThreads: 2 } } : {}),
      ...(row.models === "several"
        ? { models: [specific(modelName, version), specific("other", 1)] }
        : {}),
    },
  };
}

function specific(name: string, version: number) {
  return { name, versionPolicy: "specific", versions: [String(version)] };
}
