import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { npmRun } from "../output/console";
import { Failure } from "../output/failure";
import type { Workspace } from "../setup/workspace";
import { movedSince, type Plan } from "./movedPlan";

/**
 * Refuses a plan that was saved for an update that would now do something else, before anything is
 * touched. Pulumi's own `up --plan` finds out on the way, with half of it done, and refuses every
 * replacement, since its containers get new names.
 *
 * @param file - of `npm run preview -- --save-plan`
 */
export async function requirePlan(workspace: Workspace, file: string): Promise<void> {
  const saved = readPlan(file, workspace.stack);
  const moved = movedSince(saved, await planNow(workspace));
  if (moved.length > 0) {
    throw new Failure(
      `The plan ${file} no longer fits the stack ${workspace.stack}; nothing was changed. ` +
        `Since it was saved this moved:\n${moved.map((line) => `  ${line}`).join("\n")}`,
      `look at ${npmRun(`preview -- --save-plan ${file}`, workspace.stack)}, then apply that plan.`,
    );
  }
}

async function planNow({ pulumi }: Workspace): Promise<Plan> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tfserving-plan-"));
  const plan = path.join(folder, "plan.json");
  try {
    await pulumi.preview({ diff: false, quiet: true, refresh: true, plan });
    return JSON.parse(readFileSync(plan, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readPlan(file: string, stack: string): Plan {
  const advice = `save one: ${npmRun(`preview -- --save-plan ${file}`, stack)}.`;
  if (!existsSync(file)) {
    throw new Failure(`There is no plan ${file}.`, advice, 2);
  }
  let plan: Plan | undefined;
  try {
    plan = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // What is no JSON is no plan either.
  }
  if (typeof plan?.resourcePlans !== "object") {
    throw new Failure(`${file} is no plan of Pulumi.`, advice, 2);
  }
  const other = Object.keys(plan.resourcePlans).find((urn) => stackIn(urn) !== lastPart(stack));
  if (other !== undefined) {
    throw new Failure(
      `${file} is a plan for the stack ${stackIn(other)}, not for ${stack}.`,
      advice,
      2,
    );
  }
  return plan;
}

/** urn:pulumi:STACK::PROJECT::TYPE::NAME */
function stackIn(urn: string): string {
  return urn.split("::")[0].replace("urn:pulumi:", "");
}

function lastPart(stack: string): string {
  return stack.slice(stack.lastIndexOf("/") + 1);
}
