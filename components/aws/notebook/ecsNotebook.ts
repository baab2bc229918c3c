import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as ecs from "@pulumi/aws/ecs";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../arn";
import { awsName } from "../awsName";
import { tagsFor } from "../tags";
import { TaskRoles } from "../service/taskRoles";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";
import {
  checkEcsNotebook,
  EcsNotebookArgs,
  ecsNotebookDefaults,
  ResolvedEcsNotebookArgs,
} from "./ecsNotebookArgs";
import { createFileSystem, NotebookFileSystem } from "./ecsNotebookFileSystem";
import { createNotebookGroup } from "./ecsNotebookGroup";
import { createNotebookRoles } from "./ecsNotebookRoles";
import { filesVolume, renderNotebook } from "./ecsNotebookTask";
import { renderTunnelCommand } from "./ecsTunnel";
import { createToken, labUrl } from "@tf-model-serving/core/internal/serving/notebook/jupyter";

/** An image of some GB is pulled, maybe onto an instance that has to start first. */
const startTimeout = "30m";
/** Longest name of a family of task definitions. */
const familyLength = 255;

/**
 * JupyterLab as one task on the ECS cluster of a model service.
 *
 * It has no public address and no open port: a tunnel of AWS Systems Manager (`tunnelCommand`) leads
 * to it. Its token is generated and kept in Secrets Manager. What is saved in
 * /home/jovyan/projectDir is on an encrypted file system that outlives the task; the rest of the home
 * folder does not.
 *
 * Who may start an ECS Exec session on the task is root in its container, with the rights of its role.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class EcsNotebook extends pulumi.ComponentResource {
  /** Address of JupyterLab with its token, once the tunnel is open; a secret. */
  public readonly url: pulumi.Output<string>;
  /** Shell command that opens the tunnel; empty while the notebook does not run. */
  public readonly tunnelCommand: pulumi.Output<string>;
  /** Name of the ECS service. */
  public readonly serviceName: pulumi.Output<string>;
  /** Name of the CloudWatch log group. */
  public readonly logGroupName: pulumi.Output<string>;
  /** Id of the EFS file system. */
  public readonly fileSystemId: pulumi.Output<string>;
  /** Security group of the notebook. */
  public readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: EcsNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("EcsNotebook", name, checkEcsNotebook(args));
    super("tfserving-aws:index:EcsNotebook", name, {}, formerTypes(opts, "EcsNotebook"));

    const resolved = withDefaults(args, ecsNotebookDefaults);
    const token = createToken(name, this);
    const secret = createSecret(name, resolved, token, this);
    const logs = createLogGroup(name, resolved, this);
    const group = createNotebookGroup(name, resolved, this);
    const files = createFileSystem(name, resolved, group, this);
    const roles = createNotebookRoles(
      name,
      resolved,
      { secretArn: secret.secretId, logGroupArn: logs.arn, accessPoint: files.accessPoint },
      this,
    );
    const task = createTask(name, resolved, { secret, logs, files, roles }, this);
    const service = createService(name, resolved, { task, group, files, roles }, this);

    this.url = labUrl("127.0.0.1", resolved.localPort, token);
    this.tunnelCommand = tunnelTo(resolved, service.name);
    this.serviceName = service.name;
    this.logGroupName = logs.name;
    this.fileSystemId = files.fileSystem.id;
    this.securityGroupId = group.id;
    this.registerOutputs({
      url: this.url,
      tunnelCommand: this.tunnelCommand,
      serviceName: this.serviceName,
      logGroupName: this.logGroupName,
      fileSystemId: this.fileSystemId,
      securityGroupId: this.securityGroupId,
    });
  }
}

function createSecret(
  name: string,
  args: ResolvedEcsNotebookArgs,
  token: pulumi.Output<string>,
  parent: pulumi.Resource,
): secretsmanager.SecretVersion {
  const secret = new secretsmanager.Secret(
    `${name}-token`,
    {
      description: "Token of a notebook",
      kmsKeyId: args.kmsKeyArn,
      // A token without its notebook opens nothing, so there is none to recover.
      recoveryWindowInDays: 0,
      tags: tagsFor("notebook-token", args.tags),
    },
    { parent },
  );
  return new secretsmanager.SecretVersion(
    `${name}-token`,
    { secretId: secret.arn, secretString: token },
    { parent },
  );
}

