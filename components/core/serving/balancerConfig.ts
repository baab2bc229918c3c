import { bufferBytes, maxConnections } from "./balancerSize";
import { longestMs, RequestTimes } from "./requestTimes";

/** What the balancer has to know; nothing in it changes when replicas come and go. */
export interface BalancerSettings {
  /** Name on the network under which DNS lists every running replica. */
  replicaAlias: string;
  /** Longest times that requests may take. */
  times: RequestTimes;
  /** @default - every request goes to a replica */
  canary?: BalancerCanary;
  /** @default - it runs in a container of Docker */
  pods?: BalancerPods;
}

/** What differs where balancers are pods of Kubernetes. */
export interface BalancerPods {
  /** How many there are. Replicas are told: a new one has joined once each of them has found it. */
  balancers: number;
  /**
   * Seconds after which `/ready` is 200 even without any replica, so that neither waits for the
   * other for ever.
   */
  aloneSeconds: number;
}

/** A model version that gets a part of the requests. */
export interface BalancerCanary {
  /** Name on the network under which DNS lists every running canary replica. */
  alias: string;
  modelName: string;
  version: string;
  /** Share of the requests in percent, 0 to 100. */
  percent: number;
}

/** Ports inside the network. */
export const ports = {
  grpc: 8500,
  rest: 8501,
  health: 8502,
  balancerStatistics: 8404,
  balancerCommands: 8405,
} as const;

/** CPUs that a balancer may use, a thread each: HAProxy itself would count those of its host. */
export const balancerCpus = 1;

/** Most replicas a service can have. */
export const maxReplicas = 256;

// During a release the old and the new replicas stand side by side.
const slots = 2 * maxReplicas;

/**
 * HAProxy configuration: REST and gRPC balanced per request over the replicas
 * that the supervisor calls ready.
 *
 * - Replicas are found over DNS in a fixed number of slots, so that scaling and
 *   releases never change this text and never replace the balancer.
 * - gRPC is HTTP/2 without TLS on both sides: a client's one connection reaches
 *   every replica, call by call.
 * - Which servers there are and are up outlives a reload of this configuration (`run`): without
 *   their last addresses a new process would answer 503 until DNS has answered it.
 * - A request goes to another replica at once (the default waits a second) when its own refused it,
 *   gave nothing or said 503; predictions have no side effects. It has to be in a buffer whole before
 *   its first byte is passed on, so HAProxy waits for its end or for a full buffer.
 * - A connection that is not there within 100 ms counts as refused: the first packet to a container
 *   whose network is just coming up is lost, and sent again after a second only.
 * - A replica that DNS has just named gets requests once its first check has passed (`init-state`):
 *   HAProxy passes a gRPC call on before the connection stands, and a call that is larger than a
 *   buffer is lost where nothing listens yet (HAProxy 3.2.26).
 * - A health check may take 2 s: where processors are scarce, as when a new replica loads its model,
 *   all replicas answer late at once, and none of them is down. One that leaves says so at once.
 * - A machine that is lost ends no connection. What it has not acknowledged after 5 s goes to another
 *   replica (`tcp-ut`), and so does what it acknowledged and never answered (`srvtcpka`). Connections
 *   that wait for a request end likewise, or the next replica in their slot would get them
 *   (HAProxy 2.6.12). HAProxy takes `tcp-ut` from a server's own line only, if its address says `ipv4@`.
 * - The two administrative services on TF Serving's gRPC port stay inside:
 *   HandleReloadConfigRequest can unload every model.
 * - A call that finds no replica is answered once a part of its body has come: a connection whose
 *   first body was never read takes nothing more (HAProxy 2.6.12; 3.0 counts what it throws away).
 * - A client may send several buffers of a gRPC call ahead. HAProxy 3.1 and later see to that
 *   themselves (https://docs.haproxy.org/3.2/configuration.html#tune.h2.fe.rxbuf).
 * - In a pod the name servers are those of /etc/resolv.conf, and `/live` says that HAProxy works.
 *
 * Written for HAProxy 2.6 and later (https://docs.haproxy.org/2.6/configuration.html).
 */
