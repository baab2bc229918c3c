import type { Workspace } from "../setup/workspace";
import { defaultStack, type Environment, npmRun } from "./console";
import { Failure } from "./failure";

/** Who wants to change a stack, and how. */
export interface ConsentCall {
  /** Of the stack, without its organization. */
  readonly name: string;
  /** The option --yes. */
  readonly yes: boolean;
  readonly env: Environment;
  /** Whether somebody can be asked. */
  readonly terminal: boolean;
}

/** Whether a stack may be changed: the one for development at once, any other when the user says so. */
export function consentFor({ name, yes, env, terminal }: ConsentCall): "given" | "ask" | "missing" {
  // Pulumi's own variable for the same.
  const skips = ["1", "true"].includes((env.PULUMI_SKIP_CONFIRMATIONS ?? "").toLowerCase());
  if (yes || skips || name === defaultStack) {
    return "given";
  }
  return terminal ? "ask" : "missing";
}

/**
 * Asks the user whether a stack may be changed, where that is to be asked.
 *
 * @throws Failure where the user says no, or nobody can be asked
 */
export async function requireConsent(
  { stack, name, backend, setting }: Workspace,
  command: "up" | "down" | "rollback",
  yes: boolean,
): Promise<void> {
  const terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  const consent = consentFor({ name, yes, env: process.env, terminal });
  if (consent === "missing") {
    throw new Failure(
      `npm run ${command} would change the stack ${stack}, and there is no terminal to ask on.`,
      `${npmRun(`${command} -- --yes`, stack)}, or set PULUMI_SKIP_CONFIRMATIONS=true.`,
      2,
    );
  }
  const question =
    `npm run ${command} changes the stack ${stack} (target ${setting("target")}, ` +
    `state in ${backend.url}). Go on?`;
  if (consent === "ask" && !(await saysYes(question))) {
    throw new Failure(`The stack ${stack} is as it was.`, "answer y to go on.");
  }
}

async function saysYes(message: string): Promise<boolean> {
  const { default: confirm } = await import("@inquirer/confirm");
  try {
    return await confirm({ message, default: false }, { output: process.stderr });
  } catch {
    // Ctrl-C, or the terminal was closed.
    return false;
  }
}
