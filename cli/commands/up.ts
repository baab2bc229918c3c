import { updateStack } from "../automation/update";
import { requireConsent } from "../output/consent";
import { requirePlan } from "../preview/requirePlan";
import { type PolicyOptions, preparePolicies } from "../setup/policies";
import { createMissingStack, prepareStack } from "../setup/prepare";
import type { Workspace } from "../setup/workspace";
import { targetOf } from "../targets";
import { summarise } from "./summary";

/** Sets up what is missing on this machine, brings the stack up and asks it once. */
export async function up(
  workspace: Workspace,
  {
    yes,
    retry,
    plan,
    ...options
  }: { yes?: unknown; retry?: unknown; plan?: unknown } & PolicyOptions,
): Promise<void> {
  const policies = await preparePolicies(options);
  await requireConsent(workspace, "up", Boolean(yes));
  const target = targetOf(workspace);
  const standIns = await prepareStack(workspace, target, Boolean(retry));
  if (plan !== undefined) {
    await createMissingStack(workspace);
    await requirePlan(workspace, String(plan));
  }
  await updateStack(workspace, target, policies);
  await summarise(workspace, target, standIns);
}
