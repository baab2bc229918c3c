// The provider that stands in for `aws` in engine tests, on the AWS API server that they use.
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type AwsServer, startAwsServer, testRegion } from "../aws/awsServer";
import { clients } from "../aws/clients";
import { type Plain, TestProvider } from "../aws/provider";
import { resourceTypes } from "../aws/registry";
import { unknown } from "../aws/shapes";

let server: AwsServer;
const provider = new TestProvider();

beforeAll(async () => {
  server = await startAwsServer();
  process.env.AWS_ENDPOINT_URL = server.address;
  provider.configure({ region: testRegion, defaultTags: { tags: { team: "models" } } });
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await server.stop();
});

interface Made {
  urn: string;
  id: string;
  inputs: Plain;
  state: Plain;
}

const urnOf = (token: string, name: string) => `urn:pulumi:test::tests::${token}::${name}`;

function failuresOf(token: string, inputs: Plain): string[] {
  return provider
    .check(urnOf(token, "one"), {}, inputs)
    .failures.map(({ property, reason }) => `${property}: ${reason}`);
}

async function make(token: string, given: Plain, name = "one"): Promise<Made> {
  const urn = urnOf(token, name);
  const { inputs, failures } = provider.check(urn, {}, given);
  expect(failures).toEqual([]);
  const { id, outputs: state } = await provider.create(urn, inputs);
  return { urn, id, inputs, state };
}

async function change(made: Made, given: Plain): Promise<Made> {
  const { inputs, failures } = provider.check(made.urn, made.inputs, given);
  expect(failures).toEqual([]);
  const state = await provider.update(made.urn, made.id, made.state, made.inputs, inputs);
  return { ...made, inputs, state };
}

async function defaultNetwork(): Promise<{ vpcId: string; subnetIds: string[] }> {
  const vpc = await provider.invoke("aws:ec2/getVpc:getVpc", { default: true });
  const { ids } = await provider.invoke("aws:ec2/getSubnets:getSubnets", {
    filters: [{ name: "vpc-id", values: [vpc.id] }],
  });
  return { vpcId: vpc.id as string, subnetIds: ids as string[] };
}

const policyOf = (principal: object, action: string, resource?: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: action, Resource: resource }],
  });

const trust = policyOf({ Service: "ecs-tasks.amazonaws.com" }, "sts:AssumeRole");
const rights = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" }],
});

