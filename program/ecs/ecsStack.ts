import {
  AlbEndpoint,
  EcrRepository,
  EcsModelService,
  EcsNotebook,
  EcsCluster,
  modelLabels,
  ServiceMonitoring,
  VpcNetwork,
} from "../../components";
import { onceServing } from "../../components/core/onceServing";
import { modelUrls } from "../../components/tfserving/modelStatus";
import { recordedOutputs, recordOnce, releasesIn } from "../releaseRecord";
import { ecsImage } from "./ecsImage";
import { EcsSettings, loadEcsSettings } from "./ecsSettings";

/** Serves the model folder of the stack's configuration on AWS. */
export async function serveOnEcs(): Promise<Record<string, unknown>> {
  const outputs = await recordedOutputs();
  const settings = await loadEcsSettings(outputs);
  const recorded = releasesIn(outputs);
  const { aws, service } = settings;
  const { tags } = aws;

  const secondaryCidrs = settings.network.cidrBlocks.slice(1);
  const network = new VpcNetwork("network", { ...aws.network, secondaryCidrs, tags });
  const repository = new EcrRepository(settings.repositoryName, { ...aws.repository, tags });
  const serving = await ecsImage(settings, outputs, repository);
  const cluster = new EcsCluster("serving", { ...placeOf(network), ...aws.cluster, tags });
  const endpoint = new AlbEndpoint("serving", {
    ...placeOf(network),
    vpcCidr: network.cidrBlock,
    ...settings.endpoint,
    tags,
  });
  const model = createService(settings, { network, cluster, endpoint, serving });
  const monitoring = new ServiceMonitoring("serving", {
    clusterName: cluster.clusterName,
    serviceName: model.serviceName,
    loadBalancerArnSuffix: endpoint.loadBalancerArnSuffix,
    restTargetGroupArnSuffix: endpoint.restTargetGroupArnSuffix,
    alarmTopicArn: endpoint.alarmTopicArn,
    tags,
  });
  const notebook = createNotebook(settings, { network, cluster, endpoint });

  const { modelName, server } = service;
  return {
    restUrl: onceServing(endpoint.restUrl, model.taskDefinitionArn),
    modelUrls: onceServing(
      endpoint.baseUrl.apply((url) => modelUrls(url, modelName, server?.models)),
      model.taskDefinitionArn,
    ),
    modelLabels: modelLabels(settings.image.models),
    grpcAddress: onceServing(endpoint.grpcAddress, model.taskDefinitionArn),
    ...(notebook && { notebookUrl: notebook.url, notebookTunnel: notebook.tunnelCommand }),
    image: serving.image,
    imageSource: serving.source,
    repository: repository.repositoryUrl,
    modelVersion: serving.modelVersion,
    canaryVersion: "",
    canaryPercent: 0,
    signature: serving.signature,
    replicas: service.replicas,
    cluster: cluster.clusterName,
    service: model.serviceName,
    logGroup: model.logGroupName,
    dashboard: monitoring.dashboardName,
    ...recordOnce(model.taskDefinitionArn, recorded, service, {
      image: serving.image,
      modelVersion: serving.modelVersion,
      signature: serving.signature,
      settings: settings.release,
    }),
  };
}

interface Parts {
  network: VpcNetwork;
  cluster: EcsCluster;
  endpoint: AlbEndpoint;
}

function createService(
  { aws, service, endpoint: { grpc } }: EcsSettings,
  {
    network,
    cluster,
    endpoint,
    serving,
  }: Parts & { serving: Awaited<ReturnType<typeof ecsImage>> },
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
    grpcTargetGroupArn: grpc ? endpoint.grpcTargetGroupArn : undefined,
    endpointSecurityGroupId: endpoint.securityGroupId,
    deploymentAlarmNames: endpoint.deploymentAlarmNames,
    ...service,
    autoscaling: service.autoscaling && {
      ...service.autoscaling,
      ...{ loadBalancerArnSuffix, restTargetGroupArnSuffix, autoScalingGroupName },
    },
    tags: aws.tags,
  });
}

function createNotebook(
  { network: { subnets }, service, notebook, aws }: EcsSettings,
  { network, cluster, endpoint }: Parts,
): EcsNotebook | undefined {
  return (
    notebook &&
    new EcsNotebook("notebook", {
      clusterArn: cluster.clusterArn,
      capacityProviderName: cluster.capacityProviderName,
      vpcId: network.vpcId,
      subnetIds: subnets.map(({ id }) => id),
      restUrl: endpoint.restUrl,
      grpcAddress: endpoint.grpcAddress,
      modelName: service.modelName,
      endpointSecurityGroupId: endpoint.securityGroupId,
      ...notebook,
      tags: aws.tags,
    })
  );
}

function placeOf({ vpcId, subnetIds }: VpcNetwork) {
  return { vpcId, subnetIds };
}
