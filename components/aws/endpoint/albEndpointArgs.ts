import * as pulumi from "@pulumi/pulumi";
import { longestMs, requestTimes } from "@tf-model-serving/core/internal/serving/requestTimes";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";
import type { AlbAuthArgs } from "./callerArgs";
import type { AlbLimitsArgs } from "./openPaths";

/** Arguments of an AlbEndpoint. */
export interface AlbEndpointArgs {
  /** The VPC of the replicas. */
  vpcId: pulumi.Input<string>;

  /**
   * IPv4 block of the VPC: `VpcNetwork.cidrBlock`. The load balancer sends nowhere else, but to
   * replicas of an EcsModelService that names its security group.
   */
  vpcCidr: pulumi.Input<string>;

  /** Subnets of the load balancer, in two Availability Zones at least; public ones with `public`. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;

  /** Name of the model in URLs; of several models the one that the output `restUrl` is about. */
  modelName: string;

  /**
   * Certificate in ACM, of the load balancer's region, for `domainName`: REST is then HTTPS only,
   * and HTTP redirects there. @default - HTTP, for private addresses only
   */
  certificateArn?: pulumi.Input<string>;

  /** Name by which clients reach the load balancer; required with `certificateArn`. @default - the load balancer's own name */
  domainName?: string;

  /** Route 53 hosted zone in which `domainName` becomes an alias of the load balancer. @default - its record is made elsewhere */
  zoneId?: pulumi.Input<string>;

  /** Whether gRPC is routed too, on the HTTPS port; needs `certificateArn`. @default false */
  grpc?: boolean;

  /**
   * Whether the load balancer has addresses on the internet; needs `certificateArn` and
   * `clientCidrs`. @default false
   */
  public?: boolean;

  /**
   * IPv4 blocks of clients, such as `10.0.0.0/16`. All addresses, `0.0.0.0/0`, only with `public`;
   * without a certificate private ones only. @default - none
   */
  clientCidrs?: string[];

  /** Security groups of clients. @default - none */
  clientSecurityGroupIds?: pulumi.Input<string>[];

  /**
   * Who may call, by tokens that the load balancer checks; needs `certificateArn`. Its security group is
   * open to the internet then, outwards and at port 443 only, where the issuer's keys are.
   * @default - whoever reaches it
   */
  auth?: AlbAuthArgs;

  /** What may be called. @default - predictions, metadata and state of every model */
  limits?: AlbLimitsArgs;

  /**
   * The longest that a request may take, in seconds, 1 to 3595. The load balancer waits 5 s longer
   * for an answer, and for the requests of a replica that leaves. It has one such time for REST and gRPC.
   * @default - 31, a little longer than the server takes for REST with its own default; 60 with `grpc`
   */
  longestRequestSeconds?: number;

  /**
   * Time in which the share of a new replica grows to a full one, in seconds: 30 to 900, or 0 for
   * none. AWS has slow start with round robin only; without it the replica with the fewest open
   * requests gets the next. @default 0
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
   */
  slowStartSeconds?: number;

  /**
   * TLS versions and ciphers, by the name of AWS's security policy.
   * @default "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
   */
  sslPolicy?: string;

  /** Whether AWS refuses to delete the load balancer. @default false */
  deletionProtection?: boolean;

  /** Whether every request is logged to a private encrypted bucket. @default true */
  accessLogs?: boolean;

  /** After how many days access logs are deleted. @default 90 */
  accessLogRetentionDays?: number;

  /** Whether the bucket of access logs outlives the stack. @default true */
  retainLogsOnDestroy?: boolean;

  /** Web ACL of AWS WAF, a regional one, that every request has to pass. @default - none */
  webAclArn?: pulumi.Input<string>;

  /** SNS topic for alarms, in the load balancer's region. @default - an encrypted one is created */
  alarmTopicArn?: pulumi.Input<string>;

  /**
   * Addresses that alarms are mailed to, each once its owner has confirmed; excludes
   * `alarmTopicArn`. @default - none
   */
  alarmEmails?: string[];

  /** Share of requests that may end in a server's error (5xx) before there is an alarm, in percent. @default 1 */
  maxErrorPercent?: number;

  /**
   * 99th percentile of a replica's response time that there may be before there is an alarm, in
   * seconds. It stops releases too, so choose it for your model. @default - half of longestRequestSeconds
   */
  maxLatencySeconds?: number;

  /** Further tags for everything. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of AlbEndpointArgs. */
export const albEndpointDefaults = {
  grpc: false,
  public: false,
  clientCidrs: [] as string[],
  clientSecurityGroupIds: [] as pulumi.Input<string>[],
  slowStartSeconds: 0,
  // AWS recommends it (@see sslPolicy): TLS 1.3 and 1.2 with forward secrecy.
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  deletionProtection: false,
  accessLogs: true,
  accessLogRetentionDays: 90,
  retainLogsOnDestroy: true,
  alarmEmails: [] as string[],
  maxErrorPercent: 1,
} satisfies Partial<AlbEndpointArgs>;

/** Arguments with every default filled in. */
export type ResolvedAlbEndpointArgs = AlbEndpointArgs &
  typeof albEndpointDefaults & { longestRequestSeconds: number; maxLatencySeconds: number };

export function resolveAlbEndpointArgs(args: AlbEndpointArgs): ResolvedAlbEndpointArgs {
  const times = requestTimes({});
  const longest = args.grpc ? longestMs(times) : times.restMs;
  const resolved = withDefaults(withDefaults(args, albEndpointDefaults), {
    longestRequestSeconds: Math.ceil(longest / 1000),
  });
  return withDefaults(resolved, { maxLatencySeconds: resolved.longestRequestSeconds / 2 });
}