/** Inputs of every type, in an order in which each has what it names. */
async function* everything(): AsyncGenerator<[string, Plain, Plain?], void, Made> {
  const { vpcId, subnetIds } = await defaultNetwork();
  const { value: ami } = await provider.invoke("aws:ssm/getParameter:getParameter", {
    name: "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id",
  });
  const key = yield ["aws:kms/key:Key", { description: "for tests", enableKeyRotation: true }];
  yield ["aws:kms/alias:Alias", { name: "alias/one", targetKeyId: key.id }];
  const group = yield ["aws:ec2/securityGroup:SecurityGroup", { vpcId, description: "tasks" }];
  yield [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 8501,
      toPort: 8501,
      cidrIpv4: "10.0.0.0/8",
    },
    {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 8500,
      toPort: 8501,
      cidrIpv4: "10.0.0.0/8",
    },
  ];
  yield [
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    { securityGroupId: group.id, ipProtocol: "-1", referencedSecurityGroupId: group.id },
  ];
  yield [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    {
      vpcId,
      serviceName: `com.amazonaws.${testRegion}.logs`,
      vpcEndpointType: "Interface",
      subnetIds,
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
    },
  ];
  const role = yield [
    "aws:iam/role:Role",
    { assumeRolePolicy: trust },
    { assumeRolePolicy: trust, tags: { a: "b" } },
  ];
  const roleArn = role.state.arn;
  yield ["aws:iam/rolePolicy:RolePolicy", { role: role.id, policy: rights }];
  yield [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    { role: role.id, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
  ];
  const profile = yield ["aws:iam/instanceProfile:InstanceProfile", { role: role.id }];
  const launch = {
    imageId: ami,
    instanceType: "g5.xlarge",
    iamInstanceProfile: { arn: profile.state.arn },
    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled" },
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 50 } },
    ],
    vpcSecurityGroupIds: [group.id],
    userData: Buffer.from("#!/bin/sh\n").toString("base64"),
    updateDefaultVersion: true,
  };
  const template = yield [
    "aws:ec2/launchTemplate:LaunchTemplate",
    launch,
    { ...launch, instanceType: "g5.2xlarge" },
  ];
  const keyPair = yield [
    "aws:ec2/keyPair:KeyPair",
    {
      publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKLwsnlcjBvBIUMeSzTQzMhpRSIFR3xNkjvAmGLgBW1s",
    },
  ];
  const instance = yield [
    "aws:ec2/instance:Instance",
    {
      ami,
      instanceType: "g5.xlarge",
      subnetId: subnetIds[0],
      vpcSecurityGroupIds: [group.id],
      keyName: keyPair.id,
      iamInstanceProfile: profile.id,
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 60 },
      metadataOptions: { httpTokens: "required" },
    },
  ];
  const volume = yield [
    "aws:ebs/volume:Volume",
    { availabilityZone: instance.state.availabilityZone, size: 100, encrypted: true, type: "gp3" },
  ];
  yield [
    "aws:ec2/volumeAttachment:VolumeAttachment",
    { deviceName: "/dev/sdf", instanceId: instance.id, volumeId: volume.id },
  ];
  const asg = yield [
    "aws:autoscaling/group:Group",
    {
      minSize: 0,
      maxSize: 2,
      vpcZoneIdentifiers: subnetIds,
      protectFromScaleIn: true,
      mixedInstancesPolicy: {
        instancesDistribution: { spotAllocationStrategy: "price-capacity-optimized" },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.id,
            version: String(template.state.latestVersion),
          },
          overrides: [{ instanceType: "g5.xlarge" }],
        },
      },
      tags: [{ key: "AmazonECSManaged", value: "true", propagateAtLaunch: true }],
    },
  ];
  const cluster = yield [
    "aws:ecs/cluster:Cluster",
    { settings: [{ name: "containerInsights", value: "enabled" }] },
    { settings: [{ name: "containerInsights", value: "enhanced" }], tags: { a: "b" } },
  ];
  const capacity = yield [
    "aws:ecs/capacityProvider:CapacityProvider",
    {
      autoScalingGroupProvider: {
        autoScalingGroupArn: asg.state.arn,
        managedDraining: "ENABLED",
        managedScaling: { status: "ENABLED", targetCapacity: 100 },
        managedTerminationProtection: "ENABLED",
      },
    },
  ];
  yield [
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
    { clusterName: cluster.state.name, capacityProviders: [capacity.state.name] },
  ];
  const logs = yield [
    "aws:cloudwatch/logGroup:LogGroup",
    { retentionInDays: 30 },
    { retentionInDays: 7 },
  ];
  const token = yield ["aws:secretsmanager/secret:Secret", { recoveryWindowInDays: 0 }];
  yield [
    "aws:secretsmanager/secretVersion:SecretVersion",
    { secretId: token.id, secretString: "x" },
  ];
  const files = yield [
    "aws:efs/fileSystem:FileSystem",
    { encrypted: true, throughputMode: "elastic" },
  ];
  const access = yield [
    "aws:efs/accessPoint:AccessPoint",
    {
      fileSystemId: files.id,
      posixUser: { uid: 1000, gid: 100 },
      rootDirectory: {
        path: "/work",
        creationInfo: { ownerUid: 1000, ownerGid: 100, permissions: "0755" },
      },
    },
  ];
  yield [
    "aws:efs/mountTarget:MountTarget",
    { fileSystemId: files.id, subnetId: subnetIds[0], securityGroups: [group.id] },
  ];
  yield [
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    {
      fileSystemId: files.id,
      policy: policyOf({ AWS: roleArn }, "elasticfilesystem:ClientMount", files.state.arn),
    },
  ];
  yield [
    "aws:efs/backupPolicy:BackupPolicy",
    { fileSystemId: files.id, backupPolicy: { status: "ENABLED" } },
  ];
  const bucket = yield ["aws:s3/bucket:Bucket", { forceDestroy: true, tags: { a: "b" } }];
  yield [
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
  ];
  yield [
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    { bucket: bucket.id, blockPublicAcls: true },
  ];
  yield [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
  ];
  yield [
    "aws:s3/bucketVersioning:BucketVersioning",
    { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
  ];
  yield [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    { bucket: bucket.id, rules: [{ id: "expire", status: "Enabled", expiration: { days: 90 } }] },
  ];
  yield [
    "aws:s3/bucketPolicy:BucketPolicy",
    {
      bucket: bucket.id,
      policy: policyOf(
        { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        "s3:PutObject",
        `${bucket.state.arn}/*`,
      ),
    },
  ];
  const topic = yield [
    "aws:sns/topic:Topic",
    { kmsMasterKeyId: "alias/aws/sns" },
    { displayName: "alarms" },
  ];
  yield [
    "aws:sns/topicSubscription:TopicSubscription",
    { topic: topic.id, protocol: "email", endpoint: "a@example.org" },
  ];
  yield [
    "aws:sns/topicPolicy:TopicPolicy",
    {
      arn: topic.id,
      policy: policyOf({ Service: "cloudwatch.amazonaws.com" }, "sns:Publish", topic.id),
    },
  ];
  const balancer = yield [
    "aws:lb/loadBalancer:LoadBalancer",
    {
      internal: true,
      loadBalancerType: "application",
      subnets: subnetIds,
      securityGroups: [group.id],
      dropInvalidHeaderFields: true,
      idleTimeout: 120,
      accessLogs: { bucket: bucket.id, enabled: true },
    },
  ];
  const target = yield [
    "aws:lb/targetGroup:TargetGroup",
    {
      port: 8501,
      protocol: "HTTP",
      targetType: "ip",
      vpcId,
      deregistrationDelay: 30,
      slowStart: 30,
      healthCheck: { path: "/ready", port: "8502", matcher: "200", interval: 10, timeout: 5 },
    },
  ];
  const listener = yield [
    "aws:lb/listener:Listener",
    {
      loadBalancerArn: balancer.id,
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } },
      ],
    },
  ];
  yield [
    "aws:lb/listenerRule:ListenerRule",
    {
      listenerArn: listener.id,
      actions: [{ type: "forward", targetGroupArn: target.id }],
      conditions: [{ pathPattern: { values: ["/v1/*"] } }],
    },
  ];
  const alarm = yield [
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 2,
      threshold: 1,
      alarmActions: [topic.id],
      metricName: "HTTPCode_Target_5XX_Count",
      namespace: "AWS/ApplicationELB",
      period: 60,
      statistic: "Sum",
      dimensions: { LoadBalancer: balancer.state.arnSuffix },
    },
  ];
  yield [
    "aws:cloudwatch/dashboard:Dashboard",
    { dashboardName: "one", dashboardBody: JSON.stringify({ widgets: [] }) },
  ];
  const task = yield [
    "aws:ecs/taskDefinition:TaskDefinition",
    {
      family: "one",
      networkMode: "awsvpc",
      requiresCompatibilities: ["EC2"],
      executionRoleArn: roleArn,
      volumes: [
        {
          name: "work",
          efsVolumeConfiguration: {
            fileSystemId: files.id,
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: access.id, iam: "ENABLED" },
          },
        },
      ],
      containerDefinitions: JSON.stringify([
        {
          name: "server",
          image: "example.org/server@sha256:0",
          memory: 512,
          portMappings: [{ containerPort: 8501 }],
          secrets: [{ name: "TOKEN", valueFrom: token.id }],
          mountPoints: [{ sourceVolume: "work", containerPath: "/work" }],
          resourceRequirements: [{ type: "GPU", value: "1" }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logs.id } },
        },
      ]),
    },
  ];
  const service = {
    cluster: cluster.id,
    taskDefinition: task.state.arn,
    desiredCount: 2,
    capacityProviderStrategies: [{ capacityProvider: capacity.state.name, weight: 1 }],
    deploymentCircuitBreaker: { enable: true, rollback: true },
    alarms: { alarmNames: [alarm.id], enable: true, rollback: true },
    loadBalancers: [{ containerName: "server", containerPort: 8501, targetGroupArn: target.id }],
    networkConfiguration: { subnets: subnetIds, securityGroups: [group.id] },
    orderedPlacementStrategies: [{ type: "spread", field: "attribute:ecs.availability-zone" }],
    waitForSteadyState: true,
  };
  const ecsService = yield ["aws:ecs/service:Service", service, { ...service, desiredCount: 3 }];
  const scaled = {
    resourceId: `service/${cluster.state.name}/${ecsService.state.name}`,
    scalableDimension: "ecs:service:DesiredCount",
    serviceNamespace: "ecs",
  };
  yield ["aws:appautoscaling/target:Target", { ...scaled, minCapacity: 1, maxCapacity: 4 }];
  yield [
    "aws:appautoscaling/policy:Policy",
    {
      ...scaled,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    },
  ];
  const repository = yield [
    "aws:ecr/repository:Repository",
    { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } },
  ];
  yield [
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    {
      repository: repository.id,
      policy: {
        rules: [
          {
            rulePriority: 1,
            selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 20 },
            action: { type: "expire" },
          },
        ],
      },
    },
  ];
  yield [
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    { repository: repository.id, policy: policyOf({ AWS: roleArn }, "ecr:BatchGetImage") },
  ];
  yield [
    "aws:scheduler/schedule:Schedule",
    {
      scheduleExpression: "cron(0 20 ? * MON-FRI *)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", roleArn, input: "{}" },
    },
  ];
  const { HostedZone } = await clients
    .route53()
    .createHostedZone({ Name: "example.org", CallerReference: "one" });
  yield [
    "aws:route53/record:Record",
    {
      zoneId: HostedZone!.Id!.replace("/hostedzone/", ""),
      name: "models.example.org",
      type: "A",
      aliases: [
        {
          name: balancer.state.dnsName,
          zoneId: balancer.state.zoneId,
          evaluateTargetHealth: true,
        },
      ],
    },
  ];
}

