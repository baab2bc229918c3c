import { testRegion } from "../../providers/aws/awsServer";
import { defaultNetwork, type Made, provider, rights, type Step, trust } from "./testProvider";

/** What other types name of these. */
export interface Machines {
  vpcId: string;
  subnetIds: string[];
  group: Made;
  roleArn: string;
  cluster: Made;
  capacity: Made;
}

/** Keys, the network, roles, machines and the cluster that they are in. */
export async function* machineTypes(): AsyncGenerator<Step, Machines, Made> {
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
  return { vpcId, subnetIds, group, roleArn, cluster, capacity };
}
