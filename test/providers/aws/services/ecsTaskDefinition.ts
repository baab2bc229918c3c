import type * as pulumiEcs from "@pulumi/aws/ecs";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { missingReferences } from "../references";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, json, object, replaces, required, set, tags, text } from "../shapes";
import { checkContainers } from "./containerDefinition";
import { ecsTags, onOff } from "./ecs";

const taskDefinition = resource<pulumiEcs.TaskDefinitionArgs>({
  inputs: {
    family: text({ ...fixed, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ }),
    containerDefinitions: json(fixed),
    cpu: text({ ...replaces, pattern: /^\d+$/ }),
    memory: text({ ...replaces, pattern: /^\d+$/ }),
    executionRoleArn: text(replaces),
    taskRoleArn: text(replaces),
    networkMode: text({ ...replaces, oneOf: ["bridge", "awsvpc"] }),
    requiresCompatibilities: set(text({ oneOf: ["EC2"] }), replaces),
    runtimePlatform: object(
      {
        cpuArchitecture: text({ oneOf: ["X86_64", "ARM64"] }),
        operatingSystemFamily: text({ oneOf: ["LINUX"] }),
      },
      replaces,
    ),
    volumes: set(
      object({
        name: text({ ...required, max: 255 }),
        efsVolumeConfiguration: object({
          fileSystemId: text(required),
          transitEncryption: onOff,
          authorizationConfig: object({ accessPointId: text(), iam: onOff }),
        }),
      }),
      replaces,
    ),
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
      requiresCompatibilities: inputs.requiresCompatibilities,
      runtimePlatform: inputs.runtimePlatform,
      volumes: inputs.volumes,
      tags: ecsTags(inputs.tags),
    });
    const arn = taskDefinition!.taskDefinitionArn!;
    return { id: inputs.family, outputs: { arn } };
  },
  async exists(_, { arn }) {
    const { taskDefinition } = await clients.ecs().describeTaskDefinition({ taskDefinition: arn });
    return taskDefinition?.status === "ACTIVE";
  },
  delete: (_, { arn }) => gone(clients.ecs().deregisterTaskDefinition({ taskDefinition: arn })),
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
function checkVolumes(inputs: Plain) {
  return ((inputs.volumes ?? []) as Plain[]).flatMap(({ efsVolumeConfiguration: efs }, at) => {
    const property = `volumes[${at}].efsVolumeConfiguration`;
    return efs?.authorizationConfig && efs.transitEncryption !== "ENABLED"
      ? [{ property, reason: "authorizationConfig needs transitEncryption" }]
      : [];
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
  resources: { "aws:ecs/taskDefinition:TaskDefinition": taskDefinition },
} satisfies Service;
