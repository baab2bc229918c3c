// A package's components are compiled with the settings of the program that uses them,
// which may lack Node's types.
/// <reference types="node" />
export { currentStack } from "./docker/containerDefaults";
export {
  defaultDockerHost,
  DockerEngine,
  findImage,
  inspectEngine,
  TakenPort,
} from "./docker/engine";
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
export { checkDistinctVersions } from "./image/distinctVersions";
export { checkPublishedImage, PublishedImage, PublishedImageArgs } from "./image/publishedImage";
export {
  checkServingImage,
  ServingImage,
  ServingImageArgs,
  servingImageDefaults,
} from "./image/servingImage";
export { Notebook } from "./notebook/notebook";
export {
  checkNotebook,
  NotebookArgs,
  notebookDefaults,
  NotebookOptions,
} from "./notebook/notebookArgs";
export { checkSwarmNotebook, SwarmNotebook, SwarmNotebookArgs } from "./notebook/swarmNotebook";
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
