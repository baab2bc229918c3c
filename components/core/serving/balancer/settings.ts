import type { ClientArgs, LimitArgs } from "../edge/edgeArgs";
import type { RequestTimes } from "../requestTimes";

/** What the balancer has to know; nothing in it changes when replicas come and go. */
export interface BalancerSettings {
  /** Name on the network under which DNS lists every running replica. */
  replicaAlias: string;
  /** Longest times that requests may take. */
  times: RequestTimes;
  /** Who may call, how much, encrypted or not. */
  edge: Edge;
  /** @default - every request goes to a replica */
  canary?: BalancerCanary;
  /** @default - it runs in a container of Docker */
  pods?: BalancerPods;
}

/** What EdgeArgs mean for HAProxy, with their defaults; nothing of it is a secret. */
export interface Edge {
  /** @default - plain */
  tls?: { clientCertificates: boolean };
  /** @default - nobody is asked who they are */
  callers?: Callers;
  clients: Record<string, ClientArgs>;
  limits: LimitArgs &
    Required<Pick<LimitArgs, "callsPerReplica" | "queuedPerReplica">> & {
      queueMilliseconds: number;
    };
  /** Share of the requests that were answered well that is written down. */
  sample: number;
  maxRequestMb?: number;
  maxConnections: number;
  /** Whether browsers of other sites may ask what they may send (OPTIONS), without a key. */
  cors: boolean;
}

/** How callers show who they are. */
export interface Callers {
  /** Whether there are keys, in the file `keys.map`. */
  keys: boolean;
  /** @default - tokens are not taken */
  tokens?: { issuer: string; audience: string; clientClaim: string; keys: TokenKey[] };
}

/** A public key of an issuer, in the file `tokenKeyFile` of its place in the list. */
export interface TokenKey {
  /** What tokens call it; empty where any token may be signed with it. */
  kid: string;
  /** RS256 or ES256. */
  alg: string;
  /** The key itself, which is public. */
  pem: string;
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
