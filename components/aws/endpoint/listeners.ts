import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import type { AlbJwtArgs } from "./callerArgs";
import { listenerPorts } from "./endpointSecurityGroup";
import { grpcPaths, restPaths } from "./openPaths";
import { tagsFor } from "../tags";
import { TargetGroups } from "./targetGroups";

/** The rules that lead to the replicas; whatever fits none of them gets 404. */
export interface Routes {
  rest: lb.ListenerRule;
  /** @default - gRPC is not routed */
  grpc?: lb.ListenerRule;
}

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
  type Paths = ReturnType<typeof restPaths>;
  const route = (api: string, priority: number, paths: Paths, group: lb.TargetGroup) =>
    new lb.ListenerRule(
      `${name}-${api}`,
      {
        listenerArn: listener.arn,
        priority,
        conditions: [{ pathPattern: paths }],
        actions: [...tokenCheck(args.auth?.jwt), { type: "forward", targetGroupArn: group.arn }],
        tags,
      },
      { parent },
    );
  return {
    rest: route("rest", 10, restPaths(args.limits ?? {}), groups.rest),
    grpc: groups.grpc && route("grpc", 20, grpcPaths(args.limits ?? {}), groups.grpc),
  };
}

/** What comes before a request is passed on: without a token that holds it gets 401. */
function tokenCheck(jwt: AlbJwtArgs | undefined) {
  return jwt
    ? [
        {
          type: "jwt-validation",
          jwtValidation: {
            issuer: jwt.issuer,
            jwksEndpoint: jwt.jwks,
            additionalClaims: [{ name: "aud", format: "single-string", values: [jwt.audience] }],
          },
        },
      ]
    : [];
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
