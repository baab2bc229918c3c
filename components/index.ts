// A package's components are compiled with the settings of the program that uses them,
// which may lack Node's types.
/// <reference types="node" />
export { currentStack } from "./core/currentStack";
export { defaultDockerHost, usualEngine } from "./engine/dockerContext";
export { DockerEngine, findImage, inspectEngine } from "./engine/engine";
export { engineProviderArgs } from "./engine/engineProvider";
export { HostPort, TakenPort } from "./engine/takenPorts";
export { CanaryArgs } from "./serving/canary";
export { BalancedArgs, ReplicaArgs } from "./serving/replicaArgs";
export { ReleaseStrategy, strategyOf } from "./serving/releaseStrategy";
export { SwarmState } from "./engine/swarmState";
export { checkModelService } from "./docker/checkModelService";
export { DockerModelService } from "./docker/dockerModelService";
export { distinctPorts } from "./engine/hostPorts";
export {
  DockerModelServiceArgs,
  modelServiceDefaults,
  resolveModelServiceArgs,
} from "./docker/modelServiceArgs";
export { AlbEndpoint } from "./aws/endpoint/albEndpoint";
export {
  AlbEndpointArgs,
  albEndpointDefaults,
  resolveAlbEndpointArgs,
} from "./aws/endpoint/albEndpointArgs";
export { albEndpointSchema, checkAlbEndpoint } from "./aws/endpoint/checkAlbEndpoint";
export { checkEcsCluster, ecsClusterSchema } from "./aws/cluster/checkEcsCluster";
export {
  checkInstanceType,
  instanceTypeWarnings,
  ReplicaNeeds,
  replicasPerInstance,
} from "./aws/instances/checkInstanceType";
export {
  checkFleetRoom,
  Fleet,
  FleetLoad,
  fleetRoomWarnings,
  NotebookNeeds,
} from "./aws/cluster/fleetRoom";
export { EcsCluster } from "./aws/cluster/ecsCluster";
export { GpuCluster, GpuClusterArgs } from "./aws/cluster/gpuCluster";
export {
  ContainerInsights,
  EcsClusterArgs,
  ecsClusterDefaults,
  resolveEcsClusterArgs,
} from "./aws/cluster/ecsClusterArgs";
export { InstanceTypeFacts, InstanceTypes } from "./aws/instances/instanceTypes";
export {
  lookUpNetwork,
  NetworkAnswer,
  NetworkFacts,
  NetworkQuestion,
} from "./aws/network/lookUpNetwork";
export { ServiceMonitoring } from "./aws/service/serviceMonitoring";
export {
  ServiceMonitoringArgs,
  serviceMonitoringDefaults,
} from "./aws/service/serviceMonitoringArgs";
export { VpcNetwork } from "./aws/network/vpcNetwork";
export { checkVpcNetwork, VpcNetworkArgs, vpcNetworkSchema } from "./aws/network/vpcNetworkArgs";
export { checkGpuHost } from "./aws/gpuHost/checkGpuHost";
export { GpuHost } from "./aws/gpuHost/gpuHost";
export { GpuHostArgs, gpuHostDefaults, notebookFolder } from "./aws/gpuHost/gpuHostArgs";
export { checkDistinctVersions } from "./image/distinctVersions";
export { dockerLogins, KnownRegistry, loginOf } from "./engine/dockerLogins";
export { checkModelEvaluation, modelEvaluationSchema } from "./evaluation/checkModelEvaluation";
export { ModelEvaluation } from "./evaluation/modelEvaluation";
export { EvaluationRecord, ModelEvaluationArgs } from "./evaluation/modelEvaluationArgs";
export {
  checkNotebookImage,
  NotebookImage,
  NotebookImageArgs,
  notebookImageDefaults,
} from "./image/notebookImage";
export { checkPublishedImage, PublishedImage, PublishedImageArgs } from "./image/publishedImage";
export {
  checkRuntimeImage,
  RuntimeImage,
  RuntimeImageArgs,
  runtimeImageDefaults,
} from "./image/runtimeImage";
export { checkServingImage, servedSignature } from "./image/checkServingImage";
export { planServingImage, ServingImage, ServingImagePlan } from "./image/servingImage";
export { ServingImageArgs, servingImageDefaults } from "./image/servingImageArgs";
export { fetchModel, FetchedModel } from "./modelSource/fetchModel";
export { checkModelSource } from "./modelSource/kinds";
export { ClusterClient, connectCluster } from "./kubernetes/cluster/connectCluster";
export {
  checkKubernetesModelService,
  kubernetesModelServiceSchema,
  kubernetesServiceWarnings,
} from "./kubernetes/checkKubernetesModelService";
export { KubernetesModelService } from "./kubernetes/kubernetesModelService";
export {
  KubernetesAutoscalingArgs,
  kubernetesAutoscalingDefaults,
} from "./kubernetes/autoscalingArgs";
export {
  KubernetesModelServiceArgs,
  kubernetesModelServiceDefaults,
  resolveKubernetesModelServiceArgs,
} from "./kubernetes/kubernetesModelServiceArgs";
export { ModelVolumeArgs } from "./kubernetes/modelVolume";
export { KubernetesNetworkArgs, NetworkClientArgs } from "./kubernetes/network/networkArgs";
export { KubernetesGatewayArgs, KubernetesIngressArgs } from "./kubernetes/network/routeArgs";
export { PodMonitorArgs } from "./kubernetes/podMonitorArgs";
export {
  FurtherQuestions,
  inspectCluster,
  KubernetesCluster,
} from "./kubernetes/cluster/inspectCluster";
export {
  findNamespace,
  findServices,
  FoundNamespace,
  FoundService,
} from "./kubernetes/cluster/findObjects";
export { serviceNames } from "./kubernetes/serviceNames";
export { ClusterChoice, ClusterError } from "./kubernetes/cluster/kubeconfig";
export { EcsNotebook } from "./aws/notebook/ecsNotebook";
export {
  checkEcsNotebook,
  EcsNotebookArgs,
  ecsNotebookDefaults,
  ecsNotebookSchema,
} from "./aws/notebook/ecsNotebookArgs";
export { PodPlacementArgs, TolerationArgs } from "./kubernetes/podPlacementArgs";
export { KubernetesNotebook } from "./kubernetes/notebook/kubernetesNotebook";
export {
  checkKubernetesNotebook,
  kubernetesNotebookSchema,
} from "./kubernetes/notebook/checkKubernetesNotebook";
export {
  KubernetesNotebookArgs,
  kubernetesNotebookDefaults,
  resolveKubernetesNotebookArgs,
  VolumeAccessMode,
} from "./kubernetes/notebook/kubernetesNotebookArgs";
export { DockerNotebook, Notebook } from "./docker/notebook/dockerNotebook";
export {
  checkDockerNotebook,
  DockerNotebookArgs,
  HostNotebookArgs,
} from "./docker/notebook/dockerNotebookArgs";
export {
  notebookDefaults,
  SharedNotebookArgs,
  TunnelledNotebookArgs,
} from "./serving/notebook/notebookArgs";
export {
  checkSwarmNotebook,
  SwarmNotebook,
  SwarmNotebookArgs,
} from "./swarm/notebook/swarmNotebook";
export { createSshKey, SshKey } from "./engine/sshDockerHost/sshKey";
export { SshDockerHost } from "./engine/sshDockerHost/sshDockerHost";
export {
  checkSshDockerHost,
  SshDockerHostArgs,
  sshDockerHostDefaults,
} from "./engine/sshDockerHost/sshDockerHostArgs";
export { checkSwarmModelService } from "./swarm/checkSwarmModelService";
export { SwarmModelService } from "./swarm/swarmModelService";
export {
  EndpointMode,
  RegistryLogin,
  resolveSwarmModelServiceArgs,
  SwarmModelServiceArgs,
} from "./swarm/swarmModelServiceArgs";
export { BatchingOptions } from "./tfserving/batching";
export { ModelConfigOptions, modelLabels, ModelVersionPolicy } from "./tfserving/modelConfig";
export { ModelCard } from "./tfserving/modelCard";
export { Problem } from "./core/problem";
export { Signature, TensorSpec } from "./tfserving/savedModel";
export { MonitoringOptions } from "./tfserving/monitoring";
export { ServerOptions } from "./tfserving/serverOptions";
export {
  checkEcsModelService,
  ecsAutoscalingSchema,
  ecsModelServiceSchema,
  ecsServiceWarnings,
} from "./aws/service/checkEcsModelService";
export { EcsModelService } from "./aws/service/ecsModelService";
export {
  AutoscalingArgs,
  ecsModelServiceDefaults,
  EcsModelServiceArgs,
  resolveEcsModelServiceArgs,
} from "./aws/service/ecsModelServiceArgs";
export { EcrImage, EcrImageArgs, findEcrImage } from "./aws/image/ecrImage";
export { ModelRemarks, sayRemarks } from "./image/modelRemarks";
export { imageSizeWarnings } from "./image/imageSize";
export {
  checkEcrRepository,
  EcrRepository,
  EcrRepositoryArgs,
  ecrRepositoryDefaults,
  ecrRepositorySchema,
} from "./aws/image/ecrRepository";
// What programs and commands need of these components besides.
export { awsName } from "./aws/awsName";
export { isObject } from "./core/checks";
export { onceServing } from "./core/onceServing";
export {
  anyText,
  listOf,
  objectOf,
  problemsOf,
  recordOf,
  textLike,
  trueOrFalse,
} from "./core/schema";
export { stackLabel } from "./core/stackLabel";
export { valueOf } from "./core/valueOf";
export { registryAddress } from "./engine/registryProvider";
export { isContent } from "./kubernetes/cluster/kubeconfig";
export { checkDnsLabel } from "./kubernetes/dnsNames";
export { fewestReplicas } from "./kubernetes/kubernetesModelServiceArgs";
export { labelValue } from "./kubernetes/labels";
export { takingBack } from "./kubernetes/metadata";
export { serviceHost } from "./kubernetes/serviceNames";
export { serviceAddresses } from "./serving/addresses";
export { checkGrpcTimeout, longestMs, requestTimes } from "./serving/requestTimes";
export { swarmModelServiceDefaults } from "./swarm/swarmModelServiceArgs";
export { modelUrls } from "./tfserving/modelStatus";
