export { AlbEndpoint } from "./endpoint/albEndpoint";
export {
  AlbEndpointArgs,
  albEndpointDefaults,
  resolveAlbEndpointArgs,
} from "./endpoint/albEndpointArgs";
export { AlbAuthArgs, AlbJwtArgs } from "./endpoint/callerArgs";
export { AlbLimitsArgs } from "./endpoint/openPaths";
export { albEndpointSchema, checkAlbEndpoint } from "./endpoint/checkAlbEndpoint";
export { checkEcsCluster, ecsClusterSchema } from "./cluster/checkEcsCluster";
export {
  checkInstanceType,
  instanceTypeWarnings,
  ReplicaNeeds,
  replicasPerInstance,
} from "./instances/checkInstanceType";
export {
  checkFleetRoom,
  Fleet,
  FleetLoad,
  fleetRoomWarnings,
  NotebookNeeds,
} from "./cluster/fleetRoom";
export { EcsCluster } from "./cluster/ecsCluster";
export { GpuCluster, GpuClusterArgs } from "./cluster/gpuCluster";
export {
  ContainerInsights,
  EcsClusterArgs,
  ecsClusterDefaults,
  resolveEcsClusterArgs,
} from "./cluster/ecsClusterArgs";
export { InstanceTypeFacts, InstanceTypes } from "./instances/instanceTypes";
export {
  lookUpNetwork,
  NetworkAnswer,
  NetworkFacts,
  NetworkQuestion,
} from "./network/lookUpNetwork";
export { ServiceMonitoring } from "./service/serviceMonitoring";
export { ServiceMonitoringArgs, serviceMonitoringDefaults } from "./service/serviceMonitoringArgs";
export { VpcNetwork } from "./network/vpcNetwork";
export { checkVpcNetwork, VpcNetworkArgs, vpcNetworkSchema } from "./network/vpcNetworkArgs";
export { checkGpuHost } from "./gpuHost/checkGpuHost";
export { GpuHost } from "./gpuHost/gpuHost";
export { GpuHostArgs, gpuHostDefaults, notebookFolder } from "./gpuHost/gpuHostArgs";
export { EcsNotebook } from "./notebook/ecsNotebook";
export {
  checkEcsNotebook,
  EcsNotebookArgs,
  ecsNotebookDefaults,
  ecsNotebookSchema,
} from "./notebook/ecsNotebookArgs";
export {
  checkEcsModelService,
  ecsAutoscalingSchema,
  ecsModelServiceSchema,
  ecsServiceWarnings,
} from "./service/checkEcsModelService";
export { EcsModelService } from "./service/ecsModelService";
export {
  AutoscalingArgs,
  ecsModelServiceDefaults,
  EcsModelServiceArgs,
  resolveEcsModelServiceArgs,
} from "./service/ecsModelServiceArgs";
export { EcrImage, EcrImageArgs, findEcrImage } from "./image/ecrImage";
export {
  checkEcrRepository,
  EcrRepository,
  EcrRepositoryArgs,
  ecrRepositoryDefaults,
  ecrRepositorySchema,
} from "./image/ecrRepository";
export { awsName } from "./awsName";
