import type * as pulumiLb from "@pulumi/aws/lb";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, number, object, replaces, required, set, tags, text } from "../shapes";
import { name, retag } from "./elbv2";

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

export default {
  resources: {
    "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  },
} satisfies Service;
