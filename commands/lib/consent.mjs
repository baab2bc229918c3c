// @ts-check
import { createInterface } from "node:readline/promises";
import { defaultStack, Failure, npmRun } from "./command.mjs";

/** The option of commands that change a stack. */
export const yesOption = {
  yes: /** @type {import("./command.mjs").Option} */ ({
    type: "boolean",
    short: "y",
    help: `do not ask; without a terminal needed on any stack but ${defaultStack}`,
  }),
};

/**
 * Whether a stack may be changed: the one for development at once, any other when the user says so.
 *
 * @param {object} call
 * @param {string} call.name - of the stack, without its organization
 * @param {boolean} call.yes - the option
 * @param {Record<string, string | undefined>} call.env
 * @param {boolean} call.terminal - whether somebody can be asked
 * @returns {"given" | "ask" | "missing"}
 */
export function consentFor({ name, yes, env, terminal }) {
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
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {"up" | "down" | "rollback"} command
 * @param {boolean} yes - the option
 * @throws Failure where the user says no, or nobody can be asked
 */
export async function requireConsent({ stack, name, backend, setting }, command, yes) {
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
    `state in ${backend.url}). Go on? [y/N] `;
  if (consent === "ask" && !/^y(es)?$/i.test(await answerTo(question))) {
    throw new Failure(`The stack ${stack} is as it was.`, "answer y to go on.");
  }
}

/**
 * @param {string} question
 * @returns {Promise<string>} empty where the terminal is closed
 */
async function answerTo(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise((/** @type {(answer: string) => void} */ resolve) =>
    terminal.on("close", () => resolve("")),
  );
  try {
    return (await Promise.race([terminal.question(question), closed])).trim();
  } finally {
    terminal.close();
  }
}
