import { anyText, EndpointMode, objectOf, trueOrFalse } from "@tf-model-serving/core";
import {
  albEndpointSchema,
  ecrRepositorySchema,
  ecsAutoscalingSchema,
  ecsClusterSchema,
  ecsModelServiceSchema,
  ecsNotebookSchema,
  vpcNetworkSchema,
} from "@tf-model-serving/aws";
import {
  ClusterChoice,
  kubernetesModelServiceSchema,
  kubernetesNotebookSchema,
} from "@tf-model-serving/kubernetes";
import type { Key } from "./key";
import { fieldsOf, numberText } from "./schemas";

export const swarm = {
  swarmEndpointMode: {
    default: EndpointMode.Dnsrr,
    says: "How names resolve on a swarm's network: dnsrr (to every task) or vip (one virtual address: balances connections and no gRPC calls, forgets them after 900 s idle, needs ip_vs)",
    feeds: { swarm: ["service.endpointMode"] },
  },
  swarmAddress: {
    default: "",
    says: "Address at which clients reach the swarm's balancers, a node's or a name for several; empty for that of the manager",
    feeds: { swarm: ["service.address"] },
  },
  swarmBalancers: {
    default: 0,
    says: "Number of balancers on a swarm, at most one per node; 0 for one on every ready node, up to 3",
    feeds: { swarm: ["service.balancers"] },
    instead: { kubernetes: "kubernetesService.balancers is their number" },
  },
  swarmReservedCpus: {
    default: "0",
    says: "CPUs that a node of the swarm must have free for each replica",
    feeds: { swarm: ["service.reservedCpus"] },
    schema: numberText("0.5"),
  },
  swarmConstraints: {
    default: [],
    says: "Conditions on the nodes of a swarm that replicas run on, such as [node.labels.gpu==true]",
    feeds: { swarm: ["service.constraints"] },
    instead: { kubernetes: "kubernetesService.nodeSelector selects nodes" },
  },
  swarmSpreadOver: {
    default: "",
    says: "Label of a swarm's nodes over whose values replicas are spread, such as node.labels.zone; empty for the nodes themselves",
    feeds: { swarm: ["service.spreadOver"] },
  },
  swarmSubnet: {
    default: "",
    says: "Subnet of the swarm's overlay network, such as 10.20.0.0/22; empty for a /24 of the swarm's choice",
    feeds: { swarm: ["service.subnet"] },
  },
} satisfies Record<string, Key>;

/** What the program gives a service on ECS, from other resources of the stack. */
const ofOtherResources = [
  "image",
  "modelVersion",
  "repositoryArn",
  "clusterArn",
  "clusterName",
  "capacityProviderName",
  "vpcId",
  "subnetIds",
  "restTargetGroupArn",
  "grpcTargetGroupArn",
  "endpointSecurityGroupId",
  "deploymentAlarmNames",
] as const;
const ofBalancerAndCluster = [
  "loadBalancerArnSuffix",
  "restTargetGroupArnSuffix",
  "autoScalingGroupName",
] as const;

const ecsServiceFields = (keyed: string[]) =>
  fieldsOf(
    ecsModelServiceSchema,
    ofOtherResources,
  )(keyed).extend({
    autoscaling: fieldsOf(ecsAutoscalingSchema, ofBalancerAndCluster)().optional(),
  });

