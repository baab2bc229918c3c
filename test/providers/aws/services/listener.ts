import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, list, number, object, required, set, tags, text } from "../shapes";

const action = object({
  type: text({ ...required, oneOf: ["forward", "redirect", "fixed-response"] }),
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
});

function actions(given: Plain[]) {
  return given.map(({ fixedResponse, redirect, targetGroupArn, type }) => ({
    Type: type,
    TargetGroupArn: targetGroupArn,
    RedirectConfig: pascal(redirect),
    FixedResponseConfig: pascal(fixedResponse),
  }));
}

/** gRPC goes over HTTPS only. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html */
async function needHttpsForGrpc(given: Plain[], protocol: string | undefined): Promise<void> {
  const arns = given.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  if (arns.length === 0 || protocol === "HTTPS") {
    return;
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
    await needHttpsForGrpc(inputs.defaultActions, inputs.protocol);
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

const listenerRule = resource<pulumiLb.ListenerRuleArgs>({
  inputs: {
    listenerArn: text(fixed),
    priority: number({ ...required, min: 1, max: 50000 }),
    actions: list(action, required),
    conditions: set(
      object({ pathPattern: object({ values: set(text({ max: 128 }), required) }, required) }),
      { ...required, min: 1, max: 5 },
    ),
    tags: tags(),
  },
  async create(inputs) {
    const { Listeners: [on] = [] } = await clients
      .elb()
      .describeListeners({ ListenerArns: [inputs.listenerArn] });
    await needHttpsForGrpc(inputs.actions, on.Protocol);
    const { Rules: [made] = [] } = await clients.elb().createRule({
      ListenerArn: inputs.listenerArn,
      Priority: inputs.priority,
      Actions: actions(inputs.actions),
      Conditions: inputs.conditions.map(({ pathPattern }: Plain) => ({
        Field: "path-pattern",
        PathPatternConfig: pascal(pathPattern),
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
