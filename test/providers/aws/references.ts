import { callAcm, clients } from "./clients";
import { found } from "./resourceType";

type LookUp = (reference: string, ...parts: string[]) => Promise<unknown>;

const iamName = (arn: string): string => arn.split("/").pop()!;

/** Look-ups by the form of a reference; the first that fits is asked. */
const lookUps: [RegExp, LookUp][] = [
  [/^vpc-[0-9a-f]+$/, async (id) => (await clients.ec2().describeVpcs({ VpcIds: [id] })).Vpcs],
  [
    /^subnet-[0-9a-f]+$/,
    async (id) => (await clients.ec2().describeSubnets({ SubnetIds: [id] })).Subnets,
  ],
  [
    /^sg-[0-9a-f]+$/,
    async (id) => (await clients.ec2().describeSecurityGroups({ GroupIds: [id] })).SecurityGroups,
  ],
  [
    /^rtb-[0-9a-f]+$/,
    async (id) => (await clients.ec2().describeRouteTables({ RouteTableIds: [id] })).RouteTables,
  ],
  [
    /^pl-[0-9a-f]+$/,
    async (id) =>
      (await clients.ec2().describeManagedPrefixLists({ PrefixListIds: [id] })).PrefixLists,
  ],
  [
    /^ami-[0-9a-f]+$/,
    async (id) => (await clients.ec2().describeImages({ ImageIds: [id] })).Images,
  ],
  [
    /^lt-[0-9a-f]+$/,
    async (id) =>
      (await clients.ec2().describeLaunchTemplates({ LaunchTemplateIds: [id] })).LaunchTemplates,
  ],
  [/^fs-[0-9a-f]+$/, (id) => clients.efs().describeFileSystems({ FileSystemId: id })],
  [/^fsap-[0-9a-f]+$/, (id) => clients.efs().describeAccessPoints({ AccessPointId: id })],
  [/^arn:aws:iam::\d+:role\//, (arn) => clients.iam().getRole({ RoleName: iamName(arn) })],
  [
    /^arn:aws:iam::\d+:instance-profile\//,
    (arn) => clients.iam().getInstanceProfile({ InstanceProfileName: iamName(arn) }),
  ],
  [
    /^arn:aws:ecs:[^:]+:\d+:cluster\//,
    async (arn) =>
      (await clients.ecs().describeClusters({ clusters: [arn] })).clusters?.filter(
        ({ status }) => status === "ACTIVE",
      ),
  ],
  [
    /^arn:aws:ecs:[^:]+:\d+:task-definition\//,
    (arn) => clients.ecs().describeTaskDefinition({ taskDefinition: arn }),
  ],
  [
    /^arn:aws:ecs:[^:]+:\d+:capacity-provider\//,
    async (arn) =>
      (await clients.ecs().describeCapacityProviders({ capacityProviders: [arn] }))
        .capacityProviders,
  ],
  [
    /^arn:aws:elasticloadbalancing:[^:]+:\d+:loadbalancer\//,
    (arn) => clients.elb().describeLoadBalancers({ LoadBalancerArns: [arn] }),
  ],
  [
    /^arn:aws:elasticloadbalancing:[^:]+:\d+:targetgroup\//,
    (arn) => clients.elb().describeTargetGroups({ TargetGroupArns: [arn] }),
  ],
  [
    /^arn:aws:elasticloadbalancing:[^:]+:\d+:listener\//,
    (arn) => clients.elb().describeListeners({ ListenerArns: [arn] }),
  ],
  [
    /^arn:aws:autoscaling:[^:]+:\d+:autoScalingGroup:.*autoScalingGroupName\/(.+)$/,
    async (_, name) =>
      (await clients.autoScaling().describeAutoScalingGroups({ AutoScalingGroupNames: [name] }))
        .AutoScalingGroups,
  ],
  [/^arn:aws:sns:[^:]+:\d+:[^:]+$/, (arn) => clients.sns().getTopicAttributes({ TopicArn: arn })],
  [
    /^arn:aws:logs:[^:]+:\d+:log-group:([^:]+)/,
    async (_, name) =>
      (await clients.logs().describeLogGroups({ logGroupNamePrefix: name })).logGroups?.filter(
        ({ logGroupName }) => logGroupName === name,
      ),
  ],
  [
    /^arn:aws:secretsmanager:[^:]+:\d+:secret:[^:]+$/,
    (arn) => clients.secretsManager().describeSecret({ SecretId: arn }),
  ],
  [/^arn:aws:s3:::([^/]+)$/, (_, name) => clients.s3().headBucket({ Bucket: name })],
  [/^arn:aws:kms:[^:]+:\d+:key\//, (arn) => clients.kms().describeKey({ KeyId: arn })],
  [
    /^arn:aws:ecr:[^:]+:\d+:repository\/(.+)$/,
    (_, name) => clients.ecr().describeRepositories({ repositoryNames: [name] }),
  ],
  [/^arn:aws:acm:/, (arn) => callAcm("DescribeCertificate", { CertificateArn: arn })],
  [
    /^arn:aws:/,
    (arn) => Promise.reject(new Error(`The test provider cannot look up ${arn}: teach it`)),
  ],
];

/** Ids and ARNs among the inputs of which the server has nothing. */
export async function missingReferences(inputs: unknown): Promise<string[]> {
  const all = [...new Set(textsIn(inputs))];
  const missing = await Promise.all(
    all.map(async (text) => {
      for (const [form, lookUp] of lookUps) {
        const match = form.exec(text);
        if (match) {
          return (await found(lookUp(text, ...match.slice(1)))) ? [] : [text];
        }
      }
      return [];
    }),
  );
  return missing.flat();
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
