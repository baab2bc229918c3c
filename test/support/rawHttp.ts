import * as net from "net";

/** What became of a connection. */
export interface Exchange {
  /** All that came back. */
  answer: Buffer;
  /** Whether the other side ended it. */
  closed: boolean;
  milliseconds: number;
}

/** Where and how long. */
interface Line {
  address: string;
  port: number;
  /** Longest time. @default 1000 */
  waitMs?: number;
  /** Sends a byte after each pause. @default - all at once */
  pauseMs?: number;
  /** Whether it says that nothing more comes. @default false */
  ends?: boolean;
}

/** Sends bytes as they are and gives what comes back, until the other side ends it or time is up. */
export function exchange(bytes: Buffer | string, line: Line): Promise<Exchange> {
  const { address, port, waitMs = 1000, pauseMs, ends = false } = line;
  const content = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  const start = performance.now();
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const socket = net.connect(port, address);
    let sent = 0;
    const dribble =
      pauseMs === undefined
        ? undefined
        : setInterval(() => socket.write(content.subarray(sent, ++sent)), pauseMs);
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      clearInterval(dribble);
      socket.destroy();
      const milliseconds = performance.now() - start;
      resolve({ answer: Buffer.concat(chunks), closed, milliseconds });
    };
    const timer = setTimeout(() => finish(false), waitMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    // A connection that is broken off is an end as well.
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    if (pauseMs === undefined) {
      if (ends) socket.end(content);
      else socket.write(content);
    }
  });
}

/** Statuses of the answers on a connection of HTTP/1, in order. */
export function statusesOf(answer: Buffer): number[] {
  return [...answer.toString("latin1").matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) =>
    Number(status),
  );
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, continuation: 9 };

/** What a client of HTTP/2 begins with: the preface and settings that change nothing. */
export const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame("settings", 0, 0),
]);

/** Flags of frames: https://www.rfc-editor.org/rfc/rfc9113.html#section-6 */
export const endStream = 1;
export const endHeaders = 4;

/** A frame of HTTP/2; its length may be said wrong. */
export function frame(
  type: keyof typeof frameTypes,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(frameTypes[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Headers as literals that nothing is remembered of: https://www.rfc-editor.org/rfc/rfc7541.html#section-6.2.2 */
export function headerBlock(headers: [name: string, value: string][]): Buffer {
  return Buffer.concat(
    headers.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const rest = bytes.length - 127;
  const digits: number[] = [127];
  let left = rest;
  for (; left >= 128; left >>= 7) digits.push((left & 127) | 128);
  return Buffer.concat([Buffer.from([...digits, left]), bytes]);
}

/** Headers of a call of gRPC, as its clients send them. */
export function callHeaders(path: string, more: [string, string][] = []): Buffer {
  return headerBlock([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "service"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ...more,
  ]);
}
