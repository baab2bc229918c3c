import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { goProgram } from "../../test/support/goProgram";
import { type Calls, type CallTarget, urlOf } from "./calls";

const run = promisify(execFile);

/** How long calls took, in milliseconds. */
export interface CallTimes {
  p50: number;
  p99: number;
}

/** What `vegeta report` writes as JSON; times in nanoseconds. */
interface Report {
  latencies: { "50th": number; "99th": number };
  success: number;
  errors: string[];
}

/**
 * How long calls take that come evenly spaced, whatever becomes of those before, by vegeta.
 *
 * @param pace - calls in a second, and for how many seconds
 * @param folder - for files
 * @param cores - it runs on, as taskset has them. @default - all
 * @throws Error if a call was not answered with HTTP's status 2xx
 * @see https://github.com/tsenart/vegeta
 */
export async function vegeta(
  calls: Calls,
  pace: { perSecond: number; seconds: number },
  target: CallTarget,
  folder: string,
  cores?: string,
): Promise<CallTimes> {
  const program = await goProgram("vegeta", "github.com/tsenart/vegeta/v12");
  const [targets, results] = ["targets.json", "results"].map((name) => path.join(folder, name));
  const header = Object.fromEntries(
    Object.entries(calls.headers).map(([name, value]) => [name, [value]]),
  );
  const body = Buffer.from(calls.body).toString("base64");
  const one = { method: "POST", url: urlOf(calls, target), header, body };
  fs.writeFileSync(targets, `${JSON.stringify(one)}\n`);
  const attack = [
    ...[program, "attack", "-format=json", `-targets=${targets}`, `-output=${results}`],
    ...[`-rate=${Math.round(pace.perSecond)}/s`, `-duration=${pace.seconds}s`, "-insecure"],
    ...["-max-body=0", ...(calls.api === "grpc" && !target.secure ? ["-h2c"] : [])],
  ];
  const [command, ...args] = cores === undefined ? attack : ["taskset", "-c", cores, ...attack];
  await run(command, args);
  const { stdout } = await run(program, ["report", "-type=json", results]);
  const { latencies, success, errors } = JSON.parse(stdout) as Report;
  if (success < 1) {
    throw new Error(`vegeta did not get every answer: ${errors.join(", ")}`);
  }
  return { p50: latencies["50th"] / 1e6, p99: latencies["99th"] / 1e6 };
}
