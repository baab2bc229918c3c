import { reservedMemoryMb } from "../instances/checkInstanceType";

/** What the ECS agent of an instance is told. */
export interface AgentOptions {
  clusterName: string;
  /** Whether it gives GPUs to tasks. */
  gpus: boolean;
}

/** Processes and threads of a task. */
const mostProcesses = 4096;

/**
 * Settings of the ECS agent, as lines of /etc/ecs/ecs.config. A task cannot get at the instance's
 * role (its own network reaches no instance metadata), and no container is privileged.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
 */
function agentConfig({ clusterName, gpus }: AgentOptions): string[] {
  return [
    `ECS_CLUSTER=${clusterName}`,
    "ECS_AWSVPC_BLOCK_IMDS=true",
    "ECS_DISABLE_PRIVILEGED=true",
    // Logs are written with the rights of the task, so that the instance needs none.
    "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true",
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
    `ECS_RESERVED_MEMORY=${reservedMemoryMb}`,
    `ECS_TASK_PIDS_LIMIT=${mostProcesses}`,
    ...(gpus ? ["ECS_ENABLE_GPU_SUPPORT=true"] : []),
  ];
}

/**
 * The script that an instance runs at its first start: it joins the cluster and closes SSH, whose
 * place Session Manager takes.
 */
export function instanceUserData(options: AgentOptions): string {
  return [
    "#!/bin/bash",
    "set -eu",
    "cat >> /etc/ecs/ecs.config <<'END'",
    ...agentConfig(options),
    "END",
    // An AMI of one's own may have no SSH server at all.
    "systemctl disable --now sshd.service || true",
    "",
  ].join("\n");
}
