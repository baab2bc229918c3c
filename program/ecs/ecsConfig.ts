import * as pulumi from "@pulumi/pulumi";
import {
  AlbEndpointArgs,
  AutoscalingArgs,
  EcrRepositoryArgs,
  EcsModelServiceArgs,
  EcsNotebookArgs,
  EcsClusterArgs,
  modelServiceDefaults,
  Problem,
  servingImageDefaults,
  VpcNetworkArgs,
} from "../../components";
import { awsName } from "../../components/aws/awsName";
import { checkFields } from "../../components/core/checks";
import { checkTexts, names, readObject, refuseUnused, UnusedKeys } from "../configObjects";

const longestRepositoryName = 128;

// What the program itself gives to the components is no setting.
type NetworkKeys = Exclude<keyof VpcNetworkArgs, "secondaryCidrs" | "tags">;
type ClusterKeys = Exclude<keyof EcsClusterArgs, "vpcId" | "subnetIds" | "tags">;
type EndpointKeys = Exclude<keyof AlbEndpointArgs, "vpcId" | "vpcCidr" | "modelName" | "tags">;
type ServiceKeys = Extract<
  keyof EcsModelServiceArgs,
  | "autoscaling"
  | "deploymentTimeoutMinutes"
  | "enableExec"
  | "execCidrs"
  | "logKmsKeyArn"
  | "logRetentionDays"
>;
type RepositoryKeys = Exclude<keyof EcrRepositoryArgs, "repositoryName" | "tags">;
type NotebookKeys = Extract<
  keyof EcsNotebookArgs,
  | "gpus"
  | "httpsCidrs"
  | "kmsKeyArn"
  | "logKmsKeyArn"
  | "logRetentionDays"
  | "repositoryArn"
  | "retainOnDestroy"
  | "running"
>;

/** A configuration has plain values where a component also takes outputs. */
interface Network {
  vpcId?: string;
  subnetIds?: string[];
  endpoints?: boolean;
}

type Autoscaling = Omit<
  AutoscalingArgs,
  "loadBalancerArnSuffix" | "restTargetGroupArnSuffix" | "autoScalingGroupName"
>;

/** The config keys that are objects: arguments of one component each. */
export interface EcsObjects {
  readonly network: Network;
  readonly cluster: Pick<EcsClusterArgs, ClusterKeys>;
  readonly endpoint: Partial<Pick<AlbEndpointArgs, EndpointKeys>>;
  readonly service: Pick<EcsModelServiceArgs, Exclude<ServiceKeys, "autoscaling">> & {
    autoscaling?: Autoscaling;
  };
  readonly repository: Pick<EcrRepositoryArgs, RepositoryKeys>;
  readonly notebook: Pick<EcsNotebookArgs, NotebookKeys>;
  readonly tags: Record<string, string>;
}

