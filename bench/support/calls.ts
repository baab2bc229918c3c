/** Calls of one kind: of gRPC on one connection, of REST on one for each at a time. */
export interface Calls {
  api: "rest" | "grpc";
  /** Such as /v1/models/m:predict, or /tensorflow.serving.PredictionService/Predict. */
  path: string;
  /** The body, as it is sent: of gRPC a `frame`. */
  body: Uint8Array;
  headers: Record<string, string>;
  /** Calls under way at a time. */
  atATime: number;
}

/** Where calls go to. */
export interface CallTarget {
  address: string;
  port: number;
  /** Whether with TLS; whom the certificate is of is not asked. @default false */
  secure?: boolean;
}

/** What every call of gRPC has. */
export const grpcHeaders = { "content-type": "application/grpc", te: "trailers" };

/** A gRPC message as it is sent: uncompressed, with its length before it. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The URL of calls. */
export function urlOf({ path }: Calls, { address, port, secure }: CallTarget): string {
  return `${secure ? "https" : "http"}://${address}:${port}${path}`;
}

/** Headers of calls as options of h2load and wrk. */
export function headerOptions({ headers }: Calls): string[] {
  return Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`);
}