export const aws = {
  awsNetwork: {
    default: {},
    says: "VPC on AWS, as {vpcId, subnetIds, endpoints} (VpcNetwork); empty for the region's default VPC",
    feeds: { ecs: ["network"] },
    schema: fieldsOf(vpcNetworkSchema, ["cidrBlock", "secondaryCidrs"]),
  },
  awsCluster: {
    default: {},
    says: "EC2 instances that replicas run on (EcsCluster), such as {instanceType: g5.xlarge, maxInstances: 4}",
    feeds: { ecs: ["cluster"] },
    schema: fieldsOf(ecsClusterSchema, ["vpcId", "subnetIds"]),
  },
  awsEndpoint: {
    default: {},
    says: "Load balancer, its clients and alarms (AlbEndpoint), such as {clientCidrs: [10.0.0.0/8], certificateArn: ...}",
    feeds: { ecs: ["endpoint"] },
    schema: fieldsOf(albEndpointSchema, ["vpcId", "vpcCidr", "modelName"]),
  },
  awsService: {
    default: {},
    says: "What only a service on ECS has (EcsModelService), such as {autoscaling: {minReplicas: 2, maxReplicas: 8, cpuPercent: 60}}",
    feeds: { ecs: ["service"] },
    instead: { kubernetes: "kubernetesService takes its place" },
    schema: ecsServiceFields,
  },
  awsRepository: {
    default: {},
    says: "The stack's repository in ECR (EcrRepository), such as {keepReleases: 50}",
    feeds: { ecs: ["repository"] },
    schema: fieldsOf(ecrRepositorySchema, ["repositoryName"]),
  },
  awsNotebook: {
    default: {},
    says: "What only a notebook on ECS has (EcsNotebook), such as {running: false}, which keeps its files",
    feeds: { ecs: ["notebook"] },
    instead: { kubernetes: "kubernetesNotebook takes its place" },
    schema: fieldsOf(ecsNotebookSchema, [
      "clusterArn",
      "capacityProviderName",
      "vpcId",
      "subnetIds",
      "restUrl",
      "grpcAddress",
      "endpointSecurityGroupId",
    ]),
  },
  awsTags: {
    default: {},
    says: "Tags for every resource on AWS, such as {team: vision}",
    feeds: {
      ecs: [
        ...(["network.tags", "repository.tags", "cluster.tags", "endpoint.tags"] as const),
        ...(["service.tags", "notebook.tags"] as const),
      ],
    },
    instead: { kubernetes: "kubernetesLabels takes their place" },
  },
} satisfies Record<string, Key>;

/** The config key kubernetesCluster. */
export interface ClusterConfig extends ClusterChoice {
  /** @default - `<project>-<stack>` */
  namespace?: string;
  /** Whether the stack makes the namespace. @default true */
  createNamespace?: boolean;
  /** Whether a namespace that the stack made stays when the stack goes, with all that is in it. @default true */
  keepNamespace?: boolean;
  /** @default "cluster.local" */
  clusterDomain?: string;
}

export const kubernetes = {
  kubernetesCluster: {
    default: {},
    says: "Which cluster and namespace, as {kubeconfig, context, namespace, createNamespace, keepNamespace, clusterDomain}; empty for kubectl's current context and a namespace of the stack's own",
    feeds: {
      kubernetes: [
        "choice",
        ["service.clusterDomain", "clusterDomain"],
        ["service.namespace", "namespace"],
      ],
    },
    schema: objectOf<ClusterConfig>({
      kubeconfig: anyText().optional(),
      context: anyText().optional(),
      namespace: anyText().optional(),
      createNamespace: trueOrFalse().optional(),
      keepNamespace: trueOrFalse().optional(),
      clusterDomain: anyText().optional(),
    }),
  },
  kubernetesService: {
    default: {},
    says: "What only a service on Kubernetes has (KubernetesModelService), such as {autoscaling: {minReplicas: 2, maxReplicas: 8}, network: {monitoringNamespace: monitoring}}",
    feeds: { kubernetes: ["service"] },
    instead: { ecs: "awsService takes its place" },
    schema: fieldsOf(kubernetesModelServiceSchema, ["image", "modelVersion", "cluster"]),
  },
  kubernetesModelVolume: {
    default: {},
    says: "Volume that holds the model in place of the image, as {claimName} or {image}, subPath and pullPolicy; then modelVersion names the version",
    feeds: { kubernetes: ["service.modelVolume"] },
  },
  kubernetesNotebook: {
    default: {},
    says: "What only a notebook on Kubernetes has (KubernetesNotebook), such as {storageGb: 20, running: false}",
    feeds: { kubernetes: ["notebook"] },
    instead: { ecs: "awsNotebook takes its place" },
    schema: fieldsOf(kubernetesNotebookSchema, [
      "namespace",
      "modelServiceName",
      "cluster",
      "restUrl",
      "grpcAddress",
      "apiKey",
      "caCertificate",
    ]),
  },
  kubernetesLabels: {
    default: {},
    says: "Labels for every object on Kubernetes, such as {team: vision}",
    feeds: { kubernetes: ["service.labels", "notebook.labels"] },
    instead: { ecs: "awsTags takes their place" },
  },
} satisfies Record<string, Key>;
