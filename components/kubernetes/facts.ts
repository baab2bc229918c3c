/** What the components know without Pulumi: other programs, such as the npm commands, load it fast. */
export {
  ClusterChoice,
  ClusterError,
  isContent,
  KubernetesLibrary,
  loadKubeconfig,
} from "./cluster/kubeconfig";
export { ClusterClient, connectCluster } from "./cluster/connectCluster";
export { codeOf, messageOf, silenceOf } from "./cluster/apiErrors";
