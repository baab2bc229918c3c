import type * as pulumiEcs from "@pulumi/aws/ecs";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { missingReferences } from "../references";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, number, object, replaces, required, set, tags, text } from "../shapes";
import { checkContainers } from "./containerDefinition";
import { ecsTags, onOff, retag } from "./ecs";

const taskDefinition = resource<pulumiEcs.TaskDefinitionArgs>({
  inputs: {
    family: text({ ...fixed, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ }),
    containerDefinitions: json(fixed),
    cpu: text({ ...replaces, pattern: /^\d+$/ }),
    memory: text({ ...replaces, pattern: /^\d+$/ }),
    executionRoleArn: text(replaces),
    taskRoleArn: text(replaces),
    networkMode: text({ ...replaces, oneOf: ["none", "bridge", "awsvpc", "host"] }),
    ipcMode: text({ ...replaces, oneOf: ["host", "none", "task"] }),
    pidMode: text({ ...replaces, oneOf: ["host", "task"] }),
    requiresCompatibilities: set(text({ oneOf: ["EC2", "FARGATE", "EXTERNAL"] }), replaces),
    runtimePlatform: object(
      {
        cpuArchitecture: text({ oneOf: ["X86_64", "ARM64"] }),
        operatingSystemFamily: text({ oneOf: ["LINUX"] }),
      },
      replaces,
    ),
    placementConstraints: set(
      object({ type: text({ ...required, oneOf: ["memberOf"] }), expression: text() }),
      { ...replaces, max: 10 },
    ),
    volumes: set(
      object({
        name: text({ ...required, max: 255 }),
        hostPath: text(),
        efsVolumeConfiguration: object({
          fileSystemId: text(required),
          rootDirectory: text(),
          transitEncryption: onOff,
          transitEncryptionPort: number({ min: 1, max: 65535 }),
          authorizationConfig: object({ accessPointId: text(), iam: onOff }),
        }),
      }),
      replaces,
    ),
    skipDestroy: flag(),
    trackLatest: flag(),
    tags: tags(),
  },
  check: (inputs) => [...checkContainers(inputs), ...checkVolumes(inputs)],
  async create(inputs) {
    const containerDefinitions = JSON.parse(inputs.containerDefinitions);
    await needWhatContainersName(containerDefinitions);
    const { taskDefinition } = await clients.ecs().registerTaskDefinition({
      family: inputs.family,
      containerDefinitions,
      cpu: inputs.cpu,
      memory: inputs.memory,
      executionRoleArn: inputs.executionRoleArn,
      taskRoleArn: inputs.taskRoleArn,
      networkMode: inputs.networkMode,
      ipcMode: inputs.ipcMode,
      pidMode: inputs.pidMode,
      requiresCompatibilities: inputs.requiresCompatibilities,
      runtimePlatform: inputs.runtimePlatform,
      placementConstraints: inputs.placementConstraints,
      volumes: inputs.volumes?.map(({ hostPath, ...volume }: Plain) => ({
        ...volume,
        host: hostPath && { sourcePath: hostPath },
      })),
      tags: ecsTags(inputs.tags),
    });
    const arn = taskDefinition!.taskDefinitionArn!;
    const arnWithoutRevision = arn.replace(/:\d+$/, "");
    const { revision } = taskDefinition!;
    return { id: inputs.family, outputs: { arn, arnWithoutRevision, revision } };
  },
  update: (update) => retag(update, update.state.arn),
  async exists(_, { arn }) {
    const { taskDefinition } = await clients.ecs().describeTaskDefinition({ taskDefinition: arn });
    return taskDefinition?.status === "ACTIVE";
  },
  async delete(_, { arn, skipDestroy }) {
    if (!skipDestroy) {
      await gone(clients.ecs().deregisterTaskDefinition({ taskDefinition: arn }));
    }
  },
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
function checkVolumes(inputs: Plain) {
  return ((inputs.volumes ?? []) as Plain[]).flatMap(({ efsVolumeConfiguration: efs }, at) => {
    const property = `volumes[${at}].efsVolumeConfiguration`;
    const authorization = efs?.authorizationConfig;
    return [
      authorization && efs.transitEncryption !== "ENABLED"
        ? [{ property, reason: "authorizationConfig needs transitEncryption" }]
        : [],
      authorization?.accessPointId && (efs.rootDirectory ?? "/") !== "/"
        ? [{ property, reason: "an access point excludes rootDirectory" }]
        : [],
    ].flat();
  });
}

/** What no task could start without. */
async function needWhatContainersName(containers: Plain[]): Promise<void> {
  const named = containers.flatMap(({ secrets = [], logConfiguration: log }) => [
    // ARN:KEY:STAGE:VERSION names a part of a secret.
    ...secrets.map(({ valueFrom }: Plain) => valueFrom.split(":").slice(0, 7).join(":")),
    ...(log?.logDriver === "awslogs"
      ? [`arn:aws:logs:any:0:log-group:${log.options?.["awslogs-group"]}`]
      : []),
  ]);
  const missing = await missingReferences(named);
  if (missing.length > 0) {
    throw new Error(`Containers name what does not exist: ${missing.join("; ")}`);
  }
}

export default {
  resources: {
    "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
  },
} satisfies Service;
