import { EndpointMode } from "../../components";
import type { Key } from "./key";
import { objects } from "./objects";
import { numberText, texts } from "./schemas";

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

export const aws = {
  awsNetwork: {
    default: {},
    says: "VPC on AWS, as {vpcId, subnetIds, endpoints} (VpcNetwork); empty for the region's default VPC",
    feeds: { ecs: ["network"] },
    schema: objects.awsNetwork,
  },
  awsCluster: {
    default: {},
    says: "EC2 instances that replicas run on (EcsCluster), such as {instanceType: g5.xlarge, maxInstances: 4}",
    feeds: { ecs: ["cluster"] },
    schema: objects.awsCluster,
  },
  awsEndpoint: {
    default: {},
    says: "Load balancer, its clients and alarms (AlbEndpoint), such as {clientCidrs: [10.0.0.0/8], certificateArn: ...}",
    feeds: { ecs: ["endpoint"] },
    schema: objects.awsEndpoint,
  },
  awsService: {
    default: {},
    says: "What only a service on ECS has (EcsModelService), such as {autoscaling: {minReplicas: 2, maxReplicas: 8, cpuPercent: 60}}",
    feeds: { ecs: ["service"] },
    schema: objects.awsService,
  },
  awsRepository: {
    default: {},
    says: "The stack's repository in ECR (EcrRepository), such as {keepReleases: 50}",
    feeds: { ecs: ["repository"] },
    schema: objects.awsRepository,
  },
  awsNotebook: {
    default: {},
    says: "What only a notebook on ECS has (EcsNotebook), such as {running: false}, which keeps its files",
    feeds: { ecs: ["notebook"] },
    schema: objects.awsNotebook,
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
    schema: texts,
  },
} satisfies Record<string, Key>;

export const kubernetes = {
  kubernetesCluster: {
    default: {},
    says: "Which cluster and namespace, as {kubeconfig, context, namespace, createNamespace, clusterDomain}; empty for kubectl's current context and a namespace of the stack's own",
    feeds: {
      kubernetes: [
        "choice",
        ["service.clusterDomain", "clusterDomain"],
        ["service.namespace", "namespace"],
      ],
    },
    schema: objects.kubernetesCluster,
  },
  kubernetesService: {
    default: {},
    says: "What only a service on Kubernetes has (KubernetesModelService), such as {autoscaling: {minReplicas: 2, maxReplicas: 8}, network: {monitoringNamespace: monitoring}}",
    feeds: { kubernetes: ["service"] },
    schema: objects.kubernetesService,
  },
  kubernetesModelVolume: {
    default: {},
    says: "Volume that holds the model in place of the image, as {claimName} or {image}, subPath and pullPolicy; then modelVersion names the version",
    feeds: { kubernetes: ["service.modelVolume"] },
    schema: objects.kubernetesModelVolume,
  },
  kubernetesNotebook: {
    default: {},
    says: "What only a notebook on Kubernetes has (KubernetesNotebook), such as {storageGb: 20, running: false}",
    feeds: { kubernetes: ["notebook"] },
    schema: objects.kubernetesNotebook,
  },
  kubernetesLabels: {
    default: {},
    says: "Labels for every object on Kubernetes, such as {team: vision}",
    feeds: { kubernetes: ["service.labels", "notebook.labels"] },
    schema: texts,
  },
} satisfies Record<string, Key>;
