import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { EcsNotebook, EcsNotebookArgs } from "../../../components";
import { portOf } from "../../../components/aws/notebook/ecsNotebookGroup";
import { account, awsArn, region } from "../../support/awsMocks";
import {
  problemsOf,
  promiseOf,
  type Recording,
  type Registration,
  secret,
  settle,
  startMocks,
} from "../../support/mocks";

const service = "aws:ecs/service:Service";
const task = "aws:ecs/taskDefinition:TaskDefinition";
const fileSystem = "aws:efs/fileSystem:FileSystem";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

const required: EcsNotebookArgs = {
  clusterArn: `arn:aws:ecs:${region}:${account}:cluster/models`,
  capacityProviderName: "gpus",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  restUrl: "https://model.example.com/v1/models/flowers",
  grpcAddress: "model.example.com:443",
  modelName: "flowers",
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<EcsNotebookArgs> = {}): Promise<EcsNotebook> {
  const notebook = new EcsNotebook("notebook", { ...required, ...args });
  await settle();
  return notebook;
}

function all(type: string): Registration[] {
  return recording.resources.filter((resource) => resource.type === type);
}

function container(): Record<string, unknown> {
  return JSON.parse(recording.find(task).inputs.containerDefinitions as string)[0];
}

function statements(type: string, name: string): Record<string, unknown>[] {
  return JSON.parse(recording.find(type, name).inputs.policy as string).Statement;
}

describe("the service of a notebook on ECS", () => {
  it("is one task without a public address, with exact inputs", async () => {
    await create();
    expect(recording.find(service).inputs).toEqual({
      cluster: required.clusterArn,
      taskDefinition: awsArn("ecs", "taskDefinition", "notebook"),
      desiredCount: 1,
      capacityProviderStrategies: [{ capacityProvider: "gpus", weight: 1 }],
      forceNewDeployment: true,
      deploymentMinimumHealthyPercent: 0,
      deploymentMaximumPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      networkConfiguration: {
        subnets: ["subnet-a", "subnet-b"],
        securityGroups: ["notebook-id"],
        assignPublicIp: false,
      },
      enableExecuteCommand: true,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      tags: { "tfserving:component": "notebook", "tfserving:stack": "tfserving/dev" },
    });
  });

  it("starts after its files can be mounted and its roles have their rights", async () => {
    await create();
    const needed = recording.find(service).dependencies.map((urn) => urn.split("::").pop());
    expect(needed).toEqual(
      expect.arrayContaining([
        "notebook-subnet-a",
        "notebook-subnet-b",
        "notebook-execution-policy",
        "notebook-files-policy",
        "notebook-tunnel-policy",
      ]),
    );
  });

  it("is stopped by a flag, and its files stay", async () => {
    const { tunnelCommand } = await create({ running: false });
    expect(recording.find(service).inputs.desiredCount).toBe(0);
    expect(recording.find(fileSystem)).toBeDefined();
    expect(await promiseOf(tunnelCommand)).toBe("");
  });
});

describe("the container of a notebook on ECS", () => {
  it("is hardened and listens to itself only", async () => {
    await create();
    expect(container()).toEqual({
      name: "notebook",
      image: "quay.io/jupyter/tensorflow-notebook:2026-10-05",
      essential: true,
      cpu: 0,
      memory: 4096,
      command: ["start-notebook.py", "--ServerApp.ip=127.0.0.1"],
      environment: [
        { name: "MODEL_NAME", value: "flowers" },
        { name: "TF_SERVING_GRPC_ADDRESS", value: "model.example.com:443" },
        { name: "TF_SERVING_REST_URL", value: "https://model.example.com/v1/models/flowers" },
      ],
      secrets: [
        {
          name: "JUPYTER_TOKEN",
          valueFrom: `${awsArn("secretsmanager", "secret", "notebook-token")}:::version-of-notebook-token`,
        },
      ],
      user: "1000:100",
      workingDirectory: "/home/jovyan",
      privileged: false,
      readonlyRootFilesystem: false,
      dockerSecurityOptions: ["no-new-privileges"],
      linuxParameters: { capabilities: { drop: ["ALL"] }, maxSwap: 0 },
      mountPoints: [
        { sourceVolume: "files", containerPath: "/home/jovyan/projectDir", readOnly: false },
      ],
      healthCheck: {
        command: ["CMD", "/etc/jupyter/docker_healthcheck.py"],
        interval: 30,
        timeout: 5,
        retries: 3,
        startPeriod: 60,
      },
      stopTimeout: 30,
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "notebook-1a2b3c4",
          "awslogs-region": region,
          "awslogs-stream-prefix": "notebook",
          mode: "non-blocking",
          "max-buffer-size": "25m",
        },
      },
    });
  });

  it("has GPUs only where they are asked for", async () => {
    await create({ gpus: 1 });
    expect(container().resourceRequirements).toEqual([{ type: "GPU", value: "1" }]);
  });

  it("gets its token from Secrets Manager and nowhere else", async () => {
    await create();
    expect(
      recording.find("aws:secretsmanager/secretVersion:SecretVersion").inputs.secretString,
    ).toEqual(secret("result-of-notebook-token"));
    expect(JSON.stringify(recording.find(task).inputs)).not.toContain("result-of-notebook-token");
  });

  it("can be previewed before anything is there", async () => {
    recording = await startMocks({ preview: true });
    const notebook = await create();
    expect(recording.find(service).inputs.desiredCount).toBe(1);
    expect(await pulumi.isSecret(notebook.url)).toBe(true);
  });
});

