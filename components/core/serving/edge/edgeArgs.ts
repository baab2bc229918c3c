import * as pulumi from "@pulumi/pulumi";

/** What a model service asks of its callers, where HAProxy stands in front of its replicas. */
export interface EdgeArgs {
  /** Encryption of REST and gRPC between clients and the balancer. @default - none */
  tls?: TlsArgs;

  /** Who may call. @default - everyone whom the network lets through */
  auth?: AuthArgs;

  /** How much may be asked, and what. @default - see LimitArgs */
  limits?: LimitArgs;

  /** What is written down of each request. @default - see AccessLogArgs */
  accessLog?: AccessLogArgs;

  /**
   * Largest request that is taken, in MiB, 1 to 64: a larger one gets 413, or RESOURCE_EXHAUSTED. The
   * balancer holds each one whole, so that it can be sent to another replica when its own fails, and
   * needs memory for two of them on each of `maxConnections`.
   * @default - requests of any size are taken, and those up to 64 KiB can be sent again
   */
  maxRequestMb?: number;

  /**
   * Most connections of clients at a time, on each balancer, 16 to 65536; further ones wait until one ends.
   * @default 2048
   */
  maxConnections?: number;
}

/** Certificate of a service: `certificate` with `privateKey`, or `selfSigned`. */
export interface TlsArgs {
  /** Certificate in PEM, and after it those that signed it. It excludes `selfSigned`. */
  certificate?: pulumi.Input<string>;

  /** Private key of `certificate`, in PEM and not encrypted. */
  privateKey?: pulumi.Input<string>;

  /**
   * Whether a certificate authority of the stack signs a certificate, for development. Clients trust
   * the output `caCertificate`; it is renewed by an update in the last 30 of its 90 days.
   * @default false
   */
  selfSigned?: boolean;

  /**
   * Certificates in PEM of those who sign clients' certificates. Clients without one are refused; its
   * subject is in the access log. @default - clients need none
   */
  clientCa?: pulumi.Input<string>;
}

/** Who may call. A client's name is in the access log, and its rights are in `clients`. */
export interface AuthArgs {
  /**
   * Keys by client: `sha256:` and the SHA-256 of each key in 64 hexadecimal digits, several where
   * one takes another's place. `npm run key -- add NAME` makes one. Clients send a key as
   * `Authorization: Bearer KEY` or `x-api-key: KEY`; with gRPC as metadata of these names.
   * @default - no keys
   */
  apiKeys?: Record<string, pulumi.Input<pulumi.Input<string>[]>>;

  /** Signed tokens that clients send as `Authorization: Bearer TOKEN`. @default - none */
  jwt?: JwtArgs;

  /** Rights and limits by client. @default - each client may do what `limits` leaves open to all */
  clients?: Record<string, ClientArgs>;
}

/** Tokens of an issuer (RFC 7519), signed with RS256 or ES256. They must expire. */
export interface JwtArgs {
  /** The claim `iss` of its tokens. */
  issuer: string;

  /** What the claim `aud` has to hold. */
  audience: string;

  /** The issuer's public keys, as the text of a JSON Web Key Set (RFC 7517). */
  jwks: string;

  /** The claim that names the client. @default "sub" */
  clientClaim?: string;
}

/** What one client may do. */
export interface ClientArgs {
  /**
   * Models that it may call. A gRPC call names its model inside, so that this needs `maxRequestMb`.
   * @default - all that `limits.models` has
   */
  models?: string[];

  /** What it may call: predict, classify, regress, multiInference, metadata, status. @default - all that `limits.verbs` has */
  verbs?: string[];

  /** Requests per second, on each balancer, 1 or more. @default - `limits.requestsPerSecond` */
  requestsPerSecond?: number;

  /** Requests at a time, on each balancer, 1 or more. @default - `limits.callsAtATime` */
  callsAtATime?: number;
}

/** How much may be asked. A balancer counts by itself: two of them let twice as much through. */
export interface LimitArgs {
  /**
   * Requests per second of each client, 1 or more; those beyond it get 429, or RESOURCE_EXHAUSTED. A
   * client is who a key or token says, else the subject of its certificate, else its address.
   * @default - no limit
   */
  requestsPerSecond?: number;

  /** Requests of each client at a time, 1 or more; those beyond it get 429, or RESOURCE_EXHAUSTED. @default - no limit */
  callsAtATime?: number;

  /**
   * Requests that a replica works on at a time, of REST and of gRPC each, 1 or more; others wait in
   * the balancer.
   * @default - 3 for each of its CPUs, rounded up; with batching twice the largest batch, up to 256
   */
  callsPerReplica?: number;

  /**
   * Requests of a burst that wait for each replica, 0 or more; those beyond it get 503, or UNAVAILABLE.
   * Until a second has passed without such a refusal, none waits.
   * @default - twice `callsPerReplica`
   */
  queuedPerReplica?: number;

  /** How long a request waits for a replica, in milliseconds, 1 or more; then it gets 503, or UNAVAILABLE. @default 1000 */
  queueMilliseconds?: number;

  /** Models that may be called at all; with gRPC it needs `maxRequestMb`. @default - every model that is served */
  models?: string[];

  /** What may be called at all: predict, classify, regress, multiInference, metadata, status. @default - all of these */
  verbs?: string[];
}

/** The log of requests on the balancer's standard output, a JSON object in each line. */
export interface AccessLogArgs {
  /** Share of the requests that were answered well that is written down, 0 to 1; failed and refused ones always are. @default 1 */
  sample?: number;
}

/** Defaults of EdgeArgs. */
export const edgeDefaults = {
  maxConnections: 2048,
  queueMilliseconds: 1000,
  sample: 1,
  clientClaim: "sub",
};
