import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { CheckFailure, Plain } from "../provider";
import { found, gone, keyValues, pascal, resource, tagChanges } from "../resourceType";
import type { Service, Update } from "../resourceType";
import { fixed, flag, list, number, object, replaces, required, set, tags, text } from "../shapes";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
const name = text({
  ...replaces,
  max: 32,
  pattern: /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
});

const logs = object({ bucket: text(required), enabled: flag(), prefix: text() });

/** Attributes of AWS by input; the inputs of log folders are objects. */
const attributes: Record<string, string> = {
  clientKeepAlive: "client_keep_alive.seconds",
  desyncMitigationMode: "routing.http.desync_mitigation_mode",
  dropInvalidHeaderFields: "routing.http.drop_invalid_header_fields.enabled",
  enableCrossZoneLoadBalancing: "load_balancing.cross_zone.enabled",
  enableDeletionProtection: "deletion_protection.enabled",
  enableHttp2: "routing.http2.enabled",
  enableWafFailOpen: "waf.fail_open.enabled",
  idleTimeout: "idle_timeout.timeout_seconds",
};

const loadBalancer = resource<pulumiLb.LoadBalancerArgs>({
  inputs: {
    name,
    internal: flag(replaces),
    loadBalancerType: text({ ...replaces, oneOf: ["application"] }),
    ipAddressType: text({ oneOf: ["ipv4"] }),
    securityGroups: set(text()),
    subnets: set(text(), required),
    accessLogs: logs,
    connectionLogs: logs,
    clientKeepAlive: number({ min: 60, max: 604800 }),
    desyncMitigationMode: text({ oneOf: ["monitor", "defensive", "strictest"] }),
    dropInvalidHeaderFields: flag(),
    enableCrossZoneLoadBalancing: flag(),
    enableDeletionProtection: flag(),
    enableHttp2: flag(),
    enableWafFailOpen: flag(),
    idleTimeout: number({ min: 1, max: 4000 }),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    await needZones(inputs.subnets);
    const { LoadBalancers: [made] = [] } = await clients.elb().createLoadBalancer({
      Name: inputs.name,
      Scheme: inputs.internal ? "internal" : "internet-facing",
      Type: inputs.loadBalancerType,
      IpAddressType: inputs.ipAddressType,
      SecurityGroups: inputs.securityGroups,
      Subnets: inputs.subnets,
      Tags: keyValues(inputs.tags),
    });
    const arn = made.LoadBalancerArn!;
    await putAttributes(arn, inputs);
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix: arn.split(":loadbalancer/")[1],
        dnsName: made.DNSName,
        vpcId: made.VpcId,
        zoneId: made.CanonicalHostedZoneId,
      },
    };
  },
  async update(update) {
    const { id, news } = update;
    if (update.changed("subnets")) {
      await needZones(news.subnets);
      await clients.elb().setSubnets({ LoadBalancerArn: id, Subnets: news.subnets });
    }
    if (update.changed("securityGroups")) {
      await clients
        .elb()
        .setSecurityGroups({ LoadBalancerArn: id, SecurityGroups: news.securityGroups });
    }
    await putAttributes(id, news);
    await retag(update);
  },
  exists: (id) => found(clients.elb().describeLoadBalancers({ LoadBalancerArns: [id] })),
  delete: (id) => gone(clients.elb().deleteLoadBalancer({ LoadBalancerArn: id })),
});

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html */
async function needZones(subnets: string[]): Promise<void> {
  const { Subnets = [] } = await clients.ec2().describeSubnets({ SubnetIds: subnets });
  const zones = new Set(Subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  if (zones.size < 2) {
    throw new Error("InvalidConfigurationRequest: At least two subnets in two zones are needed");
  }
  if (zones.size < Subnets.length) {
    throw new Error("InvalidConfigurationRequest: A zone has more than one of the subnets");
  }
}

async function putAttributes(arn: string, inputs: Plain): Promise<void> {
  const logAttributes = (prefix: string, given: Plain) =>
    given
      ? {
          [`${prefix}.s3.enabled`]: given.enabled ?? false,
          [`${prefix}.s3.bucket`]: given.bucket,
          [`${prefix}.s3.prefix`]: given.prefix ?? "",
        }
      : {};
  if (inputs.accessLogs?.enabled) {
    await needLogBucket(inputs.accessLogs.bucket);
  }
  const all = {
    ...Object.fromEntries(
      Object.entries(attributes).map(([input, attribute]) => [attribute, inputs[input]]),
    ),
    ...logAttributes("access_logs", inputs.accessLogs),
    ...logAttributes("connection_logs", inputs.connectionLogs),
  };
  const Attributes = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([Key, value]) => ({ Key, Value: String(value) }));
  if (Attributes.length > 0) {
    await clients.elb().modifyLoadBalancerAttributes({ LoadBalancerArn: arn, Attributes });
  }
}