it("makes, changes and takes away a resource of every type that it knows", async () => {
  const made: Made[] = [];
  const types = everything();
  let next = await types.next();
  while (!next.done) {
    const [token, inputs, changed] = next.value;
    let one = await make(token, inputs);
    expect(await provider.exists(one.urn, one.id, one.state), token).toBe(true);
    one = changed ? await change(one, changed) : one;
    made.push(one);
    next = await types.next(one);
  }

  for (const { urn, id, state } of made.reverse()) {
    await provider.delete(urn, id, state);
    // These go with what they belong to.
    if (!/TopicPolicy|FileSystemPolicy|BackupPolicy|BucketVersioning|SecretVersion/.test(urn)) {
      expect.soft(await provider.exists(urn, id, state), urn).toBe(false);
    }
  }
  expect(Object.keys(resourceTypes).sort()).toEqual(
    [
      ...new Set(made.map(({ urn }) => urn.split("::")[2])),
      "aws:wafv2/webAclAssociation:WebAclAssociation",
    ].sort(),
  );
});

const container = { name: "server", image: "server", memory: 512 };
const task = (definition: object) => ({
  family: "one",
  networkMode: "awsvpc",
  containerDefinitions: JSON.stringify([{ ...container, ...definition }]),
});
const alarm = {
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 1,
  metricName: "CPUUtilization",
  namespace: "AWS/ECS",
  period: 60,
  statistic: "Average",
};
const group = { port: 8501, protocol: "HTTP", vpcId: "vpc-1" };
const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 80, toPort: 80 };

