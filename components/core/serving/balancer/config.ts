import { accessLog, longestLine } from "./accessLog";
import { answerRefused, errorPages } from "./answers";
import { backends, canaryRules, noReplica, resolversName } from "./backends";
import {
  checkCaller,
  checkRights,
  configFolder,
  grpcModelFile,
  namesModels,
  releaseFile,
} from "./callers";
import { clientCounts, limitClient, limitSize, refusalCounts } from "./limits";
import { balancerCpus, ports } from "./ports";
import { aboutRequest, type Api, asksFirst, refuseOthers } from "./requests";
import type { BalancerSettings } from "./settings";
import { bufferBytes } from "./size";
import { bindOptions, certificateStore, handshakeTimeout, tlsGlobal } from "./tls";
import { longestMs } from "../requestTimes";

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
 *   that wait for a request end likewise, or the next replica in their slot would get them. HAProxy takes `tcp-ut` from a server's own line only, if its address says `ipv4@`.
 * - Only calls of the API reach a replica (`requests.ts`): HandleReloadConfigRequest can unload every
 *   model. A request is judged in this order: its path, who calls, rights, size, the client's limits,
 *   and in the backend whether there is room.
 * - A request, its headers first, has to come within 10 s and its size: a client that sends a byte at
 *   a time would hold a connection for ever.
 * - In a pod the name servers are those of /etc/resolv.conf, and `/live` says that HAProxy works.
 *
 * Written for HAProxy 3.2 (https://docs.haproxy.org/3.2/configuration.html).
 */
export function renderBalancerConfig(settings: BalancerSettings): string {
  const { edge, pods, times } = settings;
  return `global
  log stdout len ${longestLine} format raw local0 info
  maxconn ${edge.maxConnections}
  tune.bufsize ${bufferBytes(edge)}
  nbthread ${balancerCpus}
${pods ? "  set-var proc.started date()\n" : ""}  tune.lua.bool-sample-conversion normal
${programs(edge)}${tlsGlobal(edge)}  hard-stop-after ${longestMs(times)}ms
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
${certificateStore(edge)}
defaults
  mode http
  log global
  option dontlognull
  option idle-close-on-response
  load-server-state-from-file global
  timeout connect 100ms
  timeout check 2s
  timeout http-request ${requestSeconds(edge)}s
  timeout client ${times.restMs}ms
  timeout server ${times.restMs}ms
  timeout http-keep-alive 60s
${handshakeTimeout(edge)}  option http-buffer-request
  option srvtcpka
  srvtcpka-idle 2s
  srvtcpka-intvl 1s
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response 503

${frontend("rest", settings)}
${frontend("grpc", settings)}
${backends(settings)}${clientCounts(edge)}${refusalCounts()}
frontend statistics
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

function frontend(api: Api, settings: BalancerSettings): string {
  const { edge, times } = settings;
  return `frontend ${api}
  bind :${ports[api]}${bindOptions(api, edge)}
${api === "grpc" ? `  timeout client ${times.grpcMs}ms\n` : ""}${errorPages(api)}${aboutRequest(api)}${accessLog(api, edge)}${refuseOthers()}${edge.callers ? checkCaller(edge.callers, asksFirst(api, edge)) : ""}${checkRights(api, edge)}${limitSize(edge)}${limitClient(edge)}${answerRefused(
    api,
    ["path", "unauthenticated", "forbidden", "requestSize", "clientCalls", "clientRate"],
  )}${canaryRules(api, settings)}  default_backend ${api}_replicas
`;
}

function programs(edge: BalancerSettings["edge"]): string {
  const files = [releaseFile, ...(namesModels(edge) ? [grpcModelFile] : [])];
  return files.map((file) => `  lua-load ${configFolder}/${file}\n`).join("");
}

/** How long a request may take to come: what a slow line needs for as much as a buffer takes. */
function requestSeconds({ maxRequestMb = 0 }: BalancerSettings["edge"]): number {
  const [least, perMb] = [10, 2];
  return least + perMb * maxRequestMb;
}
