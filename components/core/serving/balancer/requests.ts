import { refuse } from "./answers";
import type { Edge } from "./settings";
import { healthMethods, type Verb, verbNames, verbs } from "../../tfserving/verbs";

/** An API of the service. */
export type Api = "rest" | "grpc";

const modelPath = "/v1/models/[A-Za-z0-9_][A-Za-z0-9_.-]*(/versions/[0-9]+|/labels/[A-Za-z0-9_]+)?";

/** Ends of the paths of REST, by verb. */
const restEnds = verbNames.flatMap((verb) => {
  const { rest } = verbs[verb] as { rest?: string };
  return rest === undefined ? [] : [{ verb, rest }];
});

/**
 * What a request is about, for all rules after these.
 *
 * - `txn.id`: the client's X-Request-Id, else the trace of its `traceparent`
 *   (https://www.w3.org/TR/trace-context/), else a new one. The replica and the client get it.
 * - `txn.verb`: what is called; a path that is not written exactly as the API has it has none.
 * - `txn.model` and `txn.version`: with gRPC as far as the buffer tells, for the log only.
 */
export function aboutRequest(api: Api): string {
  return `${requestId}${api === "rest" ? aboutRest() : aboutGrpc()}`;
}

const requestId = `  http-request set-var(txn.id) req.hdr(x-request-id) if { req.fhdr(x-request-id) -m reg ^[A-Za-z0-9._-]{1,128}$ }
  http-request set-var(txn.id,ifnotexists) req.hdr(traceparent),field(2,-) if { req.fhdr(traceparent) -m reg ^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$ }
  http-request set-var(txn.id,ifnotexists) uuid()
  http-request set-header X-Request-Id %[var(txn.id)]
  http-after-response set-header X-Request-Id %[var(txn.id)] if { var(txn.id) -m found }
`;

function aboutRest(): string {
  const ends = restEnds.map(({ rest }) => rest).filter(Boolean);
  const called = restEnds.map(({ verb, rest }) => {
    // Browsers ask first with OPTIONS.
    const methods = rest.startsWith(":") ? "POST OPTIONS" : "GET HEAD OPTIONS";
    const end = rest ? `{ path_end ${rest} }` : "!{ path_sub : }";
    return `  http-request set-var(txn.verb,ifnotexists) str(${verb}) if api_path ${end} { method ${methods} }\n`;
  });
  return `  acl api_path path_reg ^${modelPath}(${ends.join("|")})?$
  http-request set-var(txn.model) path,field(4,/),field(1,:) if api_path
  http-request set-var(txn.version) path,field(6,/),field(1,:) if api_path { path_sub /versions/ /labels/ }
${called.join("")}`;
}

function aboutGrpc(): string {
  const called = verbNames.map(
    (verb) =>
      `  http-request set-var(txn.verb) str(${verb}) if { path -m str ${verbs[verb].grpc.map((method) => `/${method}`).join(" ")} }\n`,
  );
  const health = healthMethods.map((method) => `/${method}`).join(" ");
  const several: Verb = "multiInference";
  return `${called.join("")}  http-request set-var(txn.verb) str(health) if { path -m str ${health} }
  http-request set-var(txn.model) req.body,ungrpc(1.1) unless { var(txn.verb) -m str ${several} health }
  http-request set-var(txn.model) req.body,ungrpc(1.1.1) if { var(txn.verb) -m str ${several} }
  http-request set-var(txn.version) req.body,ungrpc(1.2.1,int64) unless { var(txn.verb) -m str ${several} health }
`;
}

/** Whether browsers of other sites may ask what they may send before they send it. */
export function asksFirst(api: Api, { cors }: Edge): boolean {
  return api === "rest" && cors;
}

/** Refuses what is no call of the API. */
export function refuseOthers(): string {
  return refuse("path", "if !{ var(txn.verb) -m found }");
}