describe("refuses", () => {
  // prettier-ignore
  it.each([
    ["a property of another type", "ecs/cluster:Cluster", { vpcId: "vpc-1" },
      "vpcId: the test provider does not know this property"],
    ["a property that is missing", "ecs/taskDefinition:TaskDefinition", { family: "one" },
      "containerDefinitions: is required"],
    ["a text that should be a number", "lb/targetGroup:TargetGroup", { ...group, port: "8501" },
      'port: is "8501", but has to be a number'],
    ["a value that AWS does not have", "lb/targetGroup:TargetGroup", { ...group, protocolVersion: "gRPC" },
      'protocolVersion: is "gRPC", but AWS takes HTTP1, HTTP2, GRPC'],
    ["a code of HTTP for gRPC", "lb/targetGroup:TargetGroup",
      { ...group, protocolVersion: "GRPC", healthCheck: { matcher: "200" } },
      "healthCheck.matcher: 200 is no code of GRPC"],
    ["a retention that AWS does not have", "cloudwatch/logGroup:LogGroup", { retentionInDays: 31 },
      /^retentionInDays: is 31, but AWS takes 0, 1, 3/],
    ["a name over AWS's limit", "lb/loadBalancer:LoadBalancer",
      { subnets: [], name: "a-name-of-more-than-32-characters" },
      'name: "a-name-of-more-than-32-characters" has this many characters: 33, but AWS takes  to 32'],
    ["an unknown property of a container", "ecs/taskDefinition:TaskDefinition", task({ gpus: 1 }),
      "containerDefinitions[0].gpus: the test provider does not know this property"],
    ["a health check that AWS does not have", "ecs/taskDefinition:TaskDefinition",
      task({ healthCheck: { command: ["CMD", "true"], interval: 1 } }),
      "containerDefinitions[0].healthCheck.interval: is out of range: 1, but AWS takes 5 to 300"],
    ["another host port in network mode awsvpc", "ecs/taskDefinition:TaskDefinition",
      task({ portMappings: [{ containerPort: 8501, hostPort: 80 }] }),
      "containerDefinitions[0].portMappings: host ports have to be the container's in network mode awsvpc"],
    ["a mount of no volume", "ecs/taskDefinition:TaskDefinition",
      task({ mountPoints: [{ sourceVolume: "work", containerPath: "/work" }] }),
      "containerDefinitions[0].mountPoints: name the volume work, which the task does not have"],
    ["a service that cannot replace tasks", "ecs/service:Service",
      { deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: 100 },
      "deploymentMaximumPercent: 100 leaves no room to replace tasks above a minimum of 100"],
    ["a network with host bits", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ...rule, cidrIpv4: "10.0.0.1/8" }, "cidrIpv4: 10.0.0.1/8 is no network"],
    ["a rule with two sources", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ...rule, cidrIpv4: "10.0.0.0/8", referencedSecurityGroupId: "sg-1" },
      "referencedSecurityGroupId: name one source"],
    ["an expression without its metric", "cloudwatch/metricAlarm:MetricAlarm",
      { comparisonOperator: "LessThanThreshold", evaluationPeriods: 1,
        metricQueries: [{ id: "e", expression: "running - desired", returnData: true }] },
      "metricQueries: no query has the id running"],
    ["a period between two", "cloudwatch/metricAlarm:MetricAlarm", { ...alarm, period: 90 },
      "period: is 10, 20, 30 or a multiple of 60 seconds"],
    ["a policy that is no JSON", "iam/role:Role", { assumeRolePolicy: "{" }, /^assumeRolePolicy: is no JSON/],
    ["a trust without principal", "iam/role:Role", { assumeRolePolicy: rights },
      "assumeRolePolicy: has a statement without principal"],
  ])("%s", (_, type, inputs, failure) => {
    const failures = failuresOf(`aws:${type}`, inputs);

    expect(failures).toContainEqual(
      typeof failure === "string" ? failure : expect.stringMatching(failure),
    );
  });

  it("a type that it does not know", () => {
    expect(() => failuresOf("aws:ec2/vpc:Vpc", {})).toThrow("aws:ec2/vpc:Vpc");
  });

  it("a function that it does not know", () => {
    expect(() => provider.invoke("aws:ec2/getAmi:getAmi", {})).toThrow("aws:ec2/getAmi:getAmi");
  });

  it("a reference to what is not there", async () => {
    await expect(
      make("aws:ecs/taskDefinition:TaskDefinition", {
        ...task({}),
        executionRoleArn: "arn:aws:iam::123456789012:role/none",
      }),
    ).rejects.toThrow("arn:aws:iam::123456789012:role/none");
  });

  it("a log group of a container that is not there", async () => {
    const options = { "awslogs-group": "/none" };
    await expect(
      make("aws:ecs/taskDefinition:TaskDefinition", {
        ...task({ logConfiguration: { logDriver: "awslogs", options } }),
      }),
    ).rejects.toThrow("log-group:/none");
  });

  it("a service that waits for a target group without load balancer", async () => {
    const { vpcId, subnetIds } = await defaultNetwork();
    const target = await make("aws:lb/targetGroup:TargetGroup", {
      ...group,
      vpcId,
      targetType: "ip",
    });
    const one = await make(
      "aws:ecs/taskDefinition:TaskDefinition",
      task({ portMappings: [{ containerPort: 8501 }] }),
    );
    const loadBalancers = [
      { containerName: "server", containerPort: 8501, targetGroupArn: target.id },
    ];

    await expect(
      make("aws:ecs/service:Service", {
        taskDefinition: one.state.arn,
        networkConfiguration: { subnets: subnetIds },
        loadBalancers,
      }),
    ).rejects.toThrow("does not have an associated load balancer");
  });
});

