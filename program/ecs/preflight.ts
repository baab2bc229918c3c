import * as pulumi from "@pulumi/pulumi";
import {
  checkGrpcTimeout,
  checkServingImage,
  DockerEngine,
  imageSizeWarnings,
  longestMs,
  NotebookImageArgs,
  Problem,
  ReleaseStrategy,
  requestTimes,
  servingImageDefaults,
  strategyOf,
  ServingImageArgs,
} from "@tf-model-serving/core";
import {
  AlbEndpointArgs,
  AutoscalingArgs,
  awsName,
  checkAlbEndpoint,
  checkEcrRepository,
  checkEcsModelService,
  checkEcsNotebook,
  checkFleetRoom,
  checkEcsCluster,
  EcrRepositoryArgs,
  EcsModelServiceArgs,
  EcsNotebookArgs,
  ecsNotebookDefaults,
  fleetRoomWarnings,
  EcsClusterArgs,
  InstanceTypes,
  instanceTypeWarnings,
  lookUpNetwork,
  NetworkFacts,
  resolveAlbEndpointArgs,
  resolveEcsModelServiceArgs,
  resolveEcsClusterArgs,
  VpcNetworkArgs,
} from "@tf-model-serving/aws";
import { byKey } from "../config/paths";
import { refuse, Settings, text } from "../config/settings";
import { checkGate, Gate, gateOf } from "../evaluation";
import { askEngine, standInProblems } from "../image";
import { checkNotebookLayer, notebookLayer } from "../notebookImage";
import { pullHints } from "../pullLogins";
import { checkEcrPin } from "./pin";

const longestRepositoryName = 128;
const pull = {
  notebookImage: "push it to ECR, and name its repository there in awsNotebook.repositoryArn",
};

/** A configuration has plain values where a component also takes outputs. */
export interface EcsArguments {
  readonly image: ServingImageArgs;
  readonly network: Pick<VpcNetworkArgs, "endpoints" | "tags"> & {
    vpcId?: string;
    subnetIds?: string[];
  };
  readonly cluster: Omit<EcsClusterArgs, "vpcId" | "subnetIds">;
  readonly endpoint: Partial<Omit<AlbEndpointArgs, "vpcId" | "vpcCidr" | "modelName">>;
  readonly service: Pick<EcsModelServiceArgs, "modelName"> &
    Partial<Omit<EcsModelServiceArgs, "autoscaling">> & { autoscaling?: AutoscalingArgs };
  /** What the load balancer's time for requests follows from besides the service's. */
  readonly times?: { grpcTimeoutSeconds?: number };
  readonly repository: Omit<EcrRepositoryArgs, "repositoryName">;
  /** @default - no notebook */
  readonly notebook?: Partial<EcsNotebookArgs>;
}

/** What is going to be deployed. */
export interface EcsPlan {
  readonly args: EcsArguments;
  /** Digest in ECR that runs in place of a build. @default - `args.image` is built */
  readonly pinned?: string;
  /** Name of the stack's repository in ECR, without its suffix. */
  readonly repositoryName: string;
  /** Builds and pushes the image. @default - `pinned` needs none */
  readonly engine?: DockerEngine;
  /** What a model has to pass. @default - nothing, nor a pinned image */
  readonly gate?: Gate;
  /** What is built on the notebook's image and pushed. @default - it runs as it is */
  readonly notebookLayer?: NotebookImageArgs;
  readonly facts: NetworkFacts;
  readonly recorded: Record<string, unknown>;
}

/** Asks AWS for the network, and the Docker Engine that builds whether it is there. */
export async function preflightOnEcs(settings: Settings): Promise<EcsPlan> {
  const { target, problems, recorded } = settings;
  const given = settings.args as unknown as EcsArguments;
  const layer = notebookLayer(settings);
  const pinned = text("image");
  const gate = pinned ? undefined : gateOf(settings);
  const [built, found] = await Promise.all([
    pinned ? undefined : askEngine(),
    lookUpNetwork({ ...given.network, instanceTypes: instanceTypes(given) }),
  ]);
  const args = {
    ...given,
    image: { ...given.image, gpus: given.service.gpus ? String(given.service.gpus) : undefined },
    endpoint: endpointArgs(given, found.facts),
  };
  const { image, repository, notebook } = args;
  const fleet = checkFleet(args, found.instanceTypes);
  const all = [
    ...(built?.problems ?? []),
    ...problems,
    ...standInProblems(settings),
    ...byKey(target, "times", checkGrpcTimeout(given.times?.grpcTimeoutSeconds)),
    ...(pinned
      ? checkEcrPin(pinned, recorded.repository)
      : byKey(target, "image", checkServingImage(image))),
    ...checkGate(settings, gate, image),
    ...ofNetwork(settings, found.problems),
    ...byKey(target, "", fleet.problems),
    ...byKey(target, "endpoint", checkAlbEndpoint(checkedEndpoint(args))),
    ...byKey(target, "service", checkEcsModelService(checkedService(args))),
    ...byKey(target, "repository", checkEcrRepository(repository)),
    ...(notebook
      ? byKey(target, "notebook", checkEcsNotebook({ ...ecsNotebookDefaults, ...notebook }))
      : []),
    ...checkNotebookLayer(settings, layer),
  ];
  if (!found.facts || all.length > 0) {
    refuse(all);
  }
  const warnings = [
    ...found.warnings.map((one) => `awsCluster.${one}`),
    ...fleet.warnings,
    ...(pinned ? [] : imageSizeWarnings(image)),
    ...(layer || notebook?.repositoryArn
      ? []
      : pullHints({ notebookImage: notebook && text("notebookImage") }, undefined, pull)),
  ];
  for (const warning of warnings) {
    await pulumi.log.warn(warning);
  }
  const { repository: name = servingImageDefaults.repository } = image;
  // Pulumi appends a suffix: a repository outlives its stack, and must not be in the way when the
  // stack comes up again.
  const repositoryName = awsName([name, pulumi.getStack()], longestRepositoryName);
  return {
    ...{ args, pinned, repositoryName, gate, recorded },
    ...{ engine: built?.engine, notebookLayer: layer, facts: found.facts },
  };
}

