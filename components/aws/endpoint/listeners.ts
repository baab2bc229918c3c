import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { listenerPorts } from "./endpointSecurityGroup";
import { tagsFor } from "../tags";
import { TargetGroups } from "./targetGroups";

/** The rules that lead to the replicas; whatever fits none of them gets 404. */
export interface Routes {
  rest: lb.ListenerRule;
  /** @default - gRPC is not routed */
  grpc?: lb.ListenerRule;
}

/**
 * REST paths that are public: models and their metadata. Prometheus metrics would be those of any
 * one replica.
 */
const restPaths = ["/v1/models/*"];

/**
 * gRPC methods that are public: predictions, state and health. HandleReloadConfigRequest, which can
 * unload every model, the profiler and raw sessions stay inside.
 */
const grpcPaths = [
  "/tensorflow.serving.PredictionService/*",
  "/tensorflow.serving.ModelService/GetModelStatus",
  "/grpc.health.v1.Health/*",
];

/** HTTPS with a redirect from HTTP, or HTTP alone without a certificate. */
export function createListeners(
  name: string,
  args: ResolvedAlbEndpointArgs,
  loadBalancer: lb.LoadBalancer,
  groups: TargetGroups,
  parent: pulumi.Resource,
): Routes {
  const tags = tagsFor("endpoint", args.tags);
  const common = { loadBalancerArn: loadBalancer.arn, tags };
  const secure = args.certificateArn !== undefined;
  const http = new lb.Listener(
    `${name}-http`,
    {
      ...common,
      port: listenerPorts.http,
      protocol: "HTTP",
      defaultActions: [secure ? toHttps : notFound],
    },
    { parent },
  );
  const listener = secure
    ? new lb.Listener(
        `${name}-https`,
        {
          ...common,
          port: listenerPorts.https,
          protocol: "HTTPS",
          certificateArn: args.certificateArn,
          sslPolicy: args.sslPolicy,
          defaultActions: [notFound],
        },
        { parent },
      )
    : http;
  const route = (api: string, priority: number, paths: string[], group: lb.TargetGroup) =>
    new lb.ListenerRule(
      `${name}-${api}`,
      {
        listenerArn: listener.arn,
        priority,
        conditions: [{ pathPattern: { values: paths } }],
        actions: [{ type: "forward", targetGroupArn: group.arn }],
        tags,
      },
      { parent },
    );
  return {
    rest: route("rest", 10, restPaths, groups.rest),
    grpc: groups.grpc && route("grpc", 20, grpcPaths, groups.grpc),
  };
}

const toHttps = {
  type: "redirect",
  redirect: { protocol: "HTTPS", port: String(listenerPorts.https), statusCode: "HTTP_301" },
};

const notFound = {
  type: "fixed-response",
  fixedResponse: {
    contentType: "text/plain",
    statusCode: "404",
    messageBody: "No model is served at this path.",
  },
};
