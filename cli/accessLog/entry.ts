/** A request, as a balancer writes it down. */
export interface Entry {
  /** RFC 3339 with milliseconds, in UTC. */
  readonly time: string;
  readonly requestId: string;
  /** Empty where nobody has to say who calls. */
  readonly client: string;
  readonly api: "rest" | "grpc";
  readonly model: string;
  readonly version: string;
  /** Empty where the path is none of the API. */
  readonly verb: string;
  readonly method: string;
  /** Of HTTP; that of most gRPC calls is 200, whatever came of them. */
  readonly status: number;
  /** Absent where the balancer has not seen it. */
  readonly grpcStatus?: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** -1 where the request did not get there, as of the next two. */
  readonly queueMs: number;
  readonly serverMs: number;
  readonly totalMs: number;
  /** `IPv4:port`; empty where none got the request. */
  readonly replica: string;
  /** Tag of the image that the replica runs; empty where none got the request, or it does not say. */
  readonly release: string;
  /** Why the balancer did not let it through; empty where it did. */
  readonly refusal: string;
  /** Share of the requests answered well that is written down. */
  readonly sample: number;
  /** Subject of the client's certificate; empty without one. */
  readonly clientCertificate: string;
}

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const grpcNames = [
  ...["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"],
  ...["ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"],
  ...["ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"],
  "UNAUTHENTICATED",
];

/** The request that a line of a balancer is about; undefined where it is about something else. */
export function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith("{")) {
    return undefined;
  }
  try {
    const { grpcStatus, sample, ...entry } = JSON.parse(line);
    const isEntry = typeof entry.requestId === "string" && typeof entry.totalMs === "number";
    // HAProxy writes what it does not know as an empty text.
    const isKnown = typeof grpcStatus === "number";
    return isEntry
      ? { ...entry, sample: Number(sample), ...(isKnown ? { grpcStatus } : {}) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Who asked, as far as it is known. */
export function callerIn({ client, clientCertificate }: Entry): string {
  return printable(client || clientCertificate || "-");
}

/** Whether a request was answered well. */
export function isGood({ status, grpcStatus = 0, refusal }: Entry): boolean {
  return refusal === "" && status >= 200 && status < 400 && grpcStatus === 0;
}

/** A line of a balancer for people: a request in columns, anything else as it is. */
export function readableLine(line: string): string {
  const entry = parseEntry(line);
  if (!entry) {
    return line;
  }
  const { time, api, model, version, verb, method, refusal, requestId } = entry;
  const { replica, release } = entry;
  const asked = verb ? `${verb} ${model}${version ? `/${version}` : ""}` : `${method} ?`;
  return [
    time,
    callerIn(entry).padEnd(12),
    `${api} ${asked}`.padEnd(34),
    (statusText(entry) + (refusal ? ` refused: ${refusal}` : "")).padEnd(24),
    duration(entry).padEnd(30),
    `${size(entry.bytesIn)} in, ${size(entry.bytesOut)} out`.padEnd(24),
    (replica || "-").padEnd(17),
    (release || "-").padEnd(12),
    requestId,
  ]
    .map(printable)
    .join("  ");
}

function statusText({ status, grpcStatus }: Entry): string {
  return grpcStatus === undefined
    ? String(status)
    : (grpcNames[grpcStatus] ?? `gRPC ${grpcStatus}`);
}

function duration({ totalMs, queueMs, serverMs }: Entry): string {
  const there = (ms: number) => (ms < 0 ? "-" : String(ms));
  return `${there(totalMs)} ms (queue ${there(queueMs)}, server ${there(serverMs)})`;
}

function size(bytes: number): string {
  return bytes < 1000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What clients send of themselves does not steer the terminal of who reads it. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}
