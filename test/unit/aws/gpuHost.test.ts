import { execFileSync } from "node:child_process";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";

import { GpuHost, GpuHostArgs } from "../../../components";
import * as engine from "../../../components/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/engine/sshDockerHost/sshFiles";
import { resolveGpuHostArgs } from "../../../components/aws/gpuHost/gpuHostArgs";
import { idlePercent } from "../../../components/aws/gpuHost/stopping";
import { tunnelCommand } from "../../../components/aws/gpuHost/tunnelCommand";
import { renderUserData } from "../../../components/aws/gpuHost/userData";
import { account, region } from "../../support/awsMocks";
import { instanceTypes } from "../../support/instanceTypes";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:GpuHost";
const instanceType = "aws:ec2/instance:Instance";
const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const scheduleType = "aws:scheduler/schedule:Schedule";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const required: GpuHostArgs = { subnetId: "subnet-1", instanceType: "g5.xlarge" };
const ami =
  "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id";
const answers = {
  "aws:ec2/getSubnet:getSubnet": ({ id }: Record<string, unknown>) => ({
    vpcId: `vpc-of-${String(id)}`,
    availabilityZone: `${region}b`,
  }),
  "aws:ssm/getParameter:getParameter": ({ name }: Record<string, unknown>) => ({
    insecureValue: name === ami ? "ami-newest" : "none",
  }),
};
const tags = { "tfserving:component": "gpu-host", "tfserving:stack": "tfserving/dev" };
const instanceArn = `arn:aws:ec2:${region}:${account}:instance/gpu`;
const secretArn = `arn:aws:secretsmanager:${region}:${account}:secretVersion/gpu-host-key`;

let recording: Recording;

beforeEach(async () => {
  vi.spyOn(engine, "engineAnswers").mockClear().mockResolvedValue();
  vi.spyOn(files, "writeSshFiles").mockReturnValue();
  recording = await startMocks({ answers });
});

afterAll(() => {
  vi.restoreAllMocks();
});

async function create(args: Partial<GpuHostArgs> = {}): Promise<GpuHost> {
  const host = new GpuHost("gpu", { ...required, ...args });
  await settle();
  return host;
}

function inputs(type: string, name?: string): Record<string, unknown> {
  return recording.find(type, name).inputs;
}

