import * as aws from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";

import {
  AlbEndpoint,
  type AlbEndpointArgs,
  EcrRepository,
  type EcrRepositoryArgs,
  EcsCluster,
  type EcsClusterArgs,
  EcsModelService,
  type EcsModelServiceArgs,
  EcsNotebook,
  type EcsNotebookArgs,
  GpuHost,
  type GpuHostArgs,
  ServiceMonitoring,
  type ServiceMonitoringArgs,
  VpcNetwork,
  type VpcNetworkArgs,
} from "@tf-model-serving/aws";
import { account, awsArn, region } from "../../support/awsMocks";
import { networkAnswers } from "../../support/awsNetworkMocks";
import {
  promiseOf,
  type Recording,
  type Registration,
  settle,
  startMocks,
} from "../../support/mocks";
import { rendered, renderedOutputs } from "../../support/rendered";

type Options = pulumi.ComponentResourceOptions;
type MockOptions = Parameters<typeof startMocks>[0];

export const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
const clusterArn = awsArn("ecs", "cluster", "models");
/** A network that AWS knows. */
export const network = {
  vpcId: "vpc-0000000a",
  subnetIds: ["subnet-0000000a", "subnet-0000000b"],
};

/** A component of a test, with what it registered. */
export interface Made<Component> {
  component: Component;
  recording: Recording;
  /** Its resources in AWS, or those of a kind such as `RolePolicy`. */
  all(kind?: string): Registration[];
  /** The only resource of a kind, or the one with the name. */
  find(kind: string, name?: string): Registration;
  /** Its outputs and its resources in AWS as a text. */
  text(): Promise<string>;
}

/** What the functions of AWS's provider answer to components that look something up. */
export const answers = {
  ...networkAnswers(() => ({ vpcId: network.vpcId, subnets: network.subnetIds })),
  "aws:ssm/getParameter:getParameter": ({ name }: Record<string, unknown>) => ({
    insecureValue: `ami-of-${String(name)}`,
    value: "secret",
  }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    userName: "AWS",
    password: "lovelace",
    proxyEndpoint: `https://${registry}`,
  }),
};

/** Creates a component under mocks, with the arguments that it needs and those given. */
export async function make<Args, Component extends pulumi.Resource>(
  create: (args: Args) => Component,
  args = {} as Args,
  options: MockOptions = {},
): Promise<Made<Component>> {
  const recording = await startMocks({ ...options, answers: { ...answers, ...options.answers } });
  const component = create(args);
  await settle();
  const inAws = recording.resources.filter(({ type }) => type.startsWith("aws:"));
  const all = (kind?: string) =>
    inAws.filter(({ type }) => kind === undefined || type.endsWith(`:${kind}`));
  const find = (kind: string, name?: string) => recording.find(all(kind)[0]?.type ?? kind, name);
  const text = async () =>
    `${await renderedOutputs(component)}---\n${rendered(recording.resources, "aws")}`;
  return { component, recording, all, find, text };
}

/** URNs of what has to be there before an output is. */
export async function neededFor(output: pulumi.Output<unknown>): Promise<string[]> {
  const { allResources } = output as unknown as {
    allResources(): Promise<Set<pulumi.Resource>>;
  };
  return Promise.all([...(await allResources())].map(({ urn }) => promiseOf(urn)));
}

/** The statements of a policy. */
export function statements(policy: unknown): Record<string, unknown>[] {
  return (JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] }).Statement;
}

export const serviceArgs: EcsModelServiceArgs = {
  ...network,
  image: `${registry}/reef@sha256:${"d".repeat(64)}`,
  repositoryArn: awsArn("ecr", "repository", "reef"),
  modelName: "birds",
  clusterArn,
  clusterName: "models",
  capacityProviderName: "models-provider",
};

export function service(args: Partial<EcsModelServiceArgs>, opts?: Options): EcsModelService {
  return new EcsModelService("serving", { ...serviceArgs, ...args }, opts);
}

export const endpointArgs: AlbEndpointArgs = {
  ...network,
  vpcCidr: "10.0.0.0/16",
  clientCidrs: ["10.0.0.0/16"],
  modelName: "flowers",
};

export function endpoint(args: Partial<AlbEndpointArgs>, opts?: Options): AlbEndpoint {
  return new AlbEndpoint("serving", { ...endpointArgs, ...args }, opts);
}

export const clusterArgs: EcsClusterArgs = { ...network, instanceType: "g5.xlarge" };

export function cluster(args: Partial<EcsClusterArgs>, opts?: Options): EcsCluster {
  return new EcsCluster("gpu", { ...clusterArgs, ...args }, opts);
}

export function host(args: Partial<GpuHostArgs>, opts?: Options): GpuHost {
  return new GpuHost(
    "gpu",
    { subnetId: network.subnetIds[0], instanceType: "g5.xlarge", ...args },
    opts,
  );
}

export function notebook(args: Partial<EcsNotebookArgs>, opts?: Options): EcsNotebook {
  const model = {
    restUrl: "https://model.example.com/v1/models/flowers",
    grpcAddress: "model.example.com:443",
    modelName: "flowers",
  };
  const given = { ...network, ...model, clusterArn, capacityProviderName: "models-provider" };
  return new EcsNotebook("notebook", { ...given, ...args }, opts);
}

export function monitoring(args: Partial<ServiceMonitoringArgs>, opts?: Options) {
  const given = {
    clusterName: "models",
    serviceName: "service",
    loadBalancerArnSuffix: "app/serving/1",
    restTargetGroupArnSuffix: "targetgroup/rest/2",
    alarmTopicArn: awsArn("sns", "topic", "alarms"),
  };
  return new ServiceMonitoring("serving", { ...given, ...args }, opts);
}

export function repository(args: EcrRepositoryArgs, opts?: Options): EcrRepository {
  return new EcrRepository("serving", args, opts);
}

export function vpcNetwork(args: VpcNetworkArgs, opts?: Options): VpcNetwork {
  return new VpcNetwork("network", { ...network, ...args }, opts);
}

/** A provider of its own for a component. */
export function ownProvider(): aws.Provider {
  return new aws.Provider("aws", { region });
}
