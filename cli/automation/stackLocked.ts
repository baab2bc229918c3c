import { npmRun } from "../output/console";
import { Failure } from "../output/failure";

/** Somebody else's update of a stack is under way. */
export class StackLocked extends Failure {
  /** @param who - has it, such as " (process 7 of ann on her machine)" */
  constructor(stack: string, who = "", exitCode = 1) {
    super(
      `Another update of the stack ${stack} is under way${who}.`,
      `wait until it has ended; if you know that it has: ${npmRun("pulumi -- cancel --yes", stack)}.`,
      exitCode,
    );
  }
}

/**
 * Whether Pulumi says that the stack is held by another update.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/automation/errors.ts
 */
export function saysLocked(message: string): boolean {
  return /\[409\] Conflict: Another update|the stack is currently locked by/.test(message);
}
