import { answerRefused, refuse } from "./answers";
import { quoted } from "./quote";
import type { Api } from "./requests";
import type { Edge } from "./settings";

const clientsTable = "clients";
const refusalsTable = "refusals";
// One that it works on, and the next one.
const callsThatKeepBusy = 2;

/** Whether anything limits a single client. */
function limitsClients({ clients, limits }: Edge): boolean {
  return [limits, ...Object.values(clients)].some(
    ({ requestsPerSecond, callsAtATime }) => (requestsPerSecond ?? callsAtATime) !== undefined,
  );
}

/** Counts what each client asks, where anything limits it. */
export function clientCounts(edge: Edge): string {
  return limitsClients(edge)
    ? `
backend ${clientsTable}
  stick-table type string len 128 size 10k expire 1m store conn_cur,gpc(1),gpc_rate(1,1s)
`
    : "";
}

/**
 * Limits of each client: who a key or token says, else the subject of its certificate, else its
 * address. Only requests that are let through count towards the rate, so that a client above its
 * limit still gets its limit.
 */
export function limitClient(edge: Edge): string {
  if (!limitsClients(edge)) {
    return "";
  }
  const certificate = edge.tls?.clientCertificates
    ? "  http-request set-var(txn.who,ifnotexists) ssl_c_s_dn\n"
    : "";
  return `  http-request set-var(txn.who) var(txn.client)
${certificate}  http-request set-var(txn.who,ifnotexists) src
  http-request track-sc0 var(txn.who) table ${clientsTable}
${limitOf(edge, "callsAtATime", "calls")}${limitOf(edge, "requestsPerSecond", "rate")}${refuse("clientCalls", "if { var(txn.calls) -m found } { sc_conn_cur(0),sub(txn.calls) gt 0 }")}${refuse("clientRate", "if { var(txn.rate) -m found } { sc_gpc_rate(0,0),sub(txn.rate) ge 0 }")}  http-request sc-inc-gpc(0,0) unless { var(txn.refusal) -m found }
`;
}

function limitOf(
  { clients, limits }: Edge,
  name: "callsAtATime" | "requestsPerSecond",
  variable: string,
): string {
  const set = (limit: number, condition: string) =>
    `  http-request set-var(txn.${variable},ifnotexists) int(${limit})${condition}\n`;
  const each = Object.entries(clients).flatMap(([client, { [name]: limit }]) =>
    limit === undefined ? [] : [set(limit, ` if { var(txn.client) -m str -- ${quoted(client)} }`)],
  );
  return [...each, ...(limits[name] === undefined ? [] : [set(limits[name], "")])].join("");
}

/** Refuses what is larger than a buffer is for: HAProxy holds each request until it is whole or the buffer full. */
export function limitSize({ maxRequestMb }: Edge): string {
  if (maxRequestMb === undefined) {
    return "";
  }
  const most = maxRequestMb * 2 ** 20;
  return (
    refuse("requestSize", `if { req.body_size gt ${most} }`) +
    refuse("requestSize", `if { req.body_len gt ${most} }`)
  );
}

/**
 * Refuses at once what would wait too long: no replica of the backend can take it, and as many wait
 * as may. What waits and finds none in time gets 503 from HAProxy.
 *
 * The queue is for a burst. A service that has just refused is overloaded, and a queue that stays full
 * makes every call later and none more: until a second has passed without a refusal, replicas get what
 * keeps them busy and nothing waits beyond it.
 *
 * @see https://queue.acm.org/detail.cfm?id=2209336
 */
export function refuseWhenFull(api: Api, { limits }: Edge): string {
  const { callsPerReplica, queuedPerReplica, queueMilliseconds } = limits;
  const room = (perReplica: number) => `set-var(txn.room) nbsrv,mul(${perReplica})`;
  const busy = Math.min(queuedPerReplica, Math.max(0, callsThatKeepBusy - callsPerReplica));
  const refused = "if { var(txn.refusal) -m str serviceFull }";
  return `  timeout queue ${queueMilliseconds}ms
  http-request ${room(queuedPerReplica)}
  http-request ${room(busy)} if { be_id,table_gpc_rate(0,${refusalsTable}) gt 0 }
${refuse("serviceFull", "if { nbsrv gt 0 } { be_conn_free le 0 } { queue,sub(txn.room) ge 0 }")}  http-request track-sc1 be_id table ${refusalsTable} ${refused}
  http-request sc-inc-gpc(0,1) ${refused}
${answerRefused(api, ["serviceFull"])}`;
}

/** Counts what each backend refuses because it is full. */
export function refusalCounts(): string {
  return `
backend ${refusalsTable}
  stick-table type integer size 16 expire 1m store gpc(1),gpc_rate(1,1s)
`;
}