describe("a GPU host", () => {
  it("is an instance with exact inputs", async () => {
    await create();
    const instance = recording.find(instanceType);
    expect(instance.inputs).toEqual({
      ami: "ami-newest",
      instanceType: "g5.xlarge",
      subnetId: "subnet-1",
      vpcSecurityGroupIds: ["gpu-host-id"],
      associatePublicIpAddress: false,
      iamInstanceProfile: "gpu-host-1a2b3c4",
      keyName: "gpu-1a2b3c4",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: 150,
        deleteOnTermination: true,
        tags: { ...tags, Name: "gpu" },
      },
      userData: renderUserData(secretArn, "gpu-data-id"),
      userDataReplaceOnChange: true,
      tags: { ...tags, Name: "gpu" },
    });
    expect(instance).toMatchObject({ deleteBeforeReplace: true, ignoreChanges: ["ami"] });
    expect(instance.dependencies).toContain(
      urn("aws:iam/rolePolicy:RolePolicy", "gpu-host", component),
    );
  });

  it("asks AWS in which zones its type is", async () => {
    await create();
    const asked = recording.calls.map(({ token }) => token.replace(/.*:/, ""));
    expect(asked).toContain("getInstanceTypeOfferings");
  });

  it("follows the AMI that is named", async () => {
    await create({ amiId: "ami-0a1b2c3d" });
    expect(recording.find(instanceType)).toMatchObject({
      inputs: { ami: "ami-0a1b2c3d" },
      ignoreChanges: [],
    });
  });

  it("lets nobody in, and out to port 443 only", async () => {
    await create();
    expect(inputs("aws:ec2/securityGroup:SecurityGroup")).toEqual({
      description: "A GPU host",
      vpcId: "vpc-of-subnet-1",
      tags,
    });
    expect(recording.resources.filter(({ type }) => type === ingressType)).toEqual([]);
    expect(inputs("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")).toEqual({
      description: "AWS, registries and packages",
      securityGroupId: "gpu-host-id",
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      tags,
    });
  });

  it("lets in SSH from named blocks", async () => {
    await create({ sshCidrs: ["192.0.2.0/24"] });
    expect(inputs(ingressType, "gpu-ssh-from-192.0.2.0-24")).toMatchObject({
      securityGroupId: "gpu-host-id",
      cidrIpv4: "192.0.2.0/24",
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
    });
  });

  it("may read its own key and be reached through Session Manager, no more", async () => {
    await create();
    const { role, policy } = inputs("aws:iam/rolePolicy:RolePolicy");
    expect(role).toBe("gpu-host-1a2b3c4");
    const { Statement } = JSON.parse(String(policy));
    expect(Statement).toEqual([
      {
        Sid: "OwnKey",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: secretArn,
      },
      expect.objectContaining({ Sid: "SessionManager", Resource: "*" }),
    ]);
    for (const action of Statement[1].Action) {
      expect(action).toMatch(/^(ssm:UpdateInstanceInformation|ssmmessages:\w+Channel)$/);
    }
  });

  it("has its data on a volume apart, encrypted, which stays", async () => {
    const host = await create({ dataVolumeGb: 200, kmsKeyArn: "arn:aws:kms:key" });
    const volume = recording.find("aws:ebs/volume:Volume");
    expect(volume.inputs).toEqual({
      availabilityZone: `${region}b`,
      encrypted: true,
      type: "gp3",
      size: 200,
      kmsKeyId: "arn:aws:kms:key",
      tags: { ...tags, Name: "gpu-data" },
    });
    expect(volume.retainOnDelete).toBe(true);
    expect(inputs("aws:ec2/volumeAttachment:VolumeAttachment")).toEqual({
      instanceId: "gpu-id",
      volumeId: "gpu-data-id",
      deviceName: "/dev/sdf",
      stopInstanceBeforeDetaching: true,
    });
    expect(await promiseOf(host.dataVolumeId)).toBe("gpu-data-id");
  });

  it("deletes its data only when asked", async () => {
    await create({ keepData: false });
    expect(recording.find("aws:ebs/volume:Volume").retainOnDelete).toBe(false);
  });

  it("takes a volume that is there", async () => {
    await create({ dataVolumeId: "vol-kept" });
    expect(recording.resources.map(({ type }) => type)).not.toContain("aws:ebs/volume:Volume");
    expect(inputs("aws:ec2/volumeAttachment:VolumeAttachment").volumeId).toBe("vol-kept");
  });

  it("keeps both private keys secret, and out of the user data", async () => {
    const host = await create();
    expect(await pulumi.isSecret(host.privateKey)).toBe(true);
    expect(inputs("aws:secretsmanager/secretVersion:SecretVersion").secretString).toMatchObject({
      [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
    });
    expect(inputs(instanceType).userData).not.toContain("PRIVATE KEY");
    expect(inputs("aws:ec2/keyPair:KeyPair")).toEqual({
      publicKey: expect.stringMatching(/^ssh-ed25519 AAAA\S+$/),
      tags,
    });
  });

  it("has tags on everything that can have some", async () => {
    await create({
      public: true,
      sshCidrs: ["192.0.2.7/32"],
      stopSchedule: "rate(12 hours)",
      idleStopMinutes: 30,
      tags: { team: "birds" },
    });
    const without = recording.resources
      .filter(({ type }) => type.startsWith("aws:"))
      .filter(({ inputs }) => inputs.tags === undefined)
      .map(({ type }) => type.split(":").at(-1));
    // These have none in AWS.
    expect([...new Set(without)].sort()).toEqual([
      "EipAssociation",
      "RolePolicy",
      "Schedule",
      "SecretVersion",
      "VolumeAttachment",
    ]);
    expect(inputs(instanceType).tags).toEqual({ ...tags, team: "birds", Name: "gpu" });
  });

  it("lists everything wrong at once", () => {
    const problems = problemsOf(
      () => new GpuHost("gpu", { ...required, instanceType: "g5g.xlarge", rootVolumeGb: 1 }),
    );
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([
      "rootVolumeGb",
      "instanceType",
    ]);
  });
});

