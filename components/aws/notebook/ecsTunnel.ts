import { jupyter } from "@tf-model-serving/core/internal/serving/notebook/jupyter";
import { notebookContainer } from "./ecsNotebookTask";

/** What a tunnel leads to. */
export interface TunnelTarget {
  region: string;
  clusterName: string;
  serviceName: string;
  /** Port of 127.0.0.1 on the machine that runs the command. */
  localPort: number;
}

/**
 * A shell command that opens a tunnel from this machine to the notebook and keeps it open. It needs
 * the AWS CLI with its Session Manager plugin, and the rights ecs:ListTasks, ecs:DescribeTasks and
 * ssm:StartSession on the task.
 *
 * The session ends inside the container, so no port is open in the VPC, and who may open it can reach
 * nothing else; by way of an instance (AWS-StartPortForwardingSessionToRemoteHost) it would be all
 * that the instance reaches. A container is named as ECS Exec does it: `ecs:CLUSTER_TASK_RUNTIME-ID`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 */
export function renderTunnelCommand(target: TunnelTarget): string {
  const { region, clusterName, serviceName, localPort } = target;
  const ecs = (call: string) => `aws ecs ${call} --region ${region} --cluster ${clusterName}`;
  const runtimeId = `tasks[0].containers[?name=='${notebookContainer}'].runtimeId | [0]`;
  const parameters = JSON.stringify({
    portNumber: [String(jupyter.port)],
    localPortNumber: [String(localPort)],
  });
  return [
    `task=$(${ecs("list-tasks")} --service-name ${serviceName} --query 'taskArns[0]' --output text)`,
    `runtime=$(${ecs("describe-tasks")} --tasks "$task" --query "${runtimeId}" --output text)`,
    `aws ssm start-session --region ${region} --target "ecs:${clusterName}_\${task##*/}_$runtime" ` +
      `--document-name AWS-StartPortForwardingSession --parameters '${parameters}'`,
  ].join(" && ");
}
