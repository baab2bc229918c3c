import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, list, number, object, required, set, tags, text } from "../shapes";

/** The action that checks tokens, which moto refuses. */
const tokenCheck = "jwt-validation";

const action = object({
  type: text({ ...required, oneOf: ["forward", "redirect", "fixed-response", tokenCheck] }),
  targetGroupArn: text(),
  redirect: object({
    port: text({ pattern: /^\d{1,5}$/ }),
    protocol: text({ oneOf: ["HTTP", "HTTPS"] }),
    statusCode: text({ ...required, oneOf: ["HTTP_301", "HTTP_302"] }),
  }),
  fixedResponse: object({
    contentType: text({ ...required, oneOf: ["text/plain"] }),
    messageBody: text({ max: 1024 }),
    statusCode: text({ pattern: /^[245]\d\d$/ }),
  }),
  jwtValidation: object({
    issuer: text({ ...required, max: 256 }),
    jwksEndpoint: text({ ...required, max: 256, pattern: /^https:\/\/[^/]+\/./ }),
    additionalClaims: list(
      object({
        name: text({ ...required, pattern: /^(?!(exp|iss|nbf|iat)$)./ }),
        format: text({ ...required, oneOf: ["single-string"] }),
        values: list(text({ max: 256 }), required),
      }),
    ),
  }),
});

/** As moto takes them: those that check tokens are left out. */
function actions(given: Plain[]) {
  const known = given.filter(({ type }) => type !== tokenCheck);
  return known.map(({ fixedResponse, redirect, targetGroupArn, type }) => ({
    Type: type,
    TargetGroupArn: targetGroupArn,
    RedirectConfig: pascal(redirect),
    FixedResponseConfig: pascal(fixedResponse),
  }));
}

/**
 * gRPC goes over HTTPS only, and tokens too.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
async function checkHttps(given: Plain[], protocol: string | undefined): Promise<void> {
  const arns = given.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  if (arns.length === 0 || protocol === "HTTPS") {
    return;
  }
  if (given.some(({ type }) => type === tokenCheck)) {
    throw new Error("InvalidLoadBalancerAction: tokens are checked by HTTPS listeners only");
  }
  const { TargetGroups = [] } = await clients.elb().describeTargetGroups({ TargetGroupArns: arns });
  if (TargetGroups.some(({ ProtocolVersion }) => ProtocolVersion === "GRPC")) {
    throw new Error("InvalidLoadBalancerAction: gRPC target groups need an HTTPS listener");
  }
}

const listener = resource<pulumiLb.ListenerArgs>({
  inputs: {
    loadBalancerArn: text(fixed),
    port: number({ min: 1, max: 65535 }),
    protocol: text({ oneOf: ["HTTP", "HTTPS"] }),
    certificateArn: text(),
    sslPolicy: text({ pattern: /^ELBSecurityPolicy-/ }),
    defaultActions: list(action, required),
    tags: tags(),
  },
  check: ({ protocol, certificateArn, sslPolicy }) => [
    ...(protocol === "HTTPS" && certificateArn === undefined
      ? [{ property: "certificateArn", reason: "is required for HTTPS" }]
      : []),
    ...(protocol !== "HTTPS" && (certificateArn ?? sslPolicy) !== undefined
      ? [{ property: "certificateArn", reason: "and sslPolicy are for HTTPS only" }]
      : []),
  ],
  async create(inputs) {
    await checkHttps(inputs.defaultActions, inputs.protocol);
    const { Listeners: [made] = [] } = await clients.elb().createListener({
      LoadBalancerArn: inputs.loadBalancerArn,
      Port: inputs.port,
      Protocol: inputs.protocol,
      Certificates: inputs.certificateArn && [{ CertificateArn: inputs.certificateArn }],
      SslPolicy: inputs.sslPolicy,
      DefaultActions: actions(inputs.defaultActions),
      Tags: keyValues(inputs.tags),
    });
    return { id: made.ListenerArn!, outputs: { arn: made.ListenerArn } };
  },
  exists: (id) => found(clients.elb().describeListeners({ ListenerArns: [id] })),
  delete: (id) => gone(clients.elb().deleteListener({ ListenerArn: id })),
});

const patterns = set(text({ max: 128 }));

const listenerRule = resource<pulumiLb.ListenerRuleArgs>({
  inputs: {
    listenerArn: text(fixed),
    priority: number({ ...required, min: 1, max: 50000 }),
    actions: list(action, required),
    conditions: set(
      object({ pathPattern: object({ values: patterns, regexValues: patterns }, required) }),
      { ...required, min: 1, max: 5 },
    ),
    tags: tags(),
  },
  async create(inputs) {
    const { Listeners: [on] = [] } = await clients
      .elb()
      .describeListeners({ ListenerArns: [inputs.listenerArn] });
    await checkHttps(inputs.actions, on.Protocol);
    const { Rules: [made] = [] } = await clients.elb().createRule({
      ListenerArn: inputs.listenerArn,
      Priority: inputs.priority,
      Actions: actions(inputs.actions),
      Conditions: inputs.conditions.map(({ pathPattern }: Plain) => ({
        Field: "path-pattern",
        // moto knows no expressions.
        PathPatternConfig: {
          Values: [...(pathPattern.values ?? []), ...(pathPattern.regexValues ?? [])],
        },
      })),
      Tags: keyValues(inputs.tags),
    });
    return { id: made.RuleArn!, outputs: { arn: made.RuleArn } };
  },
  exists: (id) => found(clients.elb().describeRules({ RuleArns: [id] })),
  delete: (id) => gone(clients.elb().deleteRule({ RuleArn: id })),
});

export default {
  resources: {
    "aws:lb/listener:Listener": listener,
    "aws:lb/listenerRule:ListenerRule": listenerRule,
  },
} satisfies Service;