describe("the way to a GPU host", () => {
  it("is Session Manager, where SSH is open to nobody", async () => {
    const host = await create();
    expect(await promiseOf(host.host)).toBe("ssh://ubuntu@gpu-id");
    expect((await promiseOf(host.sshOptions)).at(-1)).toBe(
      "ProxyCommand=aws ssm start-session --target %h --document-name AWS-StartSSHSession " +
        `--parameters portNumber=%p --region ${region}`,
    );
  });

  it("is the private address, where SSH is open to named blocks", async () => {
    const host = await create({ sshCidrs: ["10.0.0.0/8"] });
    expect(await promiseOf(host.host)).toBe("ssh://ubuntu@10.0.0.7");
    expect(await promiseOf(host.address)).toBe("10.0.0.7");
  });

  it("is an address that it keeps, where it is public", async () => {
    const host = await create({ public: true, sshCidrs: ["192.0.2.7/32"] });
    expect(await promiseOf(host.host)).toBe("ssh://ubuntu@203.0.113.7");
    expect(inputs("aws:ec2/eipAssociation:EipAssociation")).toEqual({
      allocationId: "eipalloc-of-gpu",
      instanceId: "gpu-id",
    });
    expect(inputs(instanceType).associatePublicIpAddress).toBe(true);
  });

  it("brings ports here with a command to paste", async () => {
    const host = await create({ sshCidrs: ["10.0.0.0/8"], tunnelPorts: [8501, 8888] });
    expect(await promiseOf(host.tunnelCommand)).toMatch(
      /^ssh -o IdentityFile=~\/\.ssh\/tfserving-tfserving-dev-gpu -o .* -N -L 8501:127\.0\.0\.1:8501 -L 8888:127\.0\.0\.1:8888 ubuntu@10\.0\.0\.7$/,
    );
  });

  it("quotes what a shell would split", () => {
    expect(tunnelCommand("ssh://ubuntu@i-1", ["-o", "ProxyCommand=a 'b' %h"], [1])).toBe(
      `ssh -o 'ProxyCommand=a '\\''b'\\'' %h' -o ExitOnForwardFailure=yes -N -L 1:127.0.0.1:1 ubuntu@i-1`,
    );
  });

  it("is the provider of what runs there, which lives as long as the instance", async () => {
    const host = new GpuHost("gpu", required);
    new docker.Network("net", {}, host.options());
    await settle();
    const network = recording.find("docker:index/network:Network");
    expect(network.provider).toContain("pulumi:providers:docker::gpu");
    expect(network.deletedWith).toContain("::gpu-machine");
    expect(inputs("random:index/randomId:RandomId", "gpu-machine-id").keepers).toEqual({
      id: "gpu-id",
    });
  });
});

