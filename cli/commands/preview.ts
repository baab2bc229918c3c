import { readFileSync } from "node:fs";
import * as path from "node:path";
import { note, npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { previewMarkdown } from "../preview/markdown";
import { newLayers } from "../preview/newLayers";
import { type Planned, plannedBy } from "../preview/planned";
import { type PolicyOptions, preparePolicies } from "../setup/policies";
import { createMissingStack } from "../setup/prepare";
import { pluginNeeds } from "../setup/pulumiHome";
import { prepareToolchain } from "../setup/toolchain";
import type { Workspace } from "../setup/workspace";

/** The options of the command, by their names there. */
export interface PreviewOptions extends PolicyOptions {
  diff?: unknown;
  markdown?: unknown;
  refresh?: unknown;
  expectNoChanges?: unknown;
  savePlan?: unknown;
}

/**
 * Shows what `up` would change. A plan that is saved, and a stack that is to be as it is declared, are
 * compared with what runs; else the record counts.
 */
export async function preview(workspace: Workspace, options: PreviewOptions): Promise<void> {
  const { diff, markdown, refresh, expectNoChanges } = options;
  const { stack, env, setting, pulumi } = workspace;
  const plan = options.savePlan === undefined ? undefined : path.resolve(String(options.savePlan));
  const policies = await preparePolicies(options);
  await prepareToolchain(env, pluginNeeds(setting));
  await workspace.writeConfig();
  await createMissingStack(workspace);
  const events = await pulumi.preview({
    ...{ diff: Boolean(diff), quiet: Boolean(markdown), plan, ...policies },
    refresh: Boolean(refresh || expectNoChanges || plan),
  });
  const planned = plannedBy(events);
  if (markdown) {
    say(await summaryOf(workspace, planned));
  }
  if (plan) {
    note(
      "plan",
      `${npmRun(`up -- --plan ${String(options.savePlan)}`, stack)}   does this and nothing else`,
    );
  }
  if (expectNoChanges && planned.changes.length > 0) {
    throw new Failure(
      `The stack ${stack} is not as it is declared: ${planned.changes.length} of its resources would change.`,
      `look what has changed, then ${npmRun("up", stack)}.`,
    );
  }
  if (!markdown) {
    say(`\nNext: ${npmRun("up", stack)}   does it`);
  }
}

async function summaryOf(workspace: Workspace, planned: Planned): Promise<string> {
  const { root, stack, env, setting } = workspace;
  const serving = {
    strategy: String(setting("strategy")),
    drainSeconds: String(setting("drainSeconds")),
  };
  const region =
    setting("target") === "ecs"
      ? String((await workspace.plainSetting("aws:region")) ?? env.AWS_REGION ?? "another region")
      : undefined;
  const prices = JSON.parse(readFileSync(path.join(root, "docs", "aws-prices.json"), "utf8"));
  const layers = newLayers(planned, root);
  return previewMarkdown({ stack, planned, layers, serving, prices, region });
}
