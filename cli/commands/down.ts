import { rmSync } from "node:fs";
import { destroyStack } from "../automation/update";
import { npmRun, say, tell } from "../output/console";
import { requireConsent } from "../output/consent";
import { Failure } from "../output/failure";
import { requireToolchain } from "../setup/toolchain";
import type { Workspace } from "../setup/workspace";
import { targetOf } from "../targets";
import type { Deployment, Fact, Target } from "../targets/target";

/** Removes all that a stack made. Images, notebooks and the empty stack stay. */
export async function down(
  workspace: Workspace,
  { yes, remove }: { yes?: unknown; remove?: unknown },
): Promise<void> {
  const { stack, label, backend, env } = workspace;
  requireToolchain(env);
  await requireConsent(workspace, "down", Boolean(yes));
  const target = targetOf(workspace);
  const { before, stays } = await takeDown(workspace, target, Boolean(remove));
  say();
  tell({
    subject: "stack",
    text: before
      ? `nothing of ${label} is left on ${target.place}${remove ? "; the stack is removed" : ""}`
      : `there is no stack ${stack} in ${backend.url}, and nothing of it on ${target.place}`,
  });
  stays.forEach(tell);
  say(`\nNext: ${npmRun("up", stack)}   starts it again`);
}

/**
 * Destroys a stack.
 *
 * @param remove - whether the empty stack goes too
 * @returns what was on record before, and what stays on purpose
 * @throws Failure where something of the stack is left
 */
export async function takeDown(
  workspace: Workspace,
  target: Target,
  remove: boolean,
): Promise<{ before?: Deployment; stays: Fact[] }> {
  await target.connect();
  const before = await workspace.record();
  if (before) {
    await workspace.writeConfig();
    await destroyStack(workspace, target);
  }
  const { strays, stays } = await target.leftovers(before);
  if (strays.length > 0) {
    throw new Failure(
      `${capital(target.place)} still has objects of the stack ${workspace.label} that Pulumi has no record of.`,
      `remove them:\n${strays.map((command) => `  ${command}`).join("\n")}`,
    );
  }
  if (before && remove) {
    await workspace.pulumi.remove();
    rmSync(workspace.configFile, { force: true });
  }
  return { before, stays };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
