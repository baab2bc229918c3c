// @ts-check
import { Failure, npmRun } from "./command.mjs";

/**
 * What to type in place of a command that works on a Docker Engine, where the stack is on AWS.
 *
 * @param {string} stack
 * @returns {Record<string, string>}
 */
export function insteadOnAws(stack) {
  const output = npmRun("--silent pulumi -- stack output", stack);
  return {
    up: `${npmRun("pulumi -- up", stack)}   brings it up, after a preview`,
    down: `${npmRun("pulumi -- destroy", stack)}   removes it; images, logs of requests and notebooks stay`,
    status: `${npmRun("pulumi -- stack output", stack)}   shows its addresses`,
    logs: `aws logs tail "$(${output} logGroup)" --follow   shows what the replicas say`,
    rollback:
      `${npmRun("pulumi -- config set image DIGEST", stack)}   pins an earlier release, whose digest ` +
      `${output} previousRelease shows; then ${npmRun("pulumi -- up", stack)}`,
  };
}

/**
 * Refuses a stack on AWS, of which neither a Docker Engine nor a cluster knows.
 *
 * @param {Pick<import("./workspace.mjs").Workspace, "setting" | "stack">} workspace
 * @param {"up" | "down" | "status" | "logs" | "rollback"} command
 */
export function requireOwnTarget({ setting, stack }, command) {
  if (setting("target") === "ecs") {
    throw new Failure(
      `The stack ${stack} is on AWS, and npm run ${command} works on Docker and Kubernetes.`,
      insteadOnAws(stack)[command],
    );
  }
}
