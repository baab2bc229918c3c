import {
  type AlbEndpointArgs,
  ContainerInsights,
  type EcrRepositoryArgs,
  type EcsClusterArgs,
  type EcsModelServiceArgs,
  type EcsNotebookArgs,
  type GpuHostArgs,
  type ServiceMonitoringArgs,
  type VpcNetworkArgs,
} from "@tf-model-serving/aws";
import { account, awsArn, region } from "../../support/awsMocks";

const kmsKeyArn = awsArn("kms", "key", "ours");
const tags = { team: "reef" };

/** What leads a load balancer to a service. */
export const balanced = {
  restTargetGroupArn: awsArn("elasticloadbalancing", "targetgroup", "rest/1"),
  grpcTargetGroupArn: awsArn("elasticloadbalancing", "targetgroup", "grpc/1"),
  endpointSecurityGroupId: "sg-endpoint",
};

/** What makes an endpoint one for HTTPS. */
export const secure = {
  certificateArn: awsArn("acm", "certificate", "1"),
  domainName: "model.example.com",
};

/** Tokens of an issuer. */
export const jwt = {
  issuer: "https://login.example.com/",
  audience: "models",
  jwks: "https://login.example.com/keys",
};

const autoscaling = {
  ...{ minReplicas: 2, maxReplicas: 6, scaleInCooldownSeconds: 120 },
  ...{ requestsPerReplica: 600, cpuPercent: 60, gpuPercent: 70 },
  loadBalancerArnSuffix: "app/a/1",
  restTargetGroupArnSuffix: "targetgroup/t/2",
  autoScalingGroupName: "gpu-instances",
};

/** Settings of each component that go together in any combination. */
export const settings = {
  service: [
    balanced,
    { autoscaling, replicas: 3 },
    { enableExec: true, execCidrs: ["10.0.0.0/16"] },
    { gpus: 1, cpus: 2.5, modelVersion: "7", drainSeconds: 30, startTimeoutSeconds: 200 },
    { deploymentAlarmNames: ["slow", "errors"], logRetentionDays: 90, logKmsKeyArn: kmsKeyArn },
    { tags },
  ] satisfies Partial<EcsModelServiceArgs>[],
  endpoint: [
    { ...secure, grpc: true, zoneId: "Z0123456789" },
    { ...secure, public: true, clientCidrs: ["192.0.2.0/24"] },
    { ...secure, auth: { jwt }, limits: { verbs: ["predict", "status"] } },
    { clientSecurityGroupIds: ["sg-client"], longestRequestSeconds: 120, slowStartSeconds: 60 },
    { webAclArn: `arn:aws:wafv2:${region}:${account}:regional/webacl/ours/1` },
    { accessLogRetentionDays: 30, retainLogsOnDestroy: false, deletionProtection: true },
    { alarmEmails: ["ops@example.com"], maxErrorPercent: 2, maxLatencySeconds: 0.5 },
    { tags },
  ] satisfies Partial<AlbEndpointArgs>[],
  cluster: [
    { furtherInstanceTypes: ["g5.2xlarge", "g6.xlarge"], spotPercent: 70, onDemandBase: 1 },
    { minInstances: 1, desiredInstances: 3, minHealthyPercent: 50 },
    { containerInsights: ContainerInsights.Enhanced, managedDraining: false },
    { targetCapacityPercent: 80, volumeGb: 250, kmsKeyId: kmsKeyArn },
    { egressCidrs: ["10.0.0.0/16"], egressPrefixListIds: ["pl-6da54004"] },
    { instancePolicyArns: ["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"] },
    { tags: { ...tags, "tfserving:stack": "forged" } },
  ] satisfies Partial<EcsClusterArgs>[],
  host: [
    { public: true, sshCidrs: ["192.0.2.7/32"] },
    { stopSchedule: "cron(0 20 * * ? *)", startSchedule: "cron(0 8 ? * MON-FRI *)" },
    { scheduleTimezone: "Europe/Berlin", idleStopMinutes: 45 },
    { dataVolumeGb: 200, rootVolumeGb: 300, kmsKeyArn, keepData: false },
    { egressPorts: [443, 80], tags },
  ] satisfies Partial<GpuHostArgs>[],
  notebook: [
    { gpus: 1, memoryMb: 8192, logRetentionDays: 90, logKmsKeyArn: kmsKeyArn },
    { image: "r.example.com/jupyter:1", repositoryArn: awsArn("ecr", "repository", "jupyter") },
    { kmsKeyArn, retainOnDestroy: false },
    { endpointSecurityGroupId: "sg-endpoint", httpsCidrs: ["10.0.0.0/16"] },
    { running: false },
    { tags },
  ] satisfies Partial<EcsNotebookArgs>[],
  monitoring: [{ capacityMinutes: 20 }, { tags }] satisfies Partial<ServiceMonitoringArgs>[],
  repository: [
    { repositoryName: "team/tf-serving", kmsKeyArn },
    { keepReleases: 7, retainOnDestroy: false },
    { tags },
  ] satisfies EcrRepositoryArgs[],
  vpcNetwork: [
    { endpoints: true },
    { endpoints: true, secondaryCidrs: ["100.64.0.0/16"] },
    { tags },
  ] satisfies VpcNetworkArgs[],
};

/** All of them at once. */
export function everything<Args extends object>(of: Args[]): Args {
  return Object.assign({}, ...of) as Args;
}