function createLogGroup(
  name: string,
  args: ResolvedEcsNotebookArgs,
  parent: pulumi.Resource,
): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    name,
    {
      retentionInDays: args.logRetentionDays,
      kmsKeyId: args.logKmsKeyArn,
      tags: tagsFor("notebook-logs", args.tags),
    },
    { parent },
  );
}

function createTask(
  name: string,
  args: ResolvedEcsNotebookArgs,
  parts: {
    secret: secretsmanager.SecretVersion;
    logs: cloudwatch.LogGroup;
    files: NotebookFileSystem;
    roles: TaskRoles;
  },
  parent: pulumi.Resource,
): ecs.TaskDefinition {
  const { secret, logs, files, roles } = parts;
  const container = pulumi
    .output({
      image: args.image,
      restUrl: args.restUrl,
      grpcAddress: args.grpcAddress,
      modelName: args.modelName,
      // With its version, so that a new token starts a new notebook.
      tokenFrom: pulumi.interpolate`${secret.secretId}:::${secret.versionId}`,
      logGroup: logs.name,
      region: logs.arn.apply((arn) => parseArn(arn).region),
    })
    .apply((known) => renderNotebook({ ...known, memoryMb: args.memoryMb, gpus: args.gpus }));
  return new ecs.TaskDefinition(
    name,
    {
      family: awsName([pulumi.getProject(), pulumi.getStack(), name], familyLength),
      requiresCompatibilities: ["EC2"],
      networkMode: "awsvpc",
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      executionRoleArn: roles.executionRoleArn,
      taskRoleArn: roles.taskRoleArn,
      containerDefinitions: container.apply((definition) => JSON.stringify([definition])),
      volumes: [
        {
          name: filesVolume,
          efsVolumeConfiguration: {
            fileSystemId: files.fileSystem.id,
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: files.accessPoint.id, iam: "ENABLED" },
          },
        },
      ],
      tags: tagsFor("notebook-task", args.tags),
    },
    { parent },
  );
}

function createService(
  name: string,
  args: ResolvedEcsNotebookArgs,
  parts: {
    task: ecs.TaskDefinition;
    group: ec2.SecurityGroup;
    files: NotebookFileSystem;
    roles: TaskRoles;
  },
  parent: pulumi.Resource,
): ecs.Service {
  const { task, group, files, roles } = parts;
  return new ecs.Service(
    name,
    {
      cluster: args.clusterArn,
      taskDefinition: task.arn,
      desiredCount: args.running ? 1 : 0,
      capacityProviderStrategies: [{ capacityProvider: args.capacityProviderName, weight: 1 }],
      // The provider refuses another strategy without it.
      forceNewDeployment: true,
      // One at a time works on the files.
      deploymentMinimumHealthyPercent: 0,
      deploymentMaximumPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      networkConfiguration: {
        subnets: args.subnetIds,
        securityGroups: [group.id],
        assignPublicIp: false,
      },
      enableExecuteCommand: true,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      tags: tagsFor("notebook", args.tags),
    },
    {
      parent,
      dependsOn: [...files.ready, ...roles.policies],
      customTimeouts: { create: startTimeout, update: startTimeout },
    },
  );
}

function tunnelTo(
  { running, clusterArn, localPort }: ResolvedEcsNotebookArgs,
  serviceName: pulumi.Output<string>,
): pulumi.Output<string> {
  return running
    ? pulumi.all([clusterArn, serviceName]).apply(([cluster, service]) => {
        const { region, resource } = parseArn(cluster);
        const clusterName = resource.replace(/^cluster\//, "");
        return renderTunnelCommand({ region, clusterName, serviceName: service, localPort });
      })
    : pulumi.output("");
}
