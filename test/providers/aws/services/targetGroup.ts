import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { CheckFailure, Plain } from "../../host/provider";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { number, object, replaces, tags, text } from "../shapes";
import { attributes, name } from "./elbv2";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
const targetGroup = resource<pulumiLb.TargetGroupArgs>({
  inputs: {
    name,
    port: number({ ...replaces, min: 1, max: 65535 }),
    protocol: text({ ...replaces, oneOf: ["HTTP", "HTTPS"] }),
    protocolVersion: text({ ...replaces, oneOf: ["HTTP1", "GRPC"] }),
    targetType: text({ ...replaces, oneOf: ["instance", "ip"] }),
    vpcId: text(replaces),
    deregistrationDelay: number({ min: 0, max: 3600 }),
    slowStart: number({ min: 0, max: 900 }),
    loadBalancingAlgorithmType: text({ oneOf: ["round_robin", "least_outstanding_requests"] }),
    healthCheck: object({
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
      ...healthCheck(check, inputs.protocolVersion),
      Tags: keyValues(inputs.tags),
    });
    const arn = made.TargetGroupArn!;
    await putGroupAttributes(arn, inputs);
    return { id: arn, outputs: { arn, arnSuffix: arn.split(":").pop() } };
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
  return failures;
}

function healthCheck(check: Plain, version: string | undefined) {
  return {
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

async function putGroupAttributes(TargetGroupArn: string, inputs: Plain): Promise<void> {
  await clients.elb().modifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: attributes({
      "deregistration_delay.timeout_seconds": inputs.deregistrationDelay,
      "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType,
      "slow_start.duration_seconds": inputs.slowStart,
    }),
  });
}

export default { resources: { "aws:lb/targetGroup:TargetGroup": targetGroup } } satisfies Service;