describe("a GPU host is stopped", () => {
  it("never, unless asked", async () => {
    await create();
    const types = recording.resources.map(({ type }) => type);
    expect(types).not.toContain(scheduleType);
    expect(types).not.toContain(alarmType);
  });

  it("and started on schedules, by a role that may do just that", async () => {
    await create({
      stopSchedule: "cron(0 20 * * ? *)",
      startSchedule: "cron(0 8 ? * MON-FRI *)",
      scheduleTimezone: "Europe/Berlin",
    });
    const target = (action: string) => ({
      arn: `arn:aws:scheduler:::aws-sdk:ec2:${action}Instances`,
      roleArn: `arn:aws:iam:${region}:${account}:role/gpu-schedule`,
      input: '{"InstanceIds":["gpu-id"]}',
    });
    expect(inputs(scheduleType, "gpu-stop")).toEqual({
      description: "Stops the GPU host gpu",
      scheduleExpression: "cron(0 20 * * ? *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "OFF" },
      target: target("stop"),
    });
    expect(inputs(scheduleType, "gpu-start").target).toEqual(target("start"));
    const policy = JSON.parse(
      String(inputs("aws:iam/rolePolicy:RolePolicy", "gpu-schedule").policy),
    );
    expect(policy.Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["ec2:StopInstances", "ec2:StartInstances"],
        Resource: instanceArn,
      },
    ]);
    const trust = JSON.parse(String(inputs("aws:iam/role:Role", "gpu-schedule").assumeRolePolicy));
    expect(trust.Statement[0]).toMatchObject({
      Principal: { Service: "scheduler.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
  });

  const kmsKeyArn = `arn:aws:kms:${region}:${account}:key/0a1b2c3d`;

  it("and started by a role that may use the volumes' own key, by way of EC2 only", async () => {
    await create({ startSchedule: "rate(12 hours)", kmsKeyArn });
    const { policy } = inputs("aws:iam/rolePolicy:RolePolicy", "gpu-schedule");
    const viaEc2 = { "kms:ViaService": `ec2.${region}.*` };
    expect(JSON.parse(String(policy)).Statement).toEqual([
      { Effect: "Allow", Action: ["ec2:StartInstances"], Resource: instanceArn },
      {
        Effect: "Allow",
        Action: [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        Resource: kmsKeyArn,
        Condition: { StringLike: viaEc2 },
      },
      {
        Effect: "Allow",
        Action: "kms:CreateGrant",
        Resource: kmsKeyArn,
        Condition: { StringLike: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ]);
  });

  it("by a role that may not use the key, where it is only stopped", async () => {
    await create({ stopSchedule: "rate(12 hours)", kmsKeyArn });
    const { policy } = inputs("aws:iam/rolePolicy:RolePolicy", "gpu-schedule");
    expect(JSON.parse(String(policy)).Statement).toEqual([
      { Effect: "Allow", Action: ["ec2:StopInstances"], Resource: instanceArn },
    ]);
  });

  it("by a role that may not start it, where it is only stopped", async () => {
    await create({ stopSchedule: "rate(12 hours)" });
    const { policy } = inputs("aws:iam/rolePolicy:RolePolicy", "gpu-schedule");
    expect(JSON.parse(String(policy)).Statement[0].Action).toEqual(["ec2:StopInstances"]);
  });

  it("after idle time, measured by its vCPUs", async () => {
    await create({ idleStopMinutes: 45 });
    expect(inputs(alarmType)).toEqual({
      alarmDescription: "Stops the GPU host gpu after 45 idle minutes",
      namespace: "AWS/EC2",
      metricName: "CPUUtilization",
      dimensions: { InstanceId: "gpu-id" },
      statistic: "Average",
      period: 300,
      evaluationPeriods: 9,
      comparisonOperator: "LessThanThreshold",
      // Half a vCPU of four.
      threshold: 12.5,
      treatMissingData: "notBreaching",
      alarmActions: [`arn:aws:automate:${region}:ec2:stop`],
      tags,
    });
  });

  it.each([
    [{ idleVcpus: 4 }, "idleVcpus is 4: use more than 0 and less than the instance's vCPUs (4)"],
    [
      { instanceType: "g99.xlarge" },
      "idleStopMinutes needs the number of vCPUs of g99.xlarge: AWS does not say it",
    ],
  ])("is refused after idle time of %j", (args, message) => {
    const answer = { types: instanceTypes, problems: [], warnings: ["AWS does not say it"] };
    expect(() => idlePercent(resolveGpuHostArgs({ ...required, ...args }), answer)).toThrow(
      new pulumi.RunError(message),
    );
  });
});

describe("the user data", () => {
  const script = renderUserData(secretArn, "vol-0a1b2c3d");

  it("is a script that bash takes", () => {
    expect(execFileSync("bash", ["-n"], { input: script, encoding: "utf8" })).toBe("");
  });

  it("takes the data volume by its serial number, and formats it only when it is empty", () => {
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d";
    expect(script).toContain(`blkid ${device} || mkfs.ext4 -q ${device}\n`);
    expect(script).toContain(`echo "${device} /data ext4 `);
  });

  it("shows its key only when all else is done", () => {
    const steps = ["mount /data", "usermod -aG docker ubuntu", "get-secret-value", "restart ssh"];
    const positions = steps.map((step) => script.indexOf(step));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(script).toContain(`--region ${region} --secret-id ${secretArn}`);
  });
});

describe("in a preview without the instance", () => {
  it("plans everything, with what only AWS knows unknown", async () => {
    recording = await startMocks({ preview: true, answers });
    const host = await create({ stopSchedule: "rate(12 hours)", idleStopMinutes: 30 });
    expect(await isKnown(host.tunnelCommand)).toBe(false);
    expect(inputs("pulumi:providers:docker", "gpu").host).toBe(unknown);
    expect(inputs(alarmType).dimensions).toEqual({ InstanceId: unknown });
    expect(inputs(instanceType).userData).toBe(unknown);
    expect(engine.engineAnswers).not.toHaveBeenCalled();
  });
});
