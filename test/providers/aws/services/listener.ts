import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, list, number, object, required, set, tags, text } from "../shapes";
import { retag } from "./elbv2";

const action = object({
  type: text({ ...required, oneOf: ["forward", "redirect", "fixed-response"] }),
  order: number({ min: 1, max: 50000 }),
  targetGroupArn: text(),
  forward: object({
    targetGroups: set(object({ arn: text(required), weight: number({ min: 0, max: 999 }) }), {
      ...required,
      max: 5,
    }),
  }),
  redirect: object({
    host: text(),
    path: text(),
    port: text({ pattern: /^(\d{1,5}|#\{port\})$/ }),
    protocol: text({ oneOf: ["HTTP", "HTTPS", "#{protocol}"] }),
    query: text(),
    statusCode: text({ ...required, oneOf: ["HTTP_301", "HTTP_302"] }),
  }),
  fixedResponse: object({
    // prettier-ignore
    contentType: text({ ...required, oneOf: ["text/plain", "text/css", "text/html",
      "application/javascript", "application/json"] }),
    messageBody: text({ max: 1024 }),
    statusCode: text({ pattern: /^[245]\d\d$/ }),
  }),
});

function actions(given: Plain[]) {
  return given.map(({ forward, fixedResponse, redirect, targetGroupArn, type, order }) => ({
    Type: type,
    Order: order,
    TargetGroupArn: targetGroupArn,
    ForwardConfig: forward && {
      TargetGroups: forward.targetGroups.map(({ arn, weight }: Plain) => ({
        TargetGroupArn: arn,
        Weight: weight,
      })),
    },
    RedirectConfig: pascal(redirect),
    FixedResponseConfig: pascal(fixedResponse),
  }));
}

/** gRPC goes over HTTPS only. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html */
async function needHttpsForGrpc(given: Plain[], protocol: string | undefined): Promise<void> {
  const arns = given.flatMap(({ targetGroupArn, forward }) => [
    ...(targetGroupArn ? [targetGroupArn] : []),
    ...(forward?.targetGroups ?? []).map(({ arn }: Plain) => arn),
  ]);
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
    routingHttpResponseServerEnabled: flag(),
    routingHttpResponseStrictTransportSecurityHeaderValue: text(),
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
      ...listenerSettings(inputs),
      Tags: keyValues(inputs.tags),
    });
    const arn = made.ListenerArn!;
    await putListenerAttributes(arn, inputs);
    return { id: arn, outputs: { arn } };
  },
  async update(update) {
    const { id, news } = update;
    await needHttpsForGrpc(news.defaultActions, news.protocol);
    await clients.elb().modifyListener({ ListenerArn: id, ...listenerSettings(news) });
    await putListenerAttributes(id, news);
    await retag(update);
  },
  exists: (id) => found(clients.elb().describeListeners({ ListenerArns: [id] })),
  delete: (id) => gone(clients.elb().deleteListener({ ListenerArn: id })),
});

function listenerSettings(inputs: Plain) {
  return {
    Port: inputs.port,
    Protocol: inputs.protocol,
    Certificates: inputs.certificateArn && [{ CertificateArn: inputs.certificateArn }],
    SslPolicy: inputs.sslPolicy,
    DefaultActions: actions(inputs.defaultActions),
  };
}

async function putListenerAttributes(ListenerArn: string, inputs: Plain): Promise<void> {
  const all = {
    "routing.http.response.server.enabled": inputs.routingHttpResponseServerEnabled,
    "routing.http.response.strict_transport_security.header_value":
      inputs.routingHttpResponseStrictTransportSecurityHeaderValue,
  };
  const Attributes = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([Key, value]) => ({ Key, Value: String(value) }));
  if (Attributes.length > 0) {
    await clients.elb().modifyListenerAttributes({ ListenerArn, Attributes });
  }
}

const values = object({ values: set(text({ max: 128 }), required) });

const listenerRule = resource<pulumiLb.ListenerRuleArgs>({
  inputs: {
    listenerArn: text(fixed),
    priority: number({ min: 1, max: 50000 }),
    actions: list(action, required),
    conditions: set(
      object({
        hostHeader: values,
        pathPattern: values,
        httpRequestMethod: values,
        sourceIp: values,
        httpHeader: object({
          httpHeaderName: text({ ...required, max: 40 }),
          values: set(text({ max: 128 }), required),
        }),
      }),
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
      // As the real provider: the next free one.
      Priority: inputs.priority ?? (await nextPriority(inputs.listenerArn)),
      Actions: actions(inputs.actions),
      Conditions: conditions(inputs.conditions),
      Tags: keyValues(inputs.tags),
    });
    const outputs = { arn: made.RuleArn, priority: Number(made.Priority) };
    return { id: made.RuleArn!, outputs };
  },
  async update(update) {
    const { id, news } = update;
    await clients.elb().modifyRule({
      RuleArn: id,
      Actions: actions(news.actions),
      Conditions: conditions(news.conditions),
    });
    if (update.changed("priority")) {
      await clients
        .elb()
        .setRulePriorities({ RulePriorities: [{ RuleArn: id, Priority: news.priority }] });
    }
    await retag(update);
  },
  exists: (id) => found(clients.elb().describeRules({ RuleArns: [id] })),
  delete: (id) => gone(clients.elb().deleteRule({ RuleArn: id })),
});

async function nextPriority(ListenerArn: string): Promise<number> {
  const { Rules = [] } = await clients.elb().describeRules({ ListenerArn });
  return Math.max(0, ...Rules.map(({ Priority }) => Number(Priority) || 0)) + 1;
}

function conditions(given: Plain[]) {
  return given.flatMap((condition) =>
    Object.entries(condition as Record<string, Plain>).map(([kind, config]) => ({
      Field: kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      [`${kind[0].toUpperCase()}${kind.slice(1)}Config`]: pascal(config),
    })),
  );
}

export default {
  resources: {
    "aws:lb/listener:Listener": listener,
    "aws:lb/listenerRule:ListenerRule": listenerRule,
  },
} satisfies Service;
