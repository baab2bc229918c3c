import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, number, object, replaces, required, set, tags, text } from "../shapes";
import { attributes, name } from "./elbv2";

const loadBalancer = resource<pulumiLb.LoadBalancerArgs>({
  inputs: {
    name,
    internal: flag(replaces),
    loadBalancerType: text({ ...replaces, oneOf: ["application"] }),
    ipAddressType: text({ oneOf: ["ipv4"] }),
    securityGroups: set(text()),
    subnets: set(text(), required),
    accessLogs: object({ bucket: text(required), enabled: flag() }),
    dropInvalidHeaderFields: flag(),
    enableDeletionProtection: flag(),
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
        zoneId: made.CanonicalHostedZoneId,
      },
    };
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

async function putAttributes(LoadBalancerArn: string, inputs: Plain): Promise<void> {
  const { accessLogs } = inputs;
  if (accessLogs?.enabled) {
    await needLogBucket(accessLogs.bucket);
  }
  await clients.elb().modifyLoadBalancerAttributes({
    LoadBalancerArn,
    Attributes: attributes({
      "access_logs.s3.bucket": accessLogs?.bucket,
      "access_logs.s3.enabled": accessLogs?.enabled,
      "deletion_protection.enabled": inputs.enableDeletionProtection,
      "idle_timeout.timeout_seconds": inputs.idleTimeout,
      "routing.http.drop_invalid_header_fields.enabled": inputs.dropInvalidHeaderFields,
    }),
  });
}

/** AWS tries the bucket when logs are switched on. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
async function needLogBucket(Bucket: string): Promise<void> {
  const { Policy } = await clients.s3().getBucketPolicy({ Bucket });
  if (!/logdelivery\.elasticloadbalancing\.amazonaws\.com|arn:aws:iam::\d+:root/.test(Policy!)) {
    throw new Error(`InvalidConfigurationRequest: Access Denied for bucket: ${Bucket}`);
  }
}

export default {
  resources: { "aws:lb/loadBalancer:LoadBalancer": loadBalancer },
} satisfies Service;