/** AWS tries the bucket when logs are switched on. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
async function needLogBucket(Bucket: string): Promise<void> {
  const { Policy } = await clients.s3().getBucketPolicy({ Bucket });
  if (!/logdelivery\.elasticloadbalancing\.amazonaws\.com|arn:aws:iam::\d+:root/.test(Policy!)) {
    throw new Error(`InvalidConfigurationRequest: Access Denied for bucket: ${Bucket}`);
  }
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
const targetGroup = resource<pulumiLb.TargetGroupArgs>({
  inputs: {
    name,
    port: number({ ...replaces, min: 1, max: 65535 }),
    protocol: text({ ...replaces, oneOf: ["HTTP", "HTTPS"] }),
    protocolVersion: text({ ...replaces, oneOf: ["HTTP1", "HTTP2", "GRPC"] }),
    targetType: text({ ...replaces, oneOf: ["instance", "ip"] }),
    vpcId: text(replaces),
    ipAddressType: text({ ...replaces, oneOf: ["ipv4"] }),
    deregistrationDelay: number({ min: 0, max: 3600 }),
    slowStart: number({ min: 0, max: 900 }),
    loadBalancingAlgorithmType: text({
      oneOf: ["round_robin", "least_outstanding_requests", "weighted_random"],
    }),
    loadBalancingAnomalyMitigation: text({ oneOf: ["on", "off"] }),
    loadBalancingCrossZoneEnabled: text({
      oneOf: ["true", "false", "use_load_balancer_configuration"],
    }),
    healthCheck: object({
      enabled: flag(),
      healthyThreshold: number({ min: 2, max: 10 }),
      unhealthyThreshold: number({ min: 2, max: 10 }),
      interval: number({ min: 5, max: 300 }),
      timeout: number({ min: 2, max: 120 }),
      matcher: text(),
      path: text({ max: 1024, pattern: /^\// }),
      port: text({ pattern: /^(traffic-port|\d{1,5})$/ }),
      protocol: text({ oneOf: ["HTTP", "HTTPS"] }),
    }),
    tags: tags(),
  },
  autoname: "name",
  check: checkTargetGroup,
  async create(inputs) {
    const check = inputs.healthCheck ?? {};
    const { TargetGroups: [made] = [] } = await clients.elb().createTargetGroup({
      Name: inputs.name,
      Port: inputs.port,
      Protocol: inputs.protocol,
      ProtocolVersion: inputs.protocolVersion,
      TargetType: inputs.targetType,
      VpcId: inputs.vpcId,
      IpAddressType: inputs.ipAddressType,
      ...healthCheck(check, inputs.protocolVersion),
      Tags: keyValues(inputs.tags),
    });
    const arn = made.TargetGroupArn!;
    await putGroupAttributes(arn, inputs);
    return { id: arn, outputs: { arn, arnSuffix: arn.split(":").pop(), loadBalancerArns: [] } };
  },
  async update(update) {
    const { id, news } = update;
    if (update.changed("healthCheck")) {
      await clients.elb().modifyTargetGroup({
        TargetGroupArn: id,
        ...healthCheck(news.healthCheck ?? {}, news.protocolVersion),
      });
    }
    await putGroupAttributes(id, news);
    await retag(update);
  },
  exists: (id) => found(clients.elb().describeTargetGroups({ TargetGroupArns: [id] })),
  delete: (id) => gone(clients.elb().deleteTargetGroup({ TargetGroupArn: id })),
});

function checkTargetGroup(inputs: Plain): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string): void => void failures.push({ property, reason });
  for (const property of ["port", "protocol", "vpcId"]) {
    if (inputs[property] === undefined) {
      fail(property, "is required for instances and addresses");
    }
  }
  const { healthCheck: check = {}, protocolVersion } = inputs;
  const codes = protocolVersion === "GRPC" ? 99 : 499;
  const given = String(check.matcher ?? "").match(/\d+/g) ?? [];
  if (given.some((code) => Number(code) > codes || (codes === 499 && Number(code) < 200))) {
    fail("healthCheck.matcher", `${check.matcher} is no code of ${protocolVersion ?? "HTTP1"}`);
  }
  if ((check.timeout ?? 5) >= (check.interval ?? 30)) {
    fail("healthCheck.timeout", "has to be less than the interval");
  }
  if (inputs.slowStart > 0) {
    if (inputs.slowStart < 30) {
      fail("slowStart", "is 0, or 30 to 900 seconds");
    }
    if ((inputs.loadBalancingAlgorithmType ?? "round_robin") !== "round_robin") {
      fail("slowStart", "needs the algorithm round_robin");
    }
  }
  if (
    inputs.loadBalancingAnomalyMitigation === "on" &&
    inputs.loadBalancingAlgorithmType !== "weighted_random"
  ) {
    fail("loadBalancingAnomalyMitigation", "needs the algorithm weighted_random");
  }
  return failures;
}

function healthCheck(check: Plain, version: string | undefined) {
  return {
    HealthCheckEnabled: check.enabled,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol,
    Matcher: check.matcher && {
      [version === "GRPC" ? "GrpcCode" : "HttpCode"]: check.matcher,
    },
  };
}

async function putGroupAttributes(arn: string, inputs: Plain): Promise<void> {
  const all = {
    "deregistration_delay.timeout_seconds": inputs.deregistrationDelay,
    "slow_start.duration_seconds": inputs.slowStart,
    "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType,
    "load_balancing.algorithm.anomaly_mitigation": inputs.loadBalancingAnomalyMitigation,
    "load_balancing.cross_zone.enabled": inputs.loadBalancingCrossZoneEnabled,
  };
  const Attributes = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([Key, value]) => ({ Key, Value: String(value) }));
  if (Attributes.length > 0) {
    await clients.elb().modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes });
  }
}

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

async function retag({ id, state, news }: Update): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.elb().removeTags({ ResourceArns: [id], TagKeys: remove });
  }
  if (Object.keys(add).length > 0) {
    await clients.elb().addTags({ ResourceArns: [id], Tags: keyValues(add) });
  }
}

export default {
  resources: {
    "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
    "aws:lb/targetGroup:TargetGroup": targetGroup,
    "aws:lb/listener:Listener": listener,
    "aws:lb/listenerRule:ListenerRule": listenerRule,
  },
} satisfies Service;
