import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { createAccessLogBucket } from "./accessLogs";
import { createAlarmTopic } from "./alarmTopic";
import {
  AlbEndpointArgs,
  resolveAlbEndpointArgs,
  ResolvedAlbEndpointArgs,
} from "./albEndpointArgs";
import { awsName, loadBalancingNameLength } from "../awsName";
import { checkAlbEndpoint } from "./checkAlbEndpoint";
import { createEndpointAlarms } from "./endpointAlarms";
import { createEndpointSecurityGroup, listenerPorts } from "./endpointSecurityGroup";
import { createListeners } from "./listeners";
import { tagsFor } from "../tags";
import { createTargetGroups, idleTimeoutSeconds } from "./targetGroups";

/**
 * An Application Load Balancer for the replicas of a model service: REST, and gRPC where there is a
 * certificate, for named clients only.
 *
 * Only predictions, the state of models and health are routed. With gRPC, requests may be HTTP/2 on
 * both sides; REST goes to the replicas in HTTP/1.1. Its addresses are known before a service serves
 * behind it: wait for `EcsModelService.taskDefinitionArn` before you call.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class AlbEndpoint extends pulumi.ComponentResource {
  /** `https://NAME`, or `http://NAME` without a certificate. */
  public readonly baseUrl: pulumi.Output<string>;
  /** Base URL of the model for REST: `https://NAME/v1/models/MODEL`. */
  public readonly restUrl: pulumi.Output<string>;
  /** Address for gRPC with TLS, `NAME:443`; empty where gRPC is not routed. */
  public readonly grpcAddress: pulumi.Output<string>;
  /** Target group for port 8501 of the replicas, once requests are routed to it. */
  public readonly restTargetGroupArn: pulumi.Output<string>;
  /** Target group for port 8500 of the replicas, once calls are routed to it; empty without gRPC. */
  public readonly grpcTargetGroupArn: pulumi.Output<string>;
  /** Security group of the load balancer, from which requests come to the replicas. */
  public readonly securityGroupId: pulumi.Output<string>;
  /** What metrics call the load balancer. */
  public readonly loadBalancerArnSuffix: pulumi.Output<string>;
  /** What metrics call the target group for REST. */
  public readonly restTargetGroupArnSuffix: pulumi.Output<string>;
  /** What metrics call the target group for gRPC; empty without gRPC. */
  public readonly grpcTargetGroupArnSuffix: pulumi.Output<string>;
  /** Alarms that a release may be judged by and rolled back for: errors and latency. */
  public readonly deploymentAlarmNames: pulumi.Output<string[]>;
  /** The topic that alarms go to. */
  public readonly alarmTopicArn: pulumi.Output<string>;
  /** Bucket of access logs; empty without them. */
  public readonly accessLogBucket: pulumi.Output<string>;

  constructor(name: string, args: AlbEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveAlbEndpointArgs(args);
    refuse("AlbEndpoint", name, checkAlbEndpoint(resolved));
    super("tfserving-aws:index:AlbEndpoint", name, {}, formerTypes(opts, "AlbEndpoint"));

    const securityGroup = createEndpointSecurityGroup(name, resolved, this);
    const logBucket = resolved.accessLogs ? createAccessLogBucket(name, resolved, this) : undefined;
    const loadBalancer = createLoadBalancer(name, resolved, securityGroup.id, logBucket, this);
    const groups = createTargetGroups(name, resolved, this);
    const routes = createListeners(name, resolved, loadBalancer, groups, this);
    const topicArn = createAlarmTopic(name, resolved, this);
    const alarms = createEndpointAlarms(name, resolved, loadBalancer, groups, topicArn, this);
    protect(name, resolved, loadBalancer, this);
    createRecord(name, resolved, loadBalancer, this);

    const { certificateArn, domainName, modelName } = resolved;
    const host = pulumi.output(domainName ?? loadBalancer.dnsName);
    this.baseUrl = pulumi.interpolate`${certificateArn ? "https" : "http"}://${host}`;
    this.restUrl = pulumi.interpolate`${this.baseUrl}/v1/models/${modelName}`;
    this.grpcAddress = resolved.grpc
      ? pulumi.interpolate`${host}:${listenerPorts.https}`
      : pulumi.output("");
    this.restTargetGroupArn = once(groups.rest, routes.rest);
    this.grpcTargetGroupArn = once(groups.grpc, routes.grpc);
    this.securityGroupId = securityGroup.id;
    this.loadBalancerArnSuffix = loadBalancer.arnSuffix;
    this.restTargetGroupArnSuffix = groups.rest.arnSuffix;
    this.grpcTargetGroupArnSuffix = groups.grpc?.arnSuffix ?? pulumi.output("");
    this.deploymentAlarmNames = pulumi.all(alarms.deployment.map((alarm) => alarm.name));
    this.alarmTopicArn = topicArn;
    this.accessLogBucket = logBucket ?? pulumi.output("");
    this.registerOutputs({
      baseUrl: this.baseUrl,
      restUrl: this.restUrl,
      grpcAddress: this.grpcAddress,
      restTargetGroupArn: this.restTargetGroupArn,
      grpcTargetGroupArn: this.grpcTargetGroupArn,
      securityGroupId: this.securityGroupId,
      loadBalancerArnSuffix: this.loadBalancerArnSuffix,
      restTargetGroupArnSuffix: this.restTargetGroupArnSuffix,
      grpcTargetGroupArnSuffix: this.grpcTargetGroupArnSuffix,
      deploymentAlarmNames: this.deploymentAlarmNames,
      alarmTopicArn: this.alarmTopicArn,
      accessLogBucket: this.accessLogBucket,
    });
  }
}