describe("the files of a notebook on ECS", () => {
  it("are encrypted, backed up and mounted over TLS as the role's right", async () => {
    await create({ kmsKeyArn: awsArn("kms", "key", "ours") });
    expect(recording.find(fileSystem).inputs).toMatchObject({
      encrypted: true,
      kmsKeyId: awsArn("kms", "key", "ours"),
    });
    expect(recording.find("aws:efs/backupPolicy:BackupPolicy").inputs).toEqual({
      fileSystemId: "notebook-id",
      backupPolicy: { status: "ENABLED" },
    });
    expect(recording.find("aws:efs/accessPoint:AccessPoint").inputs).toMatchObject({
      fileSystemId: "notebook-id",
      posixUser: { uid: 1000, gid: 100 },
      rootDirectory: {
        path: "/notebooks",
        creationInfo: { ownerUid: 1000, ownerGid: 100, permissions: "0750" },
      },
    });
    expect(recording.find(task).inputs.volumes).toEqual([
      {
        name: "files",
        efsVolumeConfiguration: {
          fileSystemId: "notebook-id",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: "notebook-id", iam: "ENABLED" },
        },
      },
    ]);
    expect(
      statements("aws:efs/fileSystemPolicy:FileSystemPolicy", "notebook").map(
        ({ Effect, Condition }) => [Effect, Condition],
      ),
    ).toEqual([["Deny", { Bool: { "aws:SecureTransport": "false" } }]]);
  });

  it("are reached from every subnet, by the notebook only", async () => {
    await create();
    expect(
      all("aws:efs/mountTarget:MountTarget").map(({ inputs, deleteBeforeReplace }) => [
        inputs,
        deleteBeforeReplace,
      ]),
    ).toEqual(
      ["subnet-a", "subnet-b"].map((subnetId) => [
        { fileSystemId: "notebook-id", subnetId, securityGroups: ["notebook-files-id"] },
        true,
      ]),
    );
    const rule = { ipProtocol: "tcp", fromPort: 2049, toPort: 2049 };
    expect(recording.find(ingress, "notebook-files").inputs).toMatchObject({
      securityGroupId: "notebook-files-id",
      referencedSecurityGroupId: "notebook-id",
      ...rule,
    });
    expect(recording.find(egress, "notebook-to-files").inputs).toMatchObject({
      securityGroupId: "notebook-id",
      referencedSecurityGroupId: "notebook-files-id",
      ...rule,
    });
  });

  it.each([true, false])("outlive the stack: %s", async (retainOnDestroy) => {
    await create({ retainOnDestroy });
    for (const type of [fileSystem, "aws:efs/accessPoint:AccessPoint"]) {
      expect(recording.find(type).retainOnDelete, type).toBe(retainOnDestroy);
    }
  });
});

describe("who a notebook on ECS can reach", () => {
  it("is HTTPS and its files without a load balancer, and nobody reaches it", async () => {
    await create({ httpsCidrs: ["10.0.0.0/16"] });
    expect(all(egress).map(({ name }) => name)).toEqual([
      "notebook-https-to-10.0.0.0-16",
      "notebook-to-files",
    ]);
    expect(all(ingress).map(({ inputs }) => inputs.securityGroupId)).toEqual(["notebook-files-id"]);
  });

  it.each([
    ["https://model.example.com/v1/models/flowers", 443],
    ["http://internal.example.com/v1/models/flowers", 80],
  ])("is the load balancer too, where it serves %s", async (restUrl, port) => {
    await create({ restUrl, endpointSecurityGroupId: "sg-endpoint" });
    const rule = { ipProtocol: "tcp", fromPort: port, toPort: port };
    expect(recording.find(egress, "notebook-to-endpoint").inputs).toMatchObject({
      securityGroupId: "notebook-id",
      referencedSecurityGroupId: "sg-endpoint",
      ...rule,
    });
    expect(recording.find(ingress, "notebook-from-notebook").inputs).toMatchObject({
      securityGroupId: "sg-endpoint",
      referencedSecurityGroupId: "notebook-id",
      ...rule,
    });
  });

  it.each([
    ["http://host:8501/v1", 8501],
    ["https://host/v1", 443],
  ])("is found in %s: port %d", (url, port) => {
    expect(portOf(url)).toBe(port);
  });
});

