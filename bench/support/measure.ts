import * as fs from "fs";
import * as path from "path";
import { inject, test } from "vitest";
import { Measurement } from "./section";

/** Whether sizes are those of a try-out, whose figures are not published. */
const quick = Boolean(process.env.BENCH_QUICK);

/** The size of a measurement: `full` in a run that is published. */
export function size(full: number, tryOut: number): number {
  return quick ? tryOut : full;
}

/**
 * Measures one thing.
 *
 * @param name - of the file, without .bench.ts
 * @param minutes - after which it has failed
 * @param run - gives what was measured; its `later` runs clean-ups, last one first
 */
export function measure(
  name: string,
  minutes: number,
  run: (later: (cleanUp: () => unknown) => void) => Promise<Omit<Measurement, "name">>,
): void {
  test(name, { timeout: minutes * 60_000 }, async ({ onTestFinished }) => {
    const measured = await run((cleanUp) =>
      onTestFinished(async () => void (await cleanUp()), cleanUpTimeout),
    );
    const file = path.join(inject("measurements"), `${name}.json`);
    fs.writeFileSync(file, JSON.stringify({ name, ...measured }));
  });
}

const cleanUpTimeout = 300_000;

/** A line on the screen. */
export function say(line: string): void {
  console.log(`  ${new Date().toTimeString().slice(0, 8)}  ${line}`);
}

/** Such as "4.2 s". */
export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** The middle one; of an even number, the lower of the two in the middle. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
