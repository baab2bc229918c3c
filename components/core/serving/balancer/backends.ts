import { refuseWhenFull } from "./limits";
import { maxReplicas, ports } from "./ports";
import type { Api } from "./requests";
import type { BalancerCanary, BalancerPods, BalancerSettings } from "./settings";

/** In which a replica says its release when its health is checked. */
const releaseHeader = "x-release";

// During a release the old and the new replicas stand side by side.
const slots = 2 * maxReplicas;

/** The replicas of each API, and those of the canary. */
export function backends(settings: BalancerSettings): string {
  const { canary, replicaAlias } = settings;
  const both = (name: string, alias: string) =>
    (["rest", "grpc"] as const).map((api) => backend(api, name, alias, settings));
  return [
    ...both("replicas", replicaAlias),
    ...(canary ? both(canaryName(canary), canary.alias) : []),
  ].join("\n");
}

/** When the balancer has nobody to send requests to. */
export function noReplica(api: Api, pods: BalancerPods | undefined): string {
  const young = pods ? `{ date(),sub(proc.started) lt ${pods.aloneSeconds} } ` : "";
  return `${young}{ nbsrv(${api}_replicas) lt 1 }`;
}

/** Name of the list of name servers. */
export function resolversName(pods: BalancerPods | undefined): string {
  return pods ? "cluster" : "docker";
}

function backend(
  api: Api,
  name: string,
  alias: string,
  { times, pods, edge }: BalancerSettings,
): string {
  const server = api === "rest" ? serverOptions(pods) : `proto h2 ${serverOptions(pods)}`;
  return `backend ${api}_${name}
  balance leastconn
${api === "rest" ? "  http-reuse safe\n" : `  timeout server ${times.grpcMs}ms\n${deadlines(times.grpcMs)}`}${refuseWhenFull(api, edge)}${healthCheck(pods)}
  default-server init-state down maxconn ${edge.limits.callsPerReplica}
  default-server ${server}
  server-template replica 1-${slots} ipv4@${alias}:${ports[api]} tcp-ut 5s
`;
}

/**
 * A client's own deadline, where it is sooner: the call then ends for the replica as well. The header
 * goes on as it came, so that the replica counts from when it gets it.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
function deadlines(longestMs: number): string {
  const milliseconds = {
    H: ",mul(3600000)",
    M: ",mul(60000)",
    S: ",mul(1000)",
    m: "",
    u: ",div(1000)",
  };
  const each = Object.entries(milliseconds).map(
    ([unit, times]) =>
      `  http-request set-var(txn.deadline) req.hdr(grpc-timeout),rtrim(${unit})${times} if { req.hdr(grpc-timeout) -m reg ^[0-9]{1,8}${unit}$ }\n`,
  );
  return `${each.join("")}  http-request set-timeout server var(txn.deadline) if { var(txn.deadline) -m int gt 0 } { var(txn.deadline) -m int lt ${longestMs} }
`;
}

/** Metrics and statistics show it, so that the version is in it. */
function canaryName({ version }: BalancerCanary): string {
  return `canary_${version}`;
}

/** Which requests go to the canary. */
export function canaryRules(api: Api, { canary }: BalancerSettings): string {
  return canary
    ? `${api === "rest" ? useCanaryForItsUrl(canary) : ""}${useCanary(api, canary)}`
    : "";
}

/** While no canary replica is ready, its share goes to the others. */
function useCanary(api: Api, canary: BalancerCanary): string {
  const name = `${api}_${canaryName(canary)}`;
  const free = api === "rest" ? "!{ path_reg ^/v1/models/[^/]+/(versions|labels)/ } " : "";
  return `  use_backend ${name} if ${free}{ nbsrv(${name}) gt 0 } { rand(100) lt ${canary.percent} }\n`;
}

/** A URL that names the version means it, whatever the share is. */
function useCanaryForItsUrl(canary: BalancerCanary): string {
  const { modelName, version } = canary;
  const url = `/v1/models/${modelName}/versions/${version}`.replace(/\./g, "\\.");
  return `  use_backend rest_${canaryName(canary)} if { path_reg ^${url}([:/]|$) }\n`;
}

/** `proto h1`: the supervisor does not speak HTTP/2. */
function healthCheck(pods: BalancerPods | undefined): string {
  const query = pods ? `?balancers=${pods.balancers}` : "";
  return `  option httpchk
  http-check connect port ${ports.health} proto h1
  http-check send meth GET uri /readyz${query}
  http-check expect status 200 on-success "%[res.hdr(${releaseHeader})]"`;
}

/**
 * One failed check takes a replica out: a draining one is gone within a check's interval. So does
 * one failed connection.
 */
function serverOptions(pods: BalancerPods | undefined): string {
  // The supervisor listens on IPv4.
  const addresses = pods ? " resolve-prefer ipv4" : "";
  return (
    "check inter 500ms fall 1 rise 1 observe layer4 error-limit 1 on-error mark-down " +
    `resolvers ${resolversName(pods)} init-addr last,none${addresses}`
  );
}
