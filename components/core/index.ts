// A package's components are compiled with the settings of the program that uses them,
// which may lack Node's types.
/// <reference types="node" />
export { currentStack } from "./stack/currentStack";
export { defaultDockerHost, usualEngine } from "./engine/dockerContext";
export { DockerEngine, findImage, inspectEngine } from "./engine/engine";
export { engineProviderArgs } from "./engine/engineProvider";
export { HostPort, TakenPort } from "./engine/takenPorts";
export { apiKeyOf, hashApiKey, ownClients } from "./serving/edge/apiKeys";
export { CanaryArgs } from "./serving/canary";
export { BalancedArgs, ReplicaArgs } from "./serving/replicaArgs";
export {
  AccessLogArgs,
  AuthArgs,
  ClientArgs,
  EdgeArgs,
  edgeDefaults,
  JwtArgs,
  LimitArgs,
  TlsArgs,
} from "./serving/edge/edgeArgs";
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
export { ask } from "./modelSource/ask";
export { fetchModel, FetchedModel } from "./modelSource/fetchModel";
export { checkModelSource } from "./modelSource/kinds";
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
export { Problem } from "./arguments/problem";
export { Signature, TensorSpec } from "./tfserving/savedModel";
export { MonitoringOptions } from "./tfserving/monitoring";
export { ServerOptions } from "./tfserving/serverOptions";
export { ModelRemarks, sayRemarks } from "./image/modelRemarks";
export { imageSizeWarnings } from "./image/imageSize";
export { isObject } from "./arguments/checks";
export { onceServing } from "./stack/onceServing";
export {
  anyText,
  listOf,
  objectOf,
  problemsOf,
  recordOf,
  textLike,
  trueOrFalse,
} from "./arguments/schema";
export { stackLabel } from "./stack/stackLabel";
export { valueOf } from "./arguments/valueOf";
export { registryAddress } from "./engine/registryProvider";
export { serviceAddresses } from "./serving/addresses";
export { checkGrpcTimeout, longestMs, requestTimes } from "./serving/requestTimes";
export { swarmModelServiceDefaults } from "./swarm/swarmModelServiceArgs";
export { modelUrls } from "./tfserving/modelStatus";
