import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { awsName, loadBalancingNameLength } from "../awsName";
import { tagsFor } from "../tags";

/** The target groups that an ECS service puts its replicas into. */
export interface TargetGroups {
  rest: lb.TargetGroup;
  /** @default - gRPC is not routed */
  grpc?: lb.TargetGroup;
}

/** From the longest request to the end of what waits for it, in seconds. */
const marginSeconds = 5;

/** How long the load balancer waits for an answer, in seconds; AWS's own default at least. */
export function idleTimeoutSeconds({ longestRequestSeconds }: ResolvedAlbEndpointArgs): number {
  return Math.max(60, longestRequestSeconds + marginSeconds);
}

/** Target groups of replicas that have addresses of their own (network mode awsvpc). */
export function createTargetGroups(
  name: string,
  args: ResolvedAlbEndpointArgs,
  parent: pulumi.Resource,
): TargetGroups {
  const common = {
    vpcId: args.vpcId,
    targetType: "ip",
    protocol: "HTTP",
    deregistrationDelay: args.longestRequestSeconds + marginSeconds,
    slowStart: args.slowStartSeconds,
    loadBalancingAlgorithmType:
      args.slowStartSeconds > 0 ? "round_robin" : "least_outstanding_requests",
  };
  const create = (api: string, inputs: lb.TargetGroupArgs) =>
    new lb.TargetGroup(
      awsName([name, api], loadBalancingNameLength),
      { ...common, ...inputs, tags: tagsFor(`endpoint-${api}`, args.tags) },
      { parent },
    );
  return {
    rest: create("rest", { port: ports.rest, protocolVersion: "HTTP1", healthCheck: restCheck }),
    grpc: args.grpc
      ? create("grpc", { port: ports.grpc, protocolVersion: "GRPC", healthCheck: grpcCheck })
      : undefined,
  };
}

// Two failures and not one: the supervisor's drain and ECS's deregistration come first anyway.
const pace = { interval: 5, timeout: 3, healthyThreshold: 2, unhealthyThreshold: 2 };

const restCheck = {
  ...pace,
  protocol: "HTTP",
  port: String(ports.health),
  path: "/readyz",
  matcher: "200",
};

/**
 * AWS checks targets of a gRPC group by gRPC only, so the supervisor's port does not serve here. The
 * server answers once it has loaded its models: with 0 (OK), or with 12 (UNIMPLEMENTED) where
 * `server.enableGrpcHealthcheckService` is off.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
const grpcCheck = {
  ...pace,
  protocol: "HTTP",
  port: "traffic-port",
  path: "/grpc.health.v1.Health/Check",
  matcher: "0,12",
};
