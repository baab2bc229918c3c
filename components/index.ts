// A package's components are compiled with the settings of the program that uses them,
// which may lack Node's types.
/// <reference types="node" />
export { currentStack } from "./docker/containerDefaults";
export { defaultDockerHost, usualEngine } from "./docker/dockerContext";
export { DockerEngine, findImage, inspectEngine } from "./docker/engine";
export { engineProviderArgs } from "./docker/engineProvider";
export { HostPort, TakenPort } from "./docker/takenPorts";
export { checkCanary } from "./docker/checkCanary";
export { SwarmState } from "./docker/swarmState";
export { checkModelService } from "./docker/checkModelService";
export { DockerModelService } from "./docker/dockerModelService";
export { distinctPorts } from "./docker/hostPorts";
export {
  CanaryArgs,
  DockerModelServiceArgs,
  modelServiceDefaults,
  ReleaseStrategy,
} from "./docker/modelServiceArgs";
export { AlbEndpoint } from "./ecs/albEndpoint";
export {
  AlbEndpointArgs,
  albEndpointDefaults,
  resolveAlbEndpointArgs,
} from "./ecs/albEndpointArgs";
export { checkAlbEndpoint } from "./ecs/checkAlbEndpoint";
export { checkGpuCluster } from "./ecs/checkGpuCluster";
export {
  checkInstanceType,
  instanceTypeWarnings,
  ReplicaNeeds,
  replicasPerInstance,
} from "./ecs/checkInstanceType";
export {
  checkFleetRoom,
  Fleet,
  FleetLoad,
  fleetRoomWarnings,
  NotebookNeeds,
} from "./ecs/fleetRoom";
export { GpuCluster } from "./ecs/gpuCluster";
export {
  ContainerInsights,
  GpuClusterArgs,
  gpuClusterDefaults,
  resolveGpuClusterArgs,
} from "./ecs/gpuClusterArgs";
export { InstanceTypeFacts, instanceTypeFacts, instanceTypeNames } from "./ecs/instanceTypes";
export { lookUpNetwork, NetworkAnswer, NetworkFacts, NetworkQuestion } from "./ecs/lookUpNetwork";
export { ServiceMonitoring } from "./ecs/serviceMonitoring";
export {
  checkServiceMonitoring,
  ServiceMonitoringArgs,
  serviceMonitoringDefaults,
} from "./ecs/serviceMonitoringArgs";
export { VpcNetwork } from "./ecs/vpcNetwork";
export { checkVpcNetwork, VpcNetworkArgs } from "./ecs/vpcNetworkArgs";
export { checkGpuHost } from "./gpuHost/checkGpuHost";
export { GpuHost } from "./gpuHost/gpuHost";
export { GpuHostArgs, gpuHostDefaults, notebookFolder } from "./gpuHost/gpuHostArgs";
export { checkDistinctVersions } from "./image/distinctVersions";
export { dockerLogins, KnownRegistry, loginOf } from "./image/dockerLogins";
export { checkPublishedImage, PublishedImage, PublishedImageArgs } from "./image/publishedImage";
export {
  checkRuntimeImage,
  RuntimeImage,
  RuntimeImageArgs,
  runtimeImageDefaults,
} from "./image/runtimeImage";
export {
  checkServingImage,
  planServingImage,
  ServingImage,
  ServingImagePlan,
} from "./image/servingImage";
export { ServingImageArgs, servingImageDefaults } from "./image/servingImageArgs";
export { ClusterClient, connectCluster } from "./kubernetes/connectCluster";
export {
  checkKubernetesModelService,
  kubernetesServiceWarnings,
} from "./kubernetes/checkKubernetesModelService";
export { KubernetesModelService } from "./kubernetes/kubernetesModelService";
export {
  KubernetesAutoscalingArgs,
  kubernetesAutoscalingDefaults,
  KubernetesGatewayArgs,
  KubernetesIngressArgs,
  KubernetesModelServiceArgs,
  kubernetesModelServiceDefaults,
  KubernetesNetworkArgs,
  ModelVolumeArgs,
  NetworkClientArgs,
  PodMonitorArgs,
  resolveKubernetesModelServiceArgs,
} from "./kubernetes/kubernetesModelServiceArgs";
export {
  findNamespace,
  FoundNamespace,
  FurtherQuestions,
  inspectCluster,
  KubernetesCluster,
} from "./kubernetes/inspectCluster";
export { findServices, FoundService } from "./kubernetes/findServices";
export { serviceNames } from "./kubernetes/replicas";
export { ClusterChoice, ClusterError } from "./kubernetes/kubeconfig";
export { EcsNotebook } from "./notebook/ecsNotebook";
export { checkEcsNotebook, EcsNotebookArgs, ecsNotebookDefaults } from "./notebook/ecsNotebookArgs";
export { PodPlacementArgs, TolerationArgs } from "./kubernetes/podPlacementArgs";
export { KubernetesNotebook } from "./notebook/kubernetesNotebook";
export { checkKubernetesNotebook } from "./notebook/checkKubernetesNotebook";
export {
  KubernetesNotebookArgs,
  kubernetesNotebookDefaults,
  resolveKubernetesNotebookArgs,
  VolumeAccessMode,
} from "./notebook/kubernetesNotebookArgs";
export { Notebook } from "./notebook/notebook";
export {
  checkNotebook,
  NotebookArgs,
  notebookDefaults,
  NotebookOptions,
} from "./notebook/notebookArgs";
export { checkSwarmNotebook, SwarmNotebook, SwarmNotebookArgs } from "./notebook/swarmNotebook";
export { createSshKey, SshKey } from "./sshDockerHost/sshKey";
export { SshDockerHost } from "./sshDockerHost/sshDockerHost";
export {
  checkSshDockerHost,
  SshDockerHostArgs,
  sshDockerHostDefaults,
} from "./sshDockerHost/sshDockerHostArgs";
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
export { Problem } from "./tfserving/problem";
export { Signature, TensorSpec } from "./tfserving/savedModel";
export { MonitoringOptions, ServerOptions } from "./tfserving/serverOptions";
export { checkEcsModelService, ecsServiceWarnings } from "./ecs/checkEcsModelService";
export { EcsModelService } from "./ecs/ecsModelService";
export {
  AutoscalingArgs,
  ecsModelServiceDefaults,
  EcsModelServiceArgs,
  resolveEcsModelServiceArgs,
} from "./ecs/ecsModelServiceArgs";
export { EcrImage, EcrImageArgs, findEcrImage } from "./image/ecrImage";
export { ModelRemarks, sayRemarks } from "./image/modelRemarks";
export { imageSizeWarnings } from "./image/imageSize";
export {
  checkEcrRepository,
  EcrRepository,
  EcrRepositoryArgs,
  ecrRepositoryDefaults,
} from "./image/ecrRepository";