describe("plans", () => {
  const token = "aws:lb/targetGroup:TargetGroup";
  const urn = urnOf(token, "rest");

  it("a name for a resource without one, and keeps it", () => {
    const first = provider.check(urn, {}, group).inputs;
    const second = provider.check(urn, first, { ...group, slowStart: 60 }).inputs;

    expect(first.name).toMatch(/^rest-[0-9a-f]{7}$/);
    expect(second.name).toBe(first.name);
  });

  it("a new resource before the old one goes, where the name is new", () => {
    const before = provider.check(urn, {}, group).inputs;
    const after = provider.check(urn, before, { ...group, port: 8500 }).inputs;

    expect(provider.diff(urn, before, after)).toEqual({
      changed: ["port"],
      replaces: ["port"],
      deleteFirst: false,
    });
  });

  it("the end of the old one first, where both would have the name", () => {
    const before = provider.check(urn, {}, { ...group, name: "rest" }).inputs;
    const after = provider.check(urn, before, { ...group, name: "rest", port: 8500 }).inputs;

    expect(provider.diff(urn, before, after).deleteFirst).toBe(true);
  });

  it("no change for another order where AWS has none", () => {
    const cluster = urnOf("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "one");

    expect(
      provider.diff(
        cluster,
        { clusterName: "one", capacityProviders: ["a", "b"] },
        { clusterName: "one", capacityProviders: ["b", "a"] },
      ).changed,
    ).toEqual([]);
  });

  it("no change for another form of the same JSON", () => {
    const role = urnOf("aws:iam/role:Role", "one");

    expect(
      provider.diff(
        role,
        { assumeRolePolicy: trust },
        { assumeRolePolicy: JSON.stringify(JSON.parse(trust), undefined, 2) },
      ).changed,
    ).toEqual([]);
  });

  it("a replacement where a value that replaces is not known yet", () => {
    expect(provider.diff(urn, group, { ...group, vpcId: unknown }).replaces).toEqual(["vpcId"]);
  });

  it("what an update leaves alone as known, and what it changes as unknown", () => {
    const template = urnOf("aws:ec2/launchTemplate:LaunchTemplate", "one");
    const state = { id: "lt-1", arn: "arn", latestVersion: 1, instanceType: "g5.xlarge" };
    const inputs = { instanceType: "g5.xlarge" };

    expect(
      provider.planUpdate(template, state, inputs, { instanceType: "g5.2xlarge" }),
    ).toMatchObject({ arn: "arn", latestVersion: unknown, instanceType: "g5.2xlarge" });
    expect(
      provider.planUpdate(template, state, inputs, { ...inputs, tags: { a: "b" } }),
    ).toMatchObject({ latestVersion: 1, tagsAll: { team: "models", a: "b" } });
  });
});
