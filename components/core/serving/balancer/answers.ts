import type { Api } from "./requests";

/** Why a request is answered by the balancer itself; the access log says it. */
export type Refusal = keyof typeof refusals;

interface Answer {
  /** Status of HTTP for REST. */
  readonly http: number;
  /** Status of gRPC: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly grpc: number;
  readonly says: string;
  /** Headers of REST's answer. */
  readonly headers?: string;
}

const grpcStatus = {
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
};

const soon = "Retry-After 1";

/** What a caller is told, by the reason. */
export const refusals = {
  path: {
    http: 404,
    grpc: grpcStatus.unimplemented,
    says: "no model is served at this path",
  },
  unauthenticated: {
    http: 401,
    grpc: grpcStatus.unauthenticated,
    says: "a key or token that is valid is needed, as Authorization: Bearer",
    headers: "WWW-Authenticate Bearer",
  },
  forbidden: {
    http: 403,
    grpc: grpcStatus.permissionDenied,
    says: "this client may not make this call",
  },
  requestSize: {
    http: 413,
    grpc: grpcStatus.resourceExhausted,
    says: "the request is larger than the service takes",
  },
  clientCalls: {
    http: 429,
    grpc: grpcStatus.resourceExhausted,
    says: "this client makes more requests at a time than it may",
    headers: soon,
  },
  clientRate: {
    http: 429,
    grpc: grpcStatus.resourceExhausted,
    says: "this client makes more requests a second than it may",
    headers: soon,
  },
  serviceFull: {
    http: 503,
    grpc: grpcStatus.unavailable,
    says: "the service is full",
    headers: soon,
  },
} as const satisfies Record<string, Answer>;

/** What a caller gets where HAProxy itself fails. */
const failures: Answer[] = [
  { http: 400, grpc: 3, says: "the request is malformed" },
  { http: 408, grpc: grpcStatus.deadlineExceeded, says: "the request did not come in time" },
  { http: 502, grpc: grpcStatus.unavailable, says: "the replica ended in the middle of the call" },
  { http: 503, grpc: grpcStatus.unavailable, says: "no replica is ready in time", headers: soon },
  { http: 504, grpc: grpcStatus.deadlineExceeded, says: "the replica did not answer in time" },
];

/** Notes the first reason why a request is refused. */
export function refuse(reason: Refusal, condition: string): string {
  return `  http-request set-var(txn.refusal,ifnotexists) str(${reason}) ${condition}\n`;
}

/** Answers what was refused for one of these reasons. */
export function answerRefused(api: Api, reasons: Refusal[]): string {
  return reasons
    .map(
      (reason) =>
        `  http-request return ${answer(api, refusals[reason])} if { var(txn.refusal) -m str ${reason} }\n`,
    )
    .join("");
}

/** What takes the place of HAProxy's own error pages. */
export function errorPages(api: Api): string {
  return pages(api) + (api === "grpc" ? asGrpc : "");
}

// What a client of gRPC takes for an answer of a server (an answer without a body has no type).
const asGrpc = `  http-after-response set-header Content-Type application/grpc if { res.hdr(grpc-status) -m found }
  http-after-response set-status 200 if { res.hdr(grpc-status) -m found }
`;

function pages(api: Api): string {
  return failures
    .map((failure) =>
      api === "rest"
        ? `  http-error ${answer(api, failure)}\n`
        : `  http-error status ${failure.http} hdr grpc-status ${failure.grpc} hdr grpc-message "${failure.says}"\n`,
    )
    .join("");
}

/** Of gRPC the status says that there was an answer: what it is says the trailer. */
function answer(api: Api, { http, grpc, says, headers }: Answer): string {
  return api === "rest"
    ? `status ${http} content-type "application/json" string "{\\"error\\":\\"${says}\\"}"${headers ? ` hdr ${headers}` : ""}`
    : `status 200 hdr grpc-status ${grpc} hdr grpc-message "${says}"`;
}
