import { npmRun, say, tell } from "../output/console";
import { renderTable } from "../output/table";
import { askOnce } from "../predict/askOnce";
import { servesSample } from "../predict/pictures";
import { standInNames } from "../setup/standIns";
import type { Workspace } from "../setup/workspace";
import { notebookText, requireOutputs, serviceAddresses } from "../targets/outputs";
import type { Outputs, Target } from "../targets/target";

/**
 * Says where a stack that is up can be reached, and asks it once.
 *
 * @param standIns - images that stand in for others, by setting
 */
export async function summarise(
  workspace: Workspace,
  target: Target,
  standIns: Record<string, string>,
): Promise<void> {
  const { setting, stack } = workspace;
  const outputs = await requireOutputs(workspace);
  const base = standIns.baseImage ?? String(setting("baseImage"));
  const isStandIn = Object.values(standInNames()).includes(base);
  say();
  tell({ subject: "model", text: `${setting("modelName")}, version ${outputs.modelVersion}` });
  tell({ subject: "served by", text: servedBy(outputs, isStandIn ? base : undefined) });
  const where = outputs.portForward ? "   in the cluster" : "";
  serviceAddresses(outputs, where).forEach(tell);
  if (outputs.portForward) {
    tell({ subject: "from here", text: outputs.portForward });
  }
  tell({
    subject: "notebook",
    text: notebookText(outputs.notebookUrl, stack, showsSecrets()),
  });
  const way = outputs.notebookPortForward ?? outputs.notebookTunnel;
  if (outputs.notebookUrl && way) {
    tell({ subject: "", text: `${way}   opens the way to it` });
  }
  tell({ subject: "asked", text: await answer(workspace, target, outputs) });
  say();
  nextSteps(servesSample(setting), stack).forEach((line) => say(line));
}

async function answer(workspace: Workspace, target: Target, outputs: Outputs): Promise<string> {
  const { silent } = await target.status();
  return silent
    ? `not yet: ${silent} (${npmRun("predict", workspace.stack)} says how to reach it)`
    : askOnce(workspace, target, outputs);
}

/** Whether what is printed is only seen on this terminal: CI systems have terminals too, and logs. */
function showsSecrets(): boolean {
  return Boolean(process.stdout.isTTY) && !process.env.CI;
}

/** @param standIn - base image, where it stands in for TensorFlow Serving */
export function servedBy(
  { replicas, image }: Pick<Outputs, "replicas" | "image">,
  standIn?: string,
): string {
  const base = standIn ? `, built on ${standIn}, a stand-in for TensorFlow Serving` : "";
  return `${replicas} ${replicas === 1 ? "replica" : "replicas"} of ${image}${base}`;
}

/** @param sample - whether the sample model is served */
export function nextSteps(sample: boolean, stack: string): string[] {
  const steps = [
    ...(sample ? [["predict", "asks it for the ten held-out pictures"]] : []),
    ["status", "shows what runs"],
    ["logs", "shows what the parts say"],
    ["down", "takes everything away again"],
  ];
  return renderTable(
    ["Next:", npmRun(steps[0][0], stack), steps[0][1]],
    steps.slice(1).map(([name, what]) => ["", npmRun(name, stack), what]),
  );
}
