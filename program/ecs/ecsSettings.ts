import * as pulumi from "@pulumi/pulumi";
import {
  checkAlbEndpoint,
  checkEcrRepository,
  checkEcsModelService,
  checkEcsNotebook,
  checkFleetRoom,
  checkEcsCluster,
  checkServingImage,
  DockerEngine,
  ecsModelServiceDefaults,
  ecsNotebookDefaults,
  FleetLoad,
  fleetRoomWarnings,
  imageSizeWarnings,
  InstanceTypes,
  instanceTypeWarnings,
  lookUpNetwork,
  NetworkFacts,
  Problem,
  ReleaseStrategy,
  strategyOf,
  ReplicaNeeds,
  resolveAlbEndpointArgs,
  resolveEcsModelServiceArgs,
  resolveEcsClusterArgs,
  ServerOptions,
} from "../../components";
import {
  checkGrpcTimeout,
  defaultGrpcTimeoutSeconds,
  longestMs,
  requestTimes,
  restTimeoutMs,
} from "../../components/serving/requestTimes";
import {
  askEngine,
  checkNumbers,
  numberOf,
  ofServer,
  readImage,
  refusal,
  standInProblems,
  text,
} from "../../settings";
import { checkGpus, readReplicas } from "../clusterService";
import { under } from "../configObjects";
import { pullHints } from "../pullLogins";
import { releaseSettings } from "../releaseRecord";
import { checkObjects, checkUnused, EcsObjects, readObjects, repositoryName } from "./ecsConfig";
import { checkPin } from "./ecrPin";

/** The configuration of a stack on AWS, read and checked; every key is described in Pulumi.yaml. */
export interface EcsSettings {
  readonly image: ReturnType<typeof readEcsImage>;
  /** Digest in ECR that runs in place of a build. @default - `image` is built */
  readonly pinned?: string;
  /** Name of the stack's repository in ECR, without its suffix. */
  readonly repositoryName: string;
  /** Builds and pushes the image. @default - `pinned` needs none */
  readonly engine?: DockerEngine;
  readonly network: NetworkFacts;
  readonly service: ReturnType<typeof readService>;
  readonly endpoint: ReturnType<typeof endpointArgs>;
  readonly aws: EcsObjects;
  /** @default - no notebook */
  readonly notebook?: ReturnType<typeof readNotebook>;
  /** What makes a release besides its image, by config key. */
  readonly release: Readonly<Record<string, string>>;
}

/**
 * Reads the configuration, and asks AWS for the network and the Docker Engine that builds whether it
 * is there.
 *
 * @param outputs - those of the update before. @default - there was none
 * @throws RunError that lists all problems by config key, before there is any resource
 */
export async function loadEcsSettings(outputs: Record<string, unknown> = {}): Promise<EcsSettings> {
  const config = new pulumi.Config();
  const aws = readObjects(config);
  const service = readService(config, aws);
  const image = readEcsImage(config, service.gpus);
  const notebook = config.getBoolean("notebook") === false ? undefined : readNotebook(config, aws);
  const pinned = text(config, "image");
  const [built, found] = await Promise.all([
    pinned ? undefined : askEngine(config),
    lookUpNetwork({ ...aws.network, instanceTypes: instanceTypes(aws.cluster) }),
  ]);

  const grpcTimeoutSeconds = config.getNumber("grpcTimeoutSeconds") ?? defaultGrpcTimeoutSeconds;
  const endpoint = endpointArgs({ ...service, grpcTimeoutSeconds }, aws, found.facts);
  const { cpus, memoryMb, gpus } = service;
  const replica = { cpus, memoryMb, gpus };
  const fleet = aws.cluster.instanceType
    ? resolveEcsClusterArgs({ vpcId: "", subnetIds: [], ...aws.cluster })
    : undefined;
  const load = fleetLoad(replica, service, notebook);
  const clusterProblems = checkCluster(fleet, replica, found.instanceTypes);
  const problems = [
    ...(built?.problems ?? []),
    ...checkObjects(config),
    ...checkUnused(config),
    ...checkNumbers(config),
    ...checkGpus(text(config, "gpus"), "ecs"),
    ...standInProblems(config),
    ...checkGrpcTimeout(grpcTimeoutSeconds),
    ...(pinned ? checkPin(pinned, outputs.repository) : ofServer(checkServingImage(image))),
    ...ofNetwork(found.problems),
    ...under("awsCluster", clusterProblems),
    // Without a cluster that is right there is nothing to compare with.
    ...(fleet && clusterProblems.length === 0
      ? ofFleet(checkFleetRoom(fleet, load, found.instanceTypes))
      : []),
    ...under("awsEndpoint", checkAlbEndpoint(checkedEndpoint(endpoint))),
    ...ofService(checkEcsModelService(serviceArgs(service))),
    ...under("awsRepository", checkEcrRepository(aws.repository)),
    ...(notebook ? ofNotebook(checkEcsNotebook({ ...ecsNotebookDefaults, ...notebook })) : []),
  ];
  if (!found.facts || !fleet || problems.length > 0) {
    throw refusal(problems);
  }
  const { instanceType } = aws.cluster;
  const facts = found.instanceTypes[instanceType];
  const warnings = [
    ...found.warnings.map((text) => `awsCluster.${text}`),
    ...instanceTypeWarnings(instanceType, replica, facts).map((text) => `awsCluster.${text}`),
    ...fleetRoomWarnings(
      fleet,
      load,
      strategyOf(service.strategy) !== ReleaseStrategy.InPlace,
      facts,
    ),
    ...(pinned ? [] : imageSizeWarnings(image)),
    ...(aws.notebook.repositoryArn
      ? []
      : pullHints({ notebookImage: notebook && text(config, "notebookImage") }, undefined, pull)),
  ];
  for (const warning of warnings) {
    await pulumi.log.warn(warning);
  }
  return {
    ...{ image, pinned, engine: built?.engine, network: found.facts },
    ...{ service, endpoint, aws, notebook },
    repositoryName: repositoryName(config),
    release: releaseSettings(config),
  };
}

