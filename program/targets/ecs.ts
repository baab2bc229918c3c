import * as pulumi from "@pulumi/pulumi";
import { modelUrls, onceServing } from "@tf-model-serving/core";
import {
  AlbEndpoint,
  EcrRepository,
  EcsModelService,
  EcsModelServiceArgs,
  EcsNotebook,
  EcsCluster,
  resolveEcsModelServiceArgs,
  NetworkFacts,
  ServiceMonitoring,
  VpcNetwork,
  VpcNetworkArgs,
} from "@tf-model-serving/aws";
import { EcsPlan, preflightOnEcs } from "../ecs/preflight";
import { ecsImage, EcsImage, ecsNotebookImage, EcsNotebookImage } from "../ecs/image";
import { StackOutputs, stackOutputs } from "../outputs";
import type { Target } from "./target";

/** Outputs besides those of every target. */
export interface EcsOutputs extends StackOutputs {
  /** Command that opens the way to the notebook. @default - there is no notebook */
  readonly notebookTunnel?: pulumi.Output<string>;
  /** The notebook's image, by digest. @default - it is not built */
  readonly notebookImage?: pulumi.Input<string>;
  /** How the stack came by its image. */
  readonly imageSource: string;
  /** URL of the repository in ECR. */
  readonly repository: pulumi.Output<string>;
  readonly cluster: pulumi.Output<string>;
  readonly service: pulumi.Output<string>;
  readonly logGroup: pulumi.Output<string>;
  readonly dashboard: pulumi.Output<string>;
}

/** Container instances on AWS, behind an Application Load Balancer. */
export const ecs: Target<EcsPlan> = {
  preflight: preflightOnEcs,

  async deploy(plan): Promise<EcsOutputs> {
    const { args, facts, recorded } = plan;
    const { tags } = args.network;
    const network = new VpcNetwork("network", { ...args.network, ...asFound(facts, args.network) });
    const repository = new EcrRepository(plan.repositoryName, args.repository);
    const serving = await ecsImage(plan, repository);
    const cluster = new EcsCluster("serving", { ...placeOf(network), ...args.cluster });
    const endpoint = new AlbEndpoint("serving", {
      ...{ ...placeOf(network), vpcCidr: network.cidrBlock, modelName: args.service.modelName },
      ...args.endpoint,
    });
    const model = createService(plan, { network, cluster, endpoint }, serving);
    const monitoring = new ServiceMonitoring("serving", {
      clusterName: cluster.clusterName,
      serviceName: model.serviceName,
      loadBalancerArnSuffix: endpoint.loadBalancerArnSuffix,
      restTargetGroupArnSuffix: endpoint.restTargetGroupArnSuffix,
      alarmTopicArn: endpoint.alarmTopicArn,
      tags,
    });
    const lab = ecsNotebookImage(plan);
    const notebook = createNotebook(plan, { network, cluster, endpoint }, lab);

    const { modelName, server } = args.service;
    const ready = model.taskDefinitionArn;
    const urls = endpoint.baseUrl.apply((url) => modelUrls(url, modelName, server?.models));
    const held = resolveEcsModelServiceArgs(args.service as EcsModelServiceArgs);
    return {
      ...stackOutputs({
        service: {
          restUrl: onceServing(endpoint.restUrl, ready),
          modelUrls: onceServing(urls, ready),
          grpcAddress: onceServing(endpoint.grpcAddress, ready),
        },
        ...{ serving, models: args.image.models, replicas: held.replicas, ready, recorded, held },
      }),
      ...(notebook && { notebookUrl: notebook.url, notebookTunnel: notebook.tunnelCommand }),
      ...(lab && { notebookImage: lab.image }),
      imageSource: serving.source,
      repository: repository.repositoryUrl,
      cluster: cluster.clusterName,
      service: model.serviceName,
      logGroup: model.logGroupName,
      dashboard: monitoring.dashboardName,
    };
  },
};

interface Parts {
  network: VpcNetwork;
  cluster: EcsCluster;
  endpoint: AlbEndpoint;
}

function createService(
  { args: { service, endpoint: wanted } }: EcsPlan,
  { network, cluster, endpoint }: Parts,
  serving: EcsImage,
): EcsModelService {
  const { clusterArn, clusterName, capacityProviderName, autoScalingGroupName } = cluster;
  const { loadBalancerArnSuffix, restTargetGroupArnSuffix } = endpoint;
  return new EcsModelService("serving", {
    ...placeOf(network),
    ...{ clusterArn, clusterName, capacityProviderName },
    image: serving.reference,
    repositoryArn: serving.repositoryArn,
    modelVersion: serving.modelVersion,
    restTargetGroupArn: endpoint.restTargetGroupArn,
    grpcTargetGroupArn: wanted.grpc ? endpoint.grpcTargetGroupArn : undefined,
    endpointSecurityGroupId: endpoint.securityGroupId,
    deploymentAlarmNames: endpoint.deploymentAlarmNames,
    ...service,
    autoscaling: service.autoscaling && {
      ...service.autoscaling,
      ...{ loadBalancerArnSuffix, restTargetGroupArnSuffix, autoScalingGroupName },
    },
  });
}

function createNotebook(
  { args: { notebook, service }, facts }: EcsPlan,
  { network, cluster, endpoint }: Parts,
  built: EcsNotebookImage | undefined,
): EcsNotebook | undefined {
  return (
    notebook &&
    new EcsNotebook("notebook", {
      clusterArn: cluster.clusterArn,
      capacityProviderName: cluster.capacityProviderName,
      vpcId: network.vpcId,
      subnetIds: facts.subnets.map(({ id }) => id),
      restUrl: endpoint.restUrl,
      grpcAddress: endpoint.grpcAddress,
      modelName: service.modelName,
      endpointSecurityGroupId: endpoint.securityGroupId,
      ...notebook,
      ...built,
    })
  );
}

/** The network as it was looked up, so that AWS is asked once. */
function asFound({ vpcId, subnets, cidrBlocks }: NetworkFacts, { subnetIds }: VpcNetworkArgs) {
  const [cidrBlock, ...secondaryCidrs] = cidrBlocks;
  return { vpcId, subnetIds: subnetIds ?? subnets.map(({ id }) => id), cidrBlock, secondaryCidrs };
}

function placeOf({ vpcId, subnetIds }: VpcNetwork) {
  return { vpcId, subnetIds };
}