export function renderBalancerConfig(settings: BalancerSettings): string {
  const { canary, pods, times } = settings;
  return `global
  log stdout format raw local0 info
  maxconn ${maxConnections}
  tune.bufsize ${bufferBytes}
.if !version_atleast(3.1)
  tune.h2.initial-window-size ${4 * bufferBytes}
.endif
  nbthread ${balancerCpus}
${pods ? "  set-var proc.started date()\n" : ""}  hard-stop-after ${longestMs(times)}ms
  stats socket ipv4@127.0.0.1:${ports.balancerCommands} level user
  server-state-file /tmp/servers

resolvers ${resolversName(pods)}
  ${pods ? "parse-resolv-conf" : "nameserver dns 127.0.0.11:53"}
  accepted_payload_size 8192
  resolve_retries 3
  timeout resolve 500ms
  timeout retry 500ms
  hold valid 1s
  hold nx 1s
  hold obsolete 0s

defaults
  mode http
  log global
  option dontlog-normal
  option dontlognull
  option idle-close-on-response
  load-server-state-from-file global
  timeout connect 100ms
  timeout check 2s
  timeout client ${times.restMs}ms
  timeout server ${times.restMs}ms
  timeout http-keep-alive 60s
  option http-buffer-request
  option srvtcpka
  srvtcpka-idle 2s
  srvtcpka-intvl 1s
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response 503

frontend rest
  bind :${ports.rest}
  option httplog
${canary ? `${useCanaryForItsUrl(canary)}${useCanary("rest", canary)}` : ""}  default_backend rest_replicas

frontend grpc
  bind :${ports.grpc} proto h2
  option httplog
  timeout client ${times.grpcMs}ms
  http-request deny deny_status 403 if { path_beg /tensorflow.serving.ModelService/HandleReloadConfigRequest }
  http-request deny deny_status 403 if { path_beg /tensorflow.ProfilerService/ /tensorflow.ProfileAnalysis/ }
  http-request wait-for-body time 1s if { nbsrv(grpc_replicas) lt 1 }
${grpcErrors()}${canary ? useCanary("grpc", canary) : ""}  default_backend grpc_replicas

${backend("rest", "replicas", settings.replicaAlias, settings)}
${backend("grpc", "replicas", settings.replicaAlias, settings)}
${canary ? canaryBackends(canary, settings) : ""}frontend statistics
  bind :${ports.balancerStatistics}
  no log
  monitor-uri /ready
  monitor fail if ${noReplica("rest", pods)} || ${noReplica("grpc", pods)}
${pods ? "  http-request return status 200 if { path /live }\n" : ""}  http-request use-service prometheus-exporter if { path /metrics }
  stats enable
  stats uri /
  stats show-legends
`;
}

/**
 * What a gRPC client gets where HAProxy itself answers: without it a large call would end as
 * CANCELLED, as if the client had given it up, since its body is not read to the end.
 *
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
function grpcErrors(): string {
  const [unavailable, deadlineExceeded] = [14, 4];
  return [
    { http: 502, status: unavailable, message: "the replica ended in the middle of the call" },
    { http: 503, status: unavailable, message: "no replica is ready" },
    { http: 504, status: deadlineExceeded, message: "the replica did not answer in time" },
  ]
    .map(
      ({ http, status, message }) =>
        `  http-error status ${http} hdr grpc-status ${status} hdr grpc-message "${message}"\n`,
    )
    .join("");
}

function noReplica(api: "rest" | "grpc", pods: BalancerPods | undefined): string {
  const young = pods ? `{ date(),sub(proc.started) lt ${pods.aloneSeconds} } ` : "";
  return `${young}{ nbsrv(${api}_replicas) lt 1 }`;
}

function resolversName(pods: BalancerPods | undefined): string {
  return pods ? "cluster" : "docker";
}

function backend(
  api: "rest" | "grpc",
  name: string,
  alias: string,
  { times, pods }: BalancerSettings,
): string {
  const options = api === "rest" ? "  http-reuse safe\n" : `  timeout server ${times.grpcMs}ms\n`;
  const server = api === "rest" ? serverOptions(pods) : `proto h2 ${serverOptions(pods)}`;
  return `backend ${api}_${name}
  balance leastconn
${options}${healthCheck(pods)}
.if version_atleast(3.1)
  default-server init-state down
.endif
  default-server ${server}
  server-template replica 1-${slots} ipv4@${alias}:${ports[api]} tcp-ut 5s
`;
}

function canaryBackends(canary: BalancerCanary, settings: BalancerSettings): string {
  const name = canaryName(canary);
  return `${backend("rest", name, canary.alias, settings)}
${backend("grpc", name, canary.alias, settings)}
`;
}

/** Metrics and statistics show it, so that the version is in it. */
function canaryName({ version }: BalancerCanary): string {
  return `canary_${version}`;
}

/** While no canary replica is ready, its share goes to the others. */
function useCanary(api: "rest" | "grpc", canary: BalancerCanary): string {
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

/** `proto h1`, or HAProxy 2.6 would check a server that speaks HTTP/2 in HTTP/2. */
function healthCheck(pods: BalancerPods | undefined): string {
  const query = pods ? `?balancers=${pods.balancers}` : "";
  return `  option httpchk
  http-check connect port ${ports.health} proto h1
  http-check send meth GET uri /readyz${query}
  http-check expect status 200`;
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
