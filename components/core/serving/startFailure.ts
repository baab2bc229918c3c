/** What becomes of a release whose new replicas fail, where there was one before it. */
export const servedOn = "What was served before is served on.";

/** Why a server that ended before it was ready cannot serve. */
export function endedBeforeReady(exitCode: number, outOfMemory = false): string {
  return outOfMemory
    ? "ran out of memory before it was ready: raise memoryMb"
    : `ended with code ${exitCode} before it was ready`;
}

/** Why a server that is not ready in time cannot serve. */
export function notReadyInTime(startTimeoutSeconds: number): string {
  return (
    `is not ready ${startTimeoutSeconds} s after its start. If its model needs longer to load and ` +
    "warm up, raise startTimeoutSeconds"
  );
}