function instanceTypes({ cluster: { instanceType, furtherInstanceTypes = [] } }: EcsArguments) {
  return instanceType ? [instanceType, ...furtherInstanceTypes] : undefined;
}

/** What the instances have to hold, however many replicas autoscaling starts. */
function checkFleet(
  { cluster, service, notebook }: EcsArguments,
  types: InstanceTypes,
): { problems: Problem[]; warnings: string[] } {
  if (!cluster.instanceType) {
    const reason =
      "is missing: name an EC2 instance type, such as g5.xlarge, or c7i.xlarge without GPUs";
    return { problems: [{ propertyPath: "cluster.instanceType", reason }], warnings: [] };
  }
  const fleet = resolveEcsClusterArgs({ vpcId: "", subnetIds: [], ...cluster });
  const { cpus, memoryMb, gpus, replicas, autoscaling, strategy } = resolveEcsModelServiceArgs(
    service as EcsModelServiceArgs,
  );
  const replica = { cpus, memoryMb, gpus };
  const facts = types[cluster.instanceType];
  const lab = { ...ecsNotebookDefaults, ...notebook };
  const load = {
    replica,
    replicas: autoscaling?.maxReplicas ?? replicas,
    ...(notebook && lab.running ? { notebook: { memoryMb: lab.memoryMb, gpus: lab.gpus } } : {}),
  };
  const problems = checkEcsCluster(fleet, replica, types);
  return {
    // Without a cluster that is right there is nothing to compare with.
    problems: ofFleet(problems.length > 0 ? problems : checkFleetRoom(fleet, load, types)),
    warnings: [
      ...instanceTypeWarnings(cluster.instanceType, replica, facts).map(
        (one) => `awsCluster.${one}`,
      ),
      ...fleetRoomWarnings(fleet, load, strategyOf(strategy) !== ReleaseStrategy.InPlace, facts),
    ],
  };
}

/** How many instances there may be is the cluster's. */
function ofFleet(problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath.replace(/^(?!notebook\.)/, "cluster."),
    reason,
  }));
}

/**
 * Clients are all of the VPC, unless others are named; requests may take as long as behind a balancer
 * of Docker. The load balancer has one such time for both APIs, so gRPC's counts where it is routed.
 */
function endpointArgs(
  { endpoint, service, times }: EcsArguments,
  network: NetworkFacts | undefined,
) {
  const limits = requestTimes({ ...service, ...times });
  const longest = endpoint.grpc ? longestMs(limits) : limits.restMs;
  const isOpen = endpoint.public === true || endpoint.clientSecurityGroupIds !== undefined;
  return {
    clientCidrs: isOpen || !network ? [] : network.cidrBlocks,
    longestRequestSeconds: Math.ceil(longest / 1000),
    ...endpoint,
  };
}

/** The endpoint as it is checked: the network is looked up, and so has subnets in two zones. */
function checkedEndpoint({ endpoint, service: { modelName } }: EcsArguments) {
  const subnetIds = pulumi.output([]);
  return resolveAlbEndpointArgs({ vpcId: "", vpcCidr: "", modelName, subnetIds, ...endpoint });
}

/** The service as it is checked, with the load balancer that the program gives it. */
function checkedService({ service }: EcsArguments) {
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
function ofNetwork({ target }: Settings, problems: Problem[]): Problem[] {
  return problems.flatMap((problem) =>
    problem.propertyPath === "region"
      ? [{ ...problem, propertyPath: "aws:region" }]
      : byKey(target, /instanceType/i.test(problem.propertyPath) ? "cluster" : "network", [
          problem,
        ]),
  );
}
