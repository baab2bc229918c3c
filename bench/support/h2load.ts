import { execFile } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { promisify } from "util";
import { debianTool } from "../../test/support/debianTool";

const run = promisify(execFile);

/** A load of gRPC calls on one connection. */
export interface CallLoad {
  /** @default 127.0.0.1 */
  address?: string;
  port: number;
  /** Such as /tensorflow.serving.PredictionService/Predict. */
  method: string;
  /** The serialized message. */
  request: Uint8Array;
  /** Calls under way at a time. */
  atATime: number;
  calls: number;
  /** Whether with TLS; whom the certificate is of is not asked. @default false */
  secure?: boolean;
  /** More headers. @default - none */
  headers?: Record<string, string>;
}

/**
 * Calls per second by h2load, which is written in C and leaves the cores to what is measured.
 *
 * @param folder - for the request's file
 * @throws Error if a call was not answered with HTTP's status 200
 * @see https://nghttp2.org/documentation/h2load.1.html
 */
export async function h2load(load: CallLoad, folder: string): Promise<number> {
  const file = path.join(folder, "request");
  fs.writeFileSync(file, frame(load.request));
  const { stdout } = await run(debianTool("h2load", "nghttp2-client"), [
    ...["--clients=1", `--max-concurrent-streams=${load.atATime}`, `--requests=${load.calls}`],
    ...["--header=content-type: application/grpc", "--header=te: trailers", `--data=${file}`],
    ...Object.entries(load.headers ?? {}).map(([name, value]) => `--header=${name}: ${value}`),
    `${load.secure ? "https" : "http"}://${load.address ?? "127.0.0.1"}:${load.port}${load.method}`,
  ]);
  const perSecond = /finished in .*, ([\d.]+) req\/s/.exec(stdout)?.[1];
  if (perSecond === undefined || !stdout.includes(` ${load.calls} succeeded, 0 failed`)) {
    throw new Error(`h2load did not get every answer:\n${stdout}`);
  }
  return Number(perSecond);
}

/** A gRPC message as it is sent: uncompressed, with its length before it. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
