import { StackLocked } from "../automation/stackLocked";
import { readTags, stacksWithTag } from "../automation/stackTags";
import { environmentIn, environmentTag, isExpired } from "../environments/environment";
import { forgetFiles, openAs, writeFile } from "../environments/openEnvironment";
import {
  type Decision,
  type FoundEnvironment,
  isNamed,
  planSweep,
} from "../environments/sweepPlan";
import { say, tell } from "../output/console";
import { Failure, report } from "../output/failure";
import { pluginNeeds } from "../setup/pulumiHome";
import { prepareToolchain } from "../setup/toolchain";
import { openWorkspace, type Workspace } from "../setup/workspace";
import { targetOf } from "../targets";
import { takeDown } from "./down";

/**
 * Removes the environments whose time is up, or those that are named, with all that they made. It goes
 * on after one that cannot be removed.
 *
 * @param names - of environments
 * @returns 1 where one could not be removed
 */
export async function sweep(
  workspace: Workspace,
  { dryRun }: { dryRun?: unknown },
  names: string[],
): Promise<number> {
  const { env, backend } = workspace;
  await prepareToolchain(env);
  const found = await environmentsIn(workspace);
  const absent = names.filter((name) => !found.some(({ stack }) => isNamed(stack, name)));
  await Promise.all(absent.map(requireNoStack));
  const plan = planSweep(found, names, new Date());
  let failed = 0;
  for (const decision of plan) {
    const { stack, remove, why } = decision;
    if (!remove || dryRun) {
      tell({ subject: remove ? "would go" : "stays", text: `${stack} ${why}` });
      continue;
    }
    failed += (await removed(workspace, decision, names.length > 0)) ? 0 : 1;
  }
  absent.forEach((name) => tell({ subject: "gone", text: `there is no environment ${name}` }));
  if (plan.length === 0 && absent.length === 0) {
    say(`There is no preview environment in ${backend.url}.`);
  }
  return failed === 0 ? 0 : 1;
}

/** The project's environments in the backend; no stack without their tag is among them. */
async function environmentsIn({ env }: Workspace): Promise<FoundEnvironment[]> {
  const found: FoundEnvironment[] = [];
  for (const stack of await stacksWithTag(env, environmentTag)) {
    const environment = environmentIn(await readTags(env, stack));
    found.push(...(environment ? [{ stack, environment }] : []));
  }
  return found;
}

/** @throws Failure where a stack of that name is no environment */
async function requireNoStack(name: string): Promise<void> {
  if (!(await openWorkspace(name).pulumi.isMissing())) {
    throw new Failure(
      `The stack ${name} is no preview environment, and sweep removes no other stack.`,
      `npm run down -- -s ${name} --remove takes it down.`,
      2,
    );
  }
}

/** Whether an environment is gone, or is to stay after all: all else was said. */
async function removed({ env }: Workspace, decision: Decision, named: boolean): Promise<boolean> {
  const { stack, why } = decision;
  try {
    // A push may have renewed it while others were removed.
    const now = environmentIn(await readTags(env, stack));
    if (!now || (!named && !isExpired(now, new Date()))) {
      tell({ subject: "stays", text: `${stack} was renewed just now` });
      return true;
    }
    const opened = openAs(stack, now);
    const { workspace } = opened;
    writeFile(opened);
    await prepareToolchain(workspace.env, pluginNeeds(workspace.setting));
    const { stays } = await takeDown(workspace, targetOf(workspace), true);
    forgetFiles(workspace);
    tell({ subject: "removed", text: `${stack} ${why}` });
    stays.forEach(tell);
    return true;
  } catch (error) {
    if (error instanceof StackLocked) {
      tell({ subject: "stays", text: `${stack}: an update of it is under way` });
      return true;
    }
    tell({ subject: "failed", text: `${stack} could not be removed` });
    report(error);
    return false;
  }
}
