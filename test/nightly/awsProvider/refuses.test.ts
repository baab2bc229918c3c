import { describe, expect, it } from "vitest";

import { callAcm } from "../../providers/aws/clients";
import type { Plain } from "../../providers/host/provider";
import { defaultNetwork, group, make, provider, rights, urnOf } from "./testProvider";
import { withAwsServer } from "./testProvider";

withAwsServer();

function failuresOf(token: string, inputs: Plain): string[] {
  return provider
    .check(urnOf(token, "one"), {}, inputs)
    .failures.map(({ property, reason }) => `${property}: ${reason}`);
}

const container = { name: "server", image: "server", memory: 512 };
const task = (definition: object) => ({
  family: "one",
  networkMode: "awsvpc",
  containerDefinitions: JSON.stringify([{ ...container, ...definition }]),
});
const alarm = {
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 1,
  metricName: "CPUUtilization",
  namespace: "AWS/ECS",
  period: 60,
  statistic: "Average",
};
const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 80, toPort: 80 };

describe("refuses", () => {
  // prettier-ignore
  it.each([
    ["a property of another type", "ecs/cluster:Cluster", { vpcId: "vpc-1" },
      "vpcId: the test provider does not know this property"],
    ["a property that is missing", "ecs/taskDefinition:TaskDefinition", { family: "one" },
      "containerDefinitions: is required"],
    ["a text that should be a number", "lb/targetGroup:TargetGroup", { ...group, port: "8501" },
      'port: is "8501", but has to be a number'],
    ["a value that AWS does not have", "lb/targetGroup:TargetGroup", { ...group, protocolVersion: "gRPC" },
      'protocolVersion: is "gRPC", but AWS takes HTTP1, GRPC'],
    ["a code of HTTP for gRPC", "lb/targetGroup:TargetGroup",
      { ...group, protocolVersion: "GRPC", healthCheck: { matcher: "200" } },
      "healthCheck.matcher: 200 is no code of GRPC"],
    ["a retention that AWS does not have", "cloudwatch/logGroup:LogGroup", { retentionInDays: 31 },
      /^retentionInDays: is 31, but AWS takes 1, 3, 5/],
    ["a name over AWS's limit", "lb/loadBalancer:LoadBalancer",
      { subnets: [], name: "a-name-of-more-than-32-characters" },
      'name: "a-name-of-more-than-32-characters" has this many characters: 33, but AWS takes  to 32'],
    ["an unknown property of a container", "ecs/taskDefinition:TaskDefinition", task({ gpus: 1 }),
      "containerDefinitions[0].gpus: the test provider does not know this property"],
    ["a health check that AWS does not have", "ecs/taskDefinition:TaskDefinition",
      task({ healthCheck: { command: ["CMD", "true"], interval: 1 } }),
      "containerDefinitions[0].healthCheck.interval: is out of range: 1, but AWS takes 5 to 300"],
    ["another host port in network mode awsvpc", "ecs/taskDefinition:TaskDefinition",
      task({ portMappings: [{ containerPort: 8501, hostPort: 80 }] }),
      "containerDefinitions[0].portMappings: host ports have to be the container's in network mode awsvpc"],
    ["a mount of no volume", "ecs/taskDefinition:TaskDefinition",
      task({ mountPoints: [{ sourceVolume: "work", containerPath: "/work" }] }),
      "containerDefinitions[0].mountPoints: name the volume work, which the task does not have"],
    ["a service that cannot replace tasks", "ecs/service:Service",
      { deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: 100 },
      "deploymentMaximumPercent: 100 leaves no room to replace tasks above a minimum of 100"],
    ["a network with host bits", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ...rule, cidrIpv4: "10.0.0.1/8" }, "cidrIpv4: 10.0.0.1/8 is no network"],
    ["a rule with two sources", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ...rule, cidrIpv4: "10.0.0.0/8", referencedSecurityGroupId: "sg-1" },
      "referencedSecurityGroupId: name one source"],
    ["an expression without its metric", "cloudwatch/metricAlarm:MetricAlarm",
      { comparisonOperator: "LessThanThreshold", evaluationPeriods: 1,
        metricQueries: [{ id: "e", expression: "running - desired", returnData: true }] },
      "metricQueries: no query has the id running"],
    ["a period between two", "cloudwatch/metricAlarm:MetricAlarm", { ...alarm, period: 90 },
      "period: is 10, 20, 30 or a multiple of 60 seconds"],
    ["a policy that is no JSON", "iam/role:Role", { assumeRolePolicy: "{" }, /^assumeRolePolicy: is no JSON/],
    ["a trust without principal", "iam/role:Role", { assumeRolePolicy: rights },
      "assumeRolePolicy: has a statement without principal"],
  ])("%s", (_, type, inputs, failure) => {
    const failures = failuresOf(`aws:${type}`, inputs);

    expect(failures).toContainEqual(
      typeof failure === "string" ? failure : expect.stringMatching(failure),
    );
  });

  it("a type that it does not know", () => {
    expect(() => failuresOf("aws:ec2/vpc:Vpc", {})).toThrow("aws:ec2/vpc:Vpc");
  });

  it("a function that it does not know", () => {
    expect(() => provider.invoke("aws:ec2/getAmi:getAmi", {})).toThrow("aws:ec2/getAmi:getAmi");
  });

  it("a reference to what is not there", async () => {
    await expect(
      make("aws:ecs/taskDefinition:TaskDefinition", {
        ...task({}),
        executionRoleArn: "arn:aws:iam::123456789012:role/none",
      }),
    ).rejects.toThrow("arn:aws:iam::123456789012:role/none");
  });

  it("a log group of a container that is not there", async () => {
    const options = { "awslogs-group": "/none" };
    await expect(
      make("aws:ecs/taskDefinition:TaskDefinition", {
        ...task({ logConfiguration: { logDriver: "awslogs", options } }),
      }),
    ).rejects.toThrow("log-group:/none");
  });

  it("tokens without HTTPS, and takes them with it", async () => {
    const { vpcId, subnetIds } = await defaultNetwork();
    const ip = { ...group, vpcId, targetType: "ip" };
    const target = await make("aws:lb/targetGroup:TargetGroup", ip);
    const balancer = await make("aws:lb/loadBalancer:LoadBalancer", {
      ...{ loadBalancerType: "application", internal: true, subnets: subnetIds },
    });
    const ruleOn = async (listener: object) => {
      const made = await make("aws:lb/listener:Listener", {
        loadBalancerArn: balancer.id,
        defaultActions: [{ type: "forward", targetGroupArn: target.id }],
        ...listener,
      });
      const jwtValidation = { issuer: "us", jwksEndpoint: "https://example.com/keys" };
      return make("aws:lb/listenerRule:ListenerRule", {
        listenerArn: made.id,
        priority: 1,
        conditions: [{ pathPattern: { regexValues: ["^/v1/models/[^/]+$"] } }],
        actions: [
          { type: "jwt-validation", jwtValidation },
          { type: "forward", targetGroupArn: target.id },
        ],
      });
    };

    await expect(ruleOn({ port: 80, protocol: "HTTP" })).rejects.toThrow("HTTPS listeners only");
    const { CertificateArn } = await callAcm("RequestCertificate", { DomainName: "example.org" });
    await expect(
      ruleOn({ port: 443, protocol: "HTTPS", certificateArn: CertificateArn }),
    ).resolves.toBeDefined();
  });

  it("a service that waits for a target group without load balancer", async () => {
    const { vpcId, subnetIds } = await defaultNetwork();
    const target = await make("aws:lb/targetGroup:TargetGroup", {
      ...group,
      vpcId,
      targetType: "ip",
    });
    const one = await make(
      "aws:ecs/taskDefinition:TaskDefinition",
      task({ portMappings: [{ containerPort: 8501 }] }),
    );
    const loadBalancers = [
      { containerName: "server", containerPort: 8501, targetGroupArn: target.id },
    ];

    await expect(
      make("aws:ecs/service:Service", {
        taskDefinition: one.state.arn,
        networkConfiguration: { subnets: subnetIds },
        loadBalancers,
      }),
    ).rejects.toThrow("does not have an associated load balancer");
  });
});
