// Every component for ECS together, as a program of its own would use them.
import * as pulumi from "@pulumi/pulumi";
import { AlbEndpoint } from "../../../../components/aws/endpoint/albEndpoint";
import { EcsModelService } from "../../../../components/aws/service/ecsModelService";
import { EcsCluster } from "../../../../components/aws/cluster/ecsCluster";
import { ServiceMonitoring } from "../../../../components/aws/service/serviceMonitoring";
import { VpcNetwork } from "../../../../components/aws/network/vpcNetwork";
import { EcrRepository } from "../../../../components/aws/image/ecrRepository";
import { EcsNotebook } from "../../../../components/aws/notebook/ecsNotebook";

const config = new pulumi.Config();
const modelName = "my_model";

const network = new VpcNetwork("network", { endpoints: true });
const { vpcId, subnetIds } = network;

const repository = new EcrRepository("repository", { retainOnDestroy: false });
const cluster = new EcsCluster("cluster", {
  vpcId,
  subnetIds,
  instanceType: config.get("instanceType") ?? "g5.xlarge",
  maxInstances: 3,
  spotPercent: 50,
});
const endpoint = new AlbEndpoint("endpoint", {
  vpcId,
  vpcCidr: network.cidrBlock,
  subnetIds,
  modelName,
  certificateArn: config.require("certificateArn"),
  zoneId: config.require("zoneId"),
  domainName: "models.example.org",
  grpc: true,
  clientCidrs: ["10.0.0.0/8"],
  alarmEmails: ["ops@example.org"],
  retainLogsOnDestroy: false,
});
const service = new EcsModelService("service", {
  image: pulumi.interpolate`${repository.repositoryUrl}@${config.require("digest")}`,
  repositoryArn: repository.repositoryArn,
  modelName,
  modelVersion: config.require("modelVersion"),
  clusterArn: cluster.clusterArn,
  clusterName: cluster.clusterName,
  capacityProviderName: cluster.capacityProviderName,
  vpcId,
  subnetIds,
  gpus: 1,
  restTargetGroupArn: endpoint.restTargetGroupArn,
  grpcTargetGroupArn: endpoint.grpcTargetGroupArn,
  endpointSecurityGroupId: endpoint.securityGroupId,
  deploymentAlarmNames: endpoint.deploymentAlarmNames,
  autoscaling: {
    minReplicas: 1,
    maxReplicas: 3,
    requestsPerReplica: 100,
    loadBalancerArnSuffix: endpoint.loadBalancerArnSuffix,
    restTargetGroupArnSuffix: endpoint.restTargetGroupArnSuffix,
  },
});
new ServiceMonitoring("monitoring", {
  clusterName: cluster.clusterName,
  serviceName: service.serviceName,
  loadBalancerArnSuffix: endpoint.loadBalancerArnSuffix,
  restTargetGroupArnSuffix: endpoint.restTargetGroupArnSuffix,
  alarmTopicArn: endpoint.alarmTopicArn,
});
if (config.getBoolean("notebook") ?? true) {
  new EcsNotebook("notebook", {
    clusterArn: cluster.clusterArn,
    capacityProviderName: cluster.capacityProviderName,
    vpcId,
    subnetIds: [0, 1].map((at) => subnetIds.apply((ids) => ids[at])),
    restUrl: endpoint.restUrl,
    grpcAddress: endpoint.grpcAddress,
    modelName,
    endpointSecurityGroupId: endpoint.securityGroupId,
    retainOnDestroy: false,
  });
}

export const restUrl = endpoint.restUrl;
export const taskDefinitionArn = service.taskDefinitionArn;
