import { Problem, wholeNumber } from "../arguments/problem";

/** What decides on how long a replica takes to stop, in seconds. */
export interface StopTimes {
  /** How long it serves on after it was told to stop. */
  drainSeconds: number;
  /** From being told to stop until it is killed. */
  stopGraceSeconds: number;
}

// The supervisor stops the server when the drain is over, and kills it 3 s later.
const endSeconds = 4;
const usualEndSeconds = 10;
const longestGraceSeconds = 7200;

/** The grace of a replica that is not given one. */
export function usualStopGrace(drainSeconds: number): number {
  return drainSeconds + usualEndSeconds;
}

/**
 * What is wrong with a replica's grace.
 *
 * @param platform - what kills the replica when it is over, such as `Docker`
 * @param limits - `leaveSeconds` pass before the drain begins; `fewest` is what the platform takes
 */
export function checkStopGrace(
  { drainSeconds, stopGraceSeconds }: StopTimes,
  platform: string,
  { leaveSeconds = 0, fewest = 1 } = {},
): Problem[] {
  const needed = leaveSeconds + drainSeconds + endSeconds;
  return stopGraceSeconds < needed
    ? [
        {
          propertyPath: "stopGraceSeconds",
          reason:
            `is ${stopGraceSeconds}, and drainSeconds is ${drainSeconds}: ${platform} would kill a replica that ` +
            `still drains. Use ${needed} or more, or drain for a shorter time`,
        },
      ]
    : wholeNumber("stopGraceSeconds", stopGraceSeconds, fewest, longestGraceSeconds);
}
