import {
  AlbEndpointArgs,
  anyText,
  AutoscalingArgs,
  ClusterChoice,
  EcrRepositoryArgs,
  EcsModelServiceArgs,
  EcsNotebookArgs,
  ecsClusterSchema,
  KubernetesAutoscalingArgs,
  KubernetesGatewayArgs,
  KubernetesIngressArgs,
  KubernetesModelServiceArgs,
  KubernetesNetworkArgs,
  KubernetesNotebookArgs,
  listOf,
  ModelVolumeArgs,
  NetworkClientArgs,
  objectOf,
  PodMonitorArgs,
  TolerationArgs,
  trueOrFalse,
  VpcNetworkArgs,
} from "../../components";
import { fields, fieldsOf } from "./schemas";

/** The config key kubernetesCluster. */
export interface ClusterConfig extends ClusterChoice {
  /** @default - `<project>-<stack>` */
  namespace?: string;
  /** Whether the stack makes the namespace, which stays when the stack goes. @default true */
  createNamespace?: boolean;
  /** @default "cluster.local" */
  clusterDomain?: string;
}

const tolerations = listOf(fields<TolerationArgs>()("key", "operator", "value", "effect"));

/** What the config keys that are objects may hold: what the program itself gives is no setting. */
export const objects = {
  awsNetwork: fields<VpcNetworkArgs>()("vpcId", "subnetIds", "endpoints"),
  awsCluster: fieldsOf(ecsClusterSchema, "vpcId", "subnetIds", "tags"),
  awsEndpoint: fields<AlbEndpointArgs>()(
    ...(["subnetIds", "certificateArn", "domainName", "zoneId", "grpc", "public"] as const),
    ...(["clientCidrs", "clientSecurityGroupIds", "longestRequestSeconds"] as const),
    ...(["slowStartSeconds", "sslPolicy", "deletionProtection", "accessLogs"] as const),
    ...(["accessLogRetentionDays", "retainLogsOnDestroy", "webAclArn"] as const),
    ...(["alarmTopicArn", "alarmEmails", "maxErrorPercent", "maxLatencySeconds"] as const),
  ),
  awsService: fields<EcsModelServiceArgs>()(
    ...(["autoscaling", "deploymentTimeoutMinutes", "enableExec", "execCidrs"] as const),
    ...(["logKmsKeyArn", "logRetentionDays"] as const),
  ).extend({
    autoscaling: fields<AutoscalingArgs>()(
      ...(["minReplicas", "maxReplicas", "requestsPerReplica", "cpuPercent"] as const),
      ...(["gpuPercent", "scaleInCooldownSeconds", "scaleOutCooldownSeconds"] as const),
    ).optional(),
  }),
  awsRepository: fields<EcrRepositoryArgs>()("kmsKeyArn", "keepReleases", "retainOnDestroy"),
  awsNotebook: fields<EcsNotebookArgs>()(
    ...(["gpus", "httpsCidrs", "kmsKeyArn", "logKmsKeyArn", "logRetentionDays"] as const),
    ...(["repositoryArn", "retainOnDestroy", "running"] as const),
  ),
  kubernetesCluster: objectOf<ClusterConfig>({
    kubeconfig: anyText().optional(),
    context: anyText().optional(),
    namespace: anyText().optional(),
    createNamespace: trueOrFalse().optional(),
    clusterDomain: anyText().optional(),
  }),
  kubernetesService: fields<KubernetesModelServiceArgs>()(
    ...(["autoscaling", "balancers", "gateway", "gpuResource", "imagePullSecrets"] as const),
    ...(["ingress", "maxSurge", "minReadySeconds", "network", "nodeSelector"] as const),
    ...(["podMonitor", "priorityClass", "runtimeClass", "tolerations"] as const),
  ).extend({
    autoscaling: fields<KubernetesAutoscalingArgs>()(
      ...(["minReplicas", "maxReplicas", "cpuPercent"] as const),
      ...(["scaleDownSeconds", "scaleUpSeconds"] as const),
    ).optional(),
    gateway: fields<KubernetesGatewayArgs>()(
      ...(["name", "namespace", "sectionName", "hostnames", "grpcHostnames"] as const),
    ).optional(),
    ingress: fields<KubernetesIngressArgs>()(
      ...(["className", "host", "tlsSecretName", "path"] as const),
      ...(["annotations", "controllerNamespace"] as const),
    ).optional(),
    network: fields<KubernetesNetworkArgs>()("clients", "monitoringNamespace", "policies")
      .extend({
        clients: listOf(
          fields<NetworkClientArgs>()("namespaceLabels", "podLabels", "cidr"),
        ).optional(),
      })
      .optional(),
    podMonitor: fields<PodMonitorArgs>()("labels", "intervalSeconds").optional(),
    tolerations: tolerations.optional(),
  }),
  kubernetesModelVolume: fields<ModelVolumeArgs>()("claimName", "image", "subPath", "pullPolicy"),
  kubernetesNotebook: fields<KubernetesNotebookArgs>()(
    ...(["accessMode", "cpus", "gpuResource", "gpus", "httpsCidrs", "imagePullSecrets"] as const),
    ...(["internet", "nodeSelector", "policies", "priorityClass", "reservedCpus"] as const),
    ...(["retainOnDestroy", "running", "runtimeClass", "serviceName", "storageClass"] as const),
    ...(["storageGb", "tolerations"] as const),
  ).extend({ tolerations: tolerations.optional() }),
};
