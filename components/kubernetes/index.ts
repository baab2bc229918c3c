export { ClusterClient, connectCluster } from "./cluster/connectCluster";
export {
  checkKubernetesModelService,
  kubernetesModelServiceSchema,
  kubernetesServiceWarnings,
} from "./checkKubernetesModelService";
export { KubernetesModelService } from "./kubernetesModelService";
export { KubernetesAutoscalingArgs, kubernetesAutoscalingDefaults } from "./autoscalingArgs";
export {
  KubernetesModelServiceArgs,
  kubernetesModelServiceDefaults,
  resolveKubernetesModelServiceArgs,
} from "./kubernetesModelServiceArgs";
export { ModelVolumeArgs } from "./modelVolume";
export { KubernetesNetworkArgs, NetworkClientArgs } from "./network/networkArgs";
export { KubernetesGatewayArgs, KubernetesIngressArgs } from "./network/routeArgs";
export { PodMonitorArgs } from "./podMonitorArgs";
export { FurtherQuestions, inspectCluster, KubernetesCluster } from "./cluster/inspectCluster";
export { findNamespace, findServices, FoundNamespace, FoundService } from "./cluster/findObjects";
export { serviceNames } from "./serviceNames";
export { ClusterChoice, ClusterError } from "./cluster/kubeconfig";
export { PodPlacementArgs, TolerationArgs } from "./podPlacementArgs";
export { KubernetesNotebook } from "./notebook/kubernetesNotebook";
export {
  checkKubernetesNotebook,
  kubernetesNotebookSchema,
} from "./notebook/checkKubernetesNotebook";
export {
  KubernetesNotebookArgs,
  kubernetesNotebookDefaults,
  resolveKubernetesNotebookArgs,
  VolumeAccessMode,
} from "./notebook/kubernetesNotebookArgs";
export { isContent } from "./cluster/kubeconfig";
export { checkDnsLabel } from "./dnsNames";
export { fewestReplicas } from "./kubernetesModelServiceArgs";
export { labelValue } from "./labels";
export { takingBack } from "./metadata";
export { serviceHost } from "./serviceNames";