function createLoadBalancer(
  name: string,
  args: ResolvedAlbEndpointArgs,
  securityGroupId: pulumi.Input<string>,
  logBucket: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): lb.LoadBalancer {
  return new lb.LoadBalancer(
    awsName([name], loadBalancingNameLength),
    {
      loadBalancerType: "application",
      internal: !args.public,
      ipAddressType: "ipv4",
      subnets: args.subnetIds,
      securityGroups: [securityGroupId],
      idleTimeout: idleTimeoutSeconds(args),
      dropInvalidHeaderFields: true,
      enableDeletionProtection: args.deletionProtection,
      // Said in both cases: the provider takes an absent block for "as it was".
      accessLogs: { bucket: logBucket ?? "", enabled: logBucket !== undefined },
      tags: tagsFor("endpoint", args.tags),
    },
    { parent },
  );
}

function protect(
  name: string,
  { webAclArn }: ResolvedAlbEndpointArgs,
  loadBalancer: lb.LoadBalancer,
  parent: pulumi.Resource,
): void {
  if (webAclArn !== undefined) {
    new wafv2.WebAclAssociation(
      name,
      { resourceArn: loadBalancer.arn, webAclArn },
      // A load balancer has one, and to delete the old one last would take the new one off:
      // https://github.com/pulumi/pulumi-aws/issues/4782
      { parent, deleteBeforeReplace: true },
    );
  }
}

function createRecord(
  name: string,
  { zoneId, domainName }: ResolvedAlbEndpointArgs,
  loadBalancer: lb.LoadBalancer,
  parent: pulumi.Resource,
): void {
  if (zoneId !== undefined && domainName !== undefined) {
    const { dnsName, zoneId: aliasZone } = loadBalancer;
    new route53.Record(
      name,
      {
        zoneId,
        name: domainName,
        type: "A",
        aliases: [{ name: dnsName, zoneId: aliasZone, evaluateTargetHealth: true }],
      },
      { parent },
    );
  }
}

/** ECS refuses a service whose target group no listener leads to, so this waits for the rule. */
function once(
  group: lb.TargetGroup | undefined,
  rule: lb.ListenerRule | undefined,
): pulumi.Output<string> {
  return group && rule
    ? pulumi.all([group.arn, rule.arn]).apply(([arn]) => arn)
    : pulumi.output("");
}
