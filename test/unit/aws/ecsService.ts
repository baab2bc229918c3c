import { EcsModelService, EcsModelServiceArgs } from "../../../components";
import { account, awsArn, region } from "../../support/awsMocks";
import { type Recording, type Registration, settle, startMocks } from "../../support/mocks";

export const component = "tfserving:index:EcsModelService";
export const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";
export const ecsService = "aws:ecs/service:Service";
export const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
export const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const logGroup = "aws:cloudwatch/logGroup:LogGroup";
export const role = "aws:iam/role:Role";
export const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
export const scalingTarget = "aws:appautoscaling/target:Target";
export const scalingPolicy = "aws:appautoscaling/policy:Policy";

export const image = `${account}.dkr.ecr.${region}.amazonaws.com/reef@sha256:${"d".repeat(64)}`;
export const repositoryArn = awsArn("ecr", "repository", "reef");
export const clusterArn = awsArn("ecs", "cluster", "gpu");

/** Arguments that a service cannot do without. */
export const required: EcsModelServiceArgs = {
  image,
  repositoryArn,
  modelName: "birds",
  clusterArn,
  clusterName: "gpu",
  capacityProviderName: "gpu-provider",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
};

/** What a service behind a load balancer has beside these. */
export const endpoint = {
  restTargetGroupArn: awsArn("elasticloadbalancing", "targetgroup", "rest/1"),
  grpcTargetGroupArn: awsArn("elasticloadbalancing", "targetgroup", "grpc/1"),
  endpointSecurityGroupId: "sg-endpoint",
};

/** A service named "serving" and what it registered. */
export interface CreatedEcsService {
  service: EcsModelService;
  recording: Recording;
  children: Registration[];
}

/** @param args - called once resources can be created */
export async function createEcsService(
  args: () => Partial<EcsModelServiceArgs> = () => ({}),
  options?: { preview: boolean },
): Promise<CreatedEcsService> {
  const recording = await startMocks(options);
  const service = new EcsModelService("serving", { ...required, ...args() });
  await settle();
  return {
    service,
    recording,
    children: recording.resources.filter(({ type }) => type.startsWith("aws:")),
  };
}

/** Tags as a part has them. */
export function tags(part: string, more: Record<string, string> = {}): Record<string, string> {
  return { ...more, "tfserving:component": part, "tfserving:stack": "tfserving/dev" };
}