const pull = {
  notebookImage: "push it to ECR, and name its repository there in awsNotebook.repositoryArn",
};

function checkCluster(
  fleet: ReturnType<typeof resolveEcsClusterArgs> | undefined,
  replica: ReplicaNeeds,
  types: InstanceTypes,
): Problem[] {
  return fleet
    ? checkEcsCluster(fleet, replica, types)
    : [
        {
          propertyPath: "instanceType",
          reason:
            "is missing: name an EC2 instance type, such as g5.xlarge, or c7i.xlarge without GPUs",
        },
      ];
}

/** What the instances have to hold, however many replicas autoscaling starts. */
function fleetLoad(
  replica: ReplicaNeeds,
  { replicas, autoscaling }: ReturnType<typeof readService>,
  notebook: ReturnType<typeof readNotebook> | undefined,
): FleetLoad {
  const { running, memoryMb, gpus } = { ...ecsNotebookDefaults, ...notebook };
  return {
    replica,
    replicas: autoscaling?.maxReplicas ?? replicas,
    ...(notebook && running ? { notebook: { memoryMb, gpus } } : {}),
  };
}

function ofFleet(problems: Problem[]): Problem[] {
  const keys: Record<string, string> = {
    maxInstances: "awsCluster.maxInstances",
    "notebook.gpus": "awsNotebook.gpus",
    "notebook.memoryMb": "notebookMemoryMb",
  };
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: keys[propertyPath],
    reason,
  }));
}

function instanceTypes({ instanceType, furtherInstanceTypes }: EcsObjects["cluster"]) {
  return instanceType ? [instanceType, ...(furtherInstanceTypes ?? [])] : undefined;
}

function readEcsImage(config: pulumi.Config, gpus: number) {
  return { ...readImage(config), gpus: gpus > 0 ? String(gpus) : undefined };
}

function readService(config: pulumi.Config, { service }: EcsObjects) {
  const defaults = ecsModelServiceDefaults;
  return {
    modelName: text(config, "modelName") ?? "my_model",
    replicas: numberOf(config, "replicas") ?? defaults.replicas,
    ...readReplicas(config, defaults),
    ...service,
  };
}

function readNotebook(config: pulumi.Config, { notebook }: EcsObjects) {
  return {
    image: text(config, "notebookImage") ?? ecsNotebookDefaults.image,
    localPort: config.getNumber("notebookPort") ?? ecsNotebookDefaults.localPort,
    memoryMb: config.getNumber("notebookMemoryMb") ?? ecsNotebookDefaults.memoryMb,
    ...notebook,
  };
}

/**
 * Clients are all of the VPC, unless others are named; requests may take as long as behind a balancer
 * of Docker. The load balancer has one such time for both APIs, so gRPC's counts where it is routed.
 */
function endpointArgs(
  service: { modelName: string; server?: ServerOptions; grpcTimeoutSeconds: number },
  { endpoint }: EcsObjects,
  network: NetworkFacts | undefined,
) {
  const longest = endpoint.grpc ? longestMs(requestTimes(service)) : restTimeoutMs(service.server);
  const isOpen = endpoint.public === true || endpoint.clientSecurityGroupIds !== undefined;
  return {
    modelName: service.modelName,
    clientCidrs: isOpen || !network ? [] : network.cidrBlocks,
    longestRequestSeconds: Math.ceil(longest / 1000),
    ...endpoint,
  };
}

/** The endpoint as it is checked: the network is looked up, and so has subnets in two zones. */
function checkedEndpoint(endpoint: ReturnType<typeof endpointArgs>) {
  return resolveAlbEndpointArgs({
    ...{ vpcId: "", vpcCidr: "", subnetIds: pulumi.output([]) },
    ...endpoint,
  });
}

/** The service as it is checked, with the load balancer that the program gives it. */
function serviceArgs(service: ReturnType<typeof readService>) {
  const known = pulumi.output("");
  return resolveEcsModelServiceArgs({
    ...{ image: known, repositoryArn: "", clusterArn: "", clusterName: "" },
    ...{ capacityProviderName: "", vpcId: "", subnetIds: [] },
    ...{ restTargetGroupArn: known, endpointSecurityGroupId: known },
    ...service,
    autoscaling: service.autoscaling && {
      ...service.autoscaling,
      ...{
        loadBalancerArnSuffix: known,
        restTargetGroupArnSuffix: known,
        autoScalingGroupName: known,
      },
    },
  });
}

/** The region is Pulumi's own setting, and the types that are on offer are the cluster's. */
function ofNetwork(problems: Problem[]): Problem[] {
  const keys: Record<string, string> = {
    region: "aws:region",
  };
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath:
      keys[propertyPath] ??
      `${/[iI]nstanceType/.test(propertyPath) ? "awsCluster" : "awsNetwork"}.${propertyPath}`,
    reason,
  }));
}

/** What only ECS has is in awsService; the rest has keys that all targets share. */
function ofService(problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: /^(autoscaling|deployment|enableExec|execCidrs|log)/.test(propertyPath)
      ? `awsService.${propertyPath}`
      : propertyPath,
    reason,
  }));
}

function ofNotebook(problems: Problem[]): Problem[] {
  const keys: Record<string, string> = {
    memoryMb: "notebookMemoryMb",
    localPort: "notebookPort",
    image: "notebookImage",
  };
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: keys[propertyPath] ?? `awsNotebook.${propertyPath}`,
    reason,
  }));
}