const fields = {
  awsNetwork: names<NetworkKeys>({ vpcId: 0, subnetIds: 0, endpoints: 0 }),
  awsCluster: names<ClusterKeys>({
    ...{ instanceType: 0, furtherInstanceTypes: 0, minInstances: 0, maxInstances: 0 },
    ...{ desiredInstances: 0, onDemandBase: 0, spotPercent: 0, amiId: 0, volumeGb: 0 },
    ...{ kmsKeyId: 0, containerInsights: 0, managedDraining: 0, targetCapacityPercent: 0 },
    ...{ minHealthyPercent: 0, egressCidrs: 0, egressPrefixListIds: 0 },
    ...{ instancePolicyArns: 0 },
  }),
  awsEndpoint: names<EndpointKeys>({
    ...{ subnetIds: 0, certificateArn: 0, domainName: 0, zoneId: 0, grpc: 0, public: 0 },
    ...{ clientCidrs: 0, clientSecurityGroupIds: 0, longestRequestSeconds: 0 },
    ...{ slowStartSeconds: 0, sslPolicy: 0, deletionProtection: 0, accessLogs: 0 },
    ...{ accessLogRetentionDays: 0, retainLogsOnDestroy: 0, webAclArn: 0, alarmTopicArn: 0 },
    ...{ alarmEmails: 0, maxErrorPercent: 0, maxLatencySeconds: 0 },
  }),
  awsService: names<ServiceKeys>({
    ...{ autoscaling: 0, deploymentTimeoutMinutes: 0, enableExec: 0, execCidrs: 0 },
    ...{ logKmsKeyArn: 0, logRetentionDays: 0 },
  }),
  awsRepository: names<RepositoryKeys>({ kmsKeyArn: 0, keepReleases: 0, retainOnDestroy: 0 }),
  awsNotebook: names<NotebookKeys>({
    ...{ gpus: 0, httpsCidrs: 0, kmsKeyArn: 0, logKmsKeyArn: 0, logRetentionDays: 0 },
    ...{ repositoryArn: 0, retainOnDestroy: 0, running: 0 },
  }),
};
const autoscalingFields = names<keyof Autoscaling>({
  ...{ minReplicas: 0, maxReplicas: 0, requestsPerReplica: 0, cpuPercent: 0, gpuPercent: 0 },
  ...{ scaleInCooldownSeconds: 0, scaleOutCooldownSeconds: 0 },
});

/** Reads the objects; one that is no object is read as an empty one, and refused by `checkObjects`. */
export function readObjects(config: pulumi.Config): EcsObjects {
  const object = <T>(key: string) => readObject<T>(config, key);
  return {
    network: object("awsNetwork"),
    cluster: { instanceType: "", ...object<object>("awsCluster") },
    endpoint: object("awsEndpoint"),
    service: object("awsService"),
    repository: object("awsRepository"),
    notebook: object("awsNotebook"),
    tags: object("awsTags"),
  };
}

/** Fields that no component has, and what is no object. */
export function checkObjects(config: pulumi.Config): Problem[] {
  const autoscaling = config.getObject<{ autoscaling?: object }>("awsService")?.autoscaling;
  return [
    ...Object.entries(fields).flatMap(([key, known]) =>
      checkFields(config.getObject<object>(key) ?? {}, known, key),
    ),
    ...(autoscaling === undefined
      ? []
      : checkFields(autoscaling, autoscalingFields, "awsService.autoscaling")),
    ...checkTexts("awsTags", config.getObject("awsTags") ?? {}),
  ];
}

const unused: UnusedKeys = {
  serviceName: { value: "", instead: "clients use the load balancer" },
  publishAddress: {
    value: modelServiceDefaults.publishAddress,
    instead: "awsEndpoint.clientCidrs names the clients",
  },
  restPort: { value: modelServiceDefaults.restPort, instead: "REST is at port 443, or 80" },
  grpcPort: { value: 8500, instead: "gRPC is at port 443 with awsEndpoint.grpc" },
  pids: { value: modelServiceDefaults.pids, instead: "ECS has no such limit" },
  parallelStarts: { value: 0, instead: "strategy decides how many start at a time" },
  schedulingTimeoutSeconds: {
    value: 0,
    instead: "awsService.deploymentTimeoutMinutes is how long instances, pulls and starts may take",
  },
  balancerImage: {
    value: modelServiceDefaults.balancerImage,
    instead: "AWS runs the load balancer",
  },
  registry: { value: "", instead: "the image goes to a repository in ECR" },
  canaryVersion: { value: "", instead: "a canary needs target docker" },
  canaryPercent: { value: 0, instead: "a canary needs target docker" },
};

/** Refuses what other targets have and ECS cannot honour. */
export function checkUnused(config: pulumi.Config): Problem[] {
  return refuseUnused(config, "ecs", unused);
}

/**
 * Name of the stack's repository in ECR, to which Pulumi appends a suffix: a repository outlives its
 * stack, and must not be in the way when the stack comes up again.
 */
export function repositoryName(config: pulumi.Config): string {
  const repository = config.get("repository") || servingImageDefaults.repository;
  return awsName([repository, pulumi.getStack()], longestRepositoryName);
}
