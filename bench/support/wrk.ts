import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { debianTool } from "../../test/support/debianTool";
import { type Calls, type CallTarget, headerOptions, urlOf } from "./calls";

const run = promisify(execFile);

/**
 * REST calls per second by wrk, which is written in C as h2load is.
 *
 * @param seconds - that it takes
 * @param folder - for a file
 * @throws Error if a call was not answered with HTTP's status 2xx
 * @see https://github.com/wg/wrk
 */
export async function wrk(
  calls: Calls,
  seconds: number,
  target: CallTarget,
  folder: string,
): Promise<number> {
  const script = path.join(folder, "request.lua");
  const body = JSON.stringify(Buffer.from(calls.body).toString());
  fs.writeFileSync(script, `wrk.method = "POST"\nwrk.body = ${body}\n`);
  const { stdout } = await run(debianTool("wrk", "wrk"), [
    ...["--threads", "1", "--connections", String(calls.atATime), "--duration", `${seconds}s`],
    ...[...headerOptions(calls), "--script", script, urlOf(calls, target)],
  ]);
  const perSecond = /^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1];
  if (perSecond === undefined || /^\s*(Socket errors|Non-2xx)/m.test(stdout)) {
    throw new Error(`wrk did not get every answer:\n${stdout}`);
  }
  return Number(perSecond);
}
