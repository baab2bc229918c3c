import { GrpcTarget, Load, LoadResult, RestTarget, startLoad } from "../../test/support/load";
import { predictMethod, serializePredict } from "../../test/support/servingGrpc";
import { inputName, modelName } from "./model";

export interface Ports {
  restPort: number;
  grpcPort: number;
}

/** Figures of the loads that a release is under. */
export interface ReleaseFigures {
  rest: LoadResult;
  /** Small predictions over REST, each on a connection of its own. @default - not measured */
  fresh?: LoadResult;
  grpc: LoadResult;
  /** REST with bodies of 2 MB. */
  large: LoadResult;
}

const largeBytes = 2_000_000;
// About as many values in each as a picture has.
const largeRows = 4;
const capacitySeconds = 5;
// Replicas of the old release drain and stop until then.
const settleSeconds = 5;

/** A small prediction over REST; its answer is the version of the model that gave it. */
export function restTarget(restPort: number, body = small): RestTarget {
  return {
    api: "rest",
    url: `http://127.0.0.1:${restPort}/v1/models/${modelName}:predict`,
    body,
    versionPattern: '"predictions": ?\\[\\s*(\\d+)',
  };
}

/** The same over gRPC. */
export function grpcTarget(grpcPort: number): GrpcTarget {
  return {
    api: "grpc",
    address: `127.0.0.1:${grpcPort}`,
    method: predictMethod,
    request: serializePredict({ model: modelName, input: inputName, data: [1], shape: [1, 1] }),
  };
}

const small = JSON.stringify({ instances: [[1]] });
const row = `[${Array(largeBytes / 4 / largeRows)
  .fill("1.0")
  .join(",")}]`;
const large = `{"instances": [${Array(largeRows).fill(row).join(",")}]}`;

/** What the load is, for the page. */
export function loadNote(perSecond: number): string {
  return (
    "The model computes next to nothing. Three loads at once, evenly spaced, whatever becomes of a " +
    `request: small predictions over REST and over one gRPC connection, ${(perSecond / 2).toFixed(0)} ` +
    "per second each, together a quarter of the capacity measured just before; and one REST " +
    `prediction with a body of 2 MB per second. ${failureNote}`
  );
}

/** The same where half of the small REST predictions have a connection of their own. */
export function freshLoadNote(perSecond: number): string {
  return (
    "The model computes next to nothing. Four loads at once, evenly spaced, whatever becomes of a " +
    `request: small predictions, ${(perSecond / 2).toFixed(0)} per second over one gRPC connection, ` +
    `${(perSecond / 4).toFixed(0)} over REST connections that are kept and as many over a new REST ` +
    `connection each; and one REST prediction with a body of 2 MB per second. ${failureNote}`
  );
}

const failureNote =
  "A failure is any status but 200 or OK, a broken connection, or no answer within 10 s. _During_ " +
  `lasts until ${settleSeconds} s after the command's end. Failures at any time count; of several ` +
  "releases, the slowest p99 is shown.";

/** Requests per second that REST and gRPC clients get at most, half of them each. */
export async function findCapacity({ restPort, grpcPort }: Ports): Promise<number> {
  const closed = { concurrency: 4, maxSeconds: capacitySeconds };
  const loads = [
    startLoad({ target: restTarget(restPort), ...closed }),
    startLoad({ target: grpcTarget(grpcPort), ...closed }),
  ];
  const results = await Promise.all(loads.map((load) => load.ended));
  return 2 * Math.min(...results.map(({ perSecond }) => perSecond));
}

/**
 * Runs a release to this model version while clients send `perSecond` requests, half over REST and
 * half over gRPC.
 *
 * @param fresh - whether half of those over REST have a connection of their own
 */
export async function releaseUnderLoad(
  { restPort, grpcPort }: Ports,
  perSecond: number,
  calmSeconds: number,
  version: number,
  release: () => Promise<unknown>,
  fresh = false,
): Promise<{ figures: ReleaseFigures; seconds: number }> {
  const half = { phase: "before", perSecond: perSecond / 2 };
  const quarter = { phase: "before", perSecond: perSecond / 4 };
  const apart = { ...restTarget(restPort), keepAlive: false };
  const loads: Loads = {
    rest: startLoad({ target: restTarget(restPort), ...(fresh ? quarter : half) }),
    ...(fresh && { fresh: startLoad({ target: apart, ...quarter }) }),
    grpc: startLoad({ target: grpcTarget(grpcPort), ...half }),
    large: startLoad({ target: restTarget(restPort, large), phase: "before", perSecond: 1 }),
  };
  const mark = (phase: string) => Object.values(loads).forEach((load) => load.mark(phase));
  try {
    await pause(calmSeconds);
    mark("during");
    const start = performance.now();
    await release();
    const seconds = (performance.now() - start) / 1000;
    await pause(settleSeconds);
    mark("after");
    await pause(calmSeconds);
    const figures = await stop(loads);
    checkServed(figures.rest, version);
    return { figures, seconds };
  } finally {
    await stop(loads);
  }
}

/** A release that changed nothing is no measurement. */
function checkServed({ phases: { after } }: LoadResult, version: number): void {
  const served = Object.keys(after.versions);
  if (served.length > 0 && !served.includes(String(version))) {
    throw new Error(`after the release, version ${served.join(" and ")} answers, not ${version}`);
  }
}

type Loads = { [kind in keyof ReleaseFigures]: Load };

async function stop({ rest, fresh, grpc, large }: Loads): Promise<ReleaseFigures> {
  const results = await Promise.all([rest.stop(), grpc.stop(), large.stop(), fresh?.stop()]);
  return { rest: results[0], grpc: results[1], large: results[2], fresh: results[3] };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