describe("the roles of a notebook on ECS", () => {
  it("are for tasks of this account", async () => {
    await create();
    for (const { inputs } of all("aws:iam/role:Role")) {
      expect(JSON.parse(inputs.assumeRolePolicy as string).Statement).toMatchObject([
        {
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: { "aws:SourceArn": `arn:aws:ecs:${region}:${account}:*` },
          },
        },
      ]);
    }
    expect(recording.find(task).inputs).toMatchObject({
      executionRoleArn: awsArn("iam", "role", "notebook-execution-role"),
      taskRoleArn: awsArn("iam", "role", "notebook-task-role"),
    });
  });

  it("start it with this token and this log", async () => {
    await create();
    expect(statements(rolePolicy, "notebook-execution-policy")).toMatchObject([
      {
        Action: "secretsmanager:GetSecretValue",
        Resource: awsArn("secretsmanager", "secret", "notebook-token"),
      },
      {
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${awsArn("cloudwatch", "logGroup", "notebook")}:log-stream:*`,
      },
    ]);
  });

  it("pull and decrypt only what was named", async () => {
    const repositoryArn = awsArn("ecr", "repository", "jupyter");
    const kmsKeyArn = awsArn("kms", "key", "ours");
    await create({ repositoryArn, kmsKeyArn });
    const granted = statements(rolePolicy, "notebook-execution-policy");
    expect(granted).toContainEqual(
      expect.objectContaining({ Action: "kms:Decrypt", Resource: kmsKeyArn }),
    );
    expect(granted).toContainEqual(
      expect.objectContaining({ Sid: "PullThisImage", Resource: repositoryArn }),
    );
  });

  it("let it use its files through its access point, and be reached", async () => {
    await create();
    expect(statements(rolePolicy, "notebook-files-policy")).toMatchObject([
      {
        Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Condition: {
          StringEquals: {
            "elasticfilesystem:AccessPointArn": awsArn("efs", "accessPoint", "notebook"),
          },
        },
      },
    ]);
    const [{ Action }] = statements(rolePolicy, "notebook-tunnel-policy");
    expect(Action).toEqual(expect.arrayContaining(["ssmmessages:OpenDataChannel"]));
    expect((Action as string[]).every((action) => action.startsWith("ssmmessages:"))).toBe(true);
  });

  it("have no wildcard but where AWS knows no resource", async () => {
    await create({ repositoryArn: awsArn("ecr", "repository", "jupyter") });
    const open = all(rolePolicy)
      .flatMap(({ name }) => statements(rolePolicy, name))
      .filter(({ Resource }) => Resource === "*")
      .flatMap(({ Action }) => Action as string);
    expect(open.sort()).toEqual([
      "ecr:GetAuthorizationToken",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]);
  });
});

describe("a notebook on ECS", () => {
  it("is reached at this machine's end of the tunnel, by a secret URL", async () => {
    const { url } = await create({ localPort: 9999 });
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe("http://127.0.0.1:9999/lab?token=result-of-notebook-token");
  });

  it("has tags on everything that can have some", async () => {
    await create({ tags: { team: "vision" }, endpointSecurityGroupId: "sg-endpoint" });
    const untaggable = [
      "efs/backupPolicy",
      "efs/fileSystemPolicy",
      "efs/mountTarget",
      "iam/rolePolicy",
      "secretsmanager/secretVersion",
    ];
    for (const { type, name, inputs } of recording.resources) {
      if (type.startsWith("aws:") && !untaggable.includes(type.split(":")[1])) {
        expect(inputs.tags, `${type} ${name}`).toMatchObject({
          team: "vision",
          "tfserving:stack": "tfserving/dev",
        });
      }
    }
  });

  it.each<[string, Partial<EcsNotebookArgs>, string]>([
    ["no subnet", { subnetIds: [] }, "subnetIds"],
    ["hardly any memory", { memoryMb: 1 }, "memoryMb"],
    ["half a GPU", { gpus: 0.5 }, "gpus"],
    ["a port that is none", { localPort: 0 }, "localPort"],
    ["a block that is none", { httpsCidrs: ["internet"] }, "httpsCidrs[0]"],
    ["days that CloudWatch does not know", { logRetentionDays: 31 }, "logRetentionDays"],
    ["what is no key", { kmsKeyArn: "alias/ours" }, "kmsKeyArn"],
    ["what is no key for logs", { logKmsKeyArn: "alias/ours" }, "logKmsKeyArn"],
    ["what is no repository", { repositoryArn: "jupyter" }, "repositoryArn"],
  ])("refuses %s", (_, args, property) => {
    const problems = problemsOf(() => new EcsNotebook("notebook", { ...required, ...args }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([property]);
  });
});
