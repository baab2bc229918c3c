import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { debianTool } from "../../test/support/debianTool";
import { type Calls, type CallTarget, headerOptions, urlOf } from "./calls";

const run = promisify(execFile);

/**
 * gRPC calls per second by h2load, which is written in C and leaves the cores to what is measured.
 *
 * @param count - of calls
 * @param folder - for a file
 * @throws Error if a call was not answered with HTTP's status 200
 * @see https://nghttp2.org/documentation/h2load.1.html
 */
export async function h2load(
  calls: Calls,
  count: number,
  target: CallTarget,
  folder: string,
): Promise<number> {
  const file = path.join(folder, "body");
  fs.writeFileSync(file, calls.body);
  const { stdout } = await run(debianTool("h2load", "nghttp2-client"), [
    ...["--clients=1", `--max-concurrent-streams=${calls.atATime}`, `--requests=${count}`],
    ...[...headerOptions(calls), `--data=${file}`, urlOf(calls, target)],
  ]);
  const perSecond = /finished in .*, ([\d.]+) req\/s/.exec(stdout)?.[1];
  if (perSecond === undefined || !stdout.includes(` ${count} succeeded, 0 failed`)) {
    throw new Error(`h2load did not get every answer:\n${stdout}`);
  }
  return Number(perSecond);
}
