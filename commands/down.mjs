// @ts-check
import { rmSync } from "node:fs";
import { Failure, note, npmRun, runCommand, say, stackOption } from "./lib/command.mjs";
import { unusedImages } from "./lib/builtImages.mjs";
import { requireConsent, yesOption } from "./lib/consent.mjs";
import { commandsForLeftovers } from "./lib/containers.mjs";
import { readDeployment } from "./lib/deployment.mjs";
import { dockerCommand, requireEngine } from "./lib/engine.mjs";
import { isOnKubernetes } from "./lib/kubernetes/cluster.mjs";
import { takeDownFromCluster } from "./lib/kubernetes/clusterDown.mjs";
import { commandsForSwarmLeftovers } from "./lib/services.mjs";
import { destroyStack, removeStack } from "./lib/stackUpdate.mjs";
import { requireOwnTarget } from "./lib/target.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

await runCommand({
  name: "down",
  summary:
    "Removes all that a stack made on Docker or Kubernetes. Images, notebooks and the empty stack stay.",
  options: {
    ...stackOption,
    ...yesOption,
    remove: { type: "boolean", help: "remove the stack with its history too" },
  },
  notes: ["Exit code 0: nothing of the stack is left; 1: not so."],
  run: async (values) => {
    const workspace = await openWorkspace(values.stack);
    const { host, env, stack, label, configFile } = workspace;
    requireOwnTarget(workspace, "down");
    requireToolchain(root, env);
    await requireConsent(workspace, "down", Boolean(values.yes));
    if (isOnKubernetes(workspace)) {
      await takeDownFromCluster(workspace, Boolean(values.remove));
      return;
    }
    await requireEngine(host);
    const deployment = await readDeployment(workspace);
    const exists = deployment !== undefined;
    if (exists) {
      await workspace.writeConfig();
      await destroyStack(workspace);
    }
    await requireNothingLeft(host, label);
    if (exists && values.remove) {
      await removeStack(workspace);
      rmSync(configFile, { force: true });
    }

    say();
    note(
      "stack",
      exists
        ? `nothing of ${label} is left on Docker${values.remove ? "; the stack is removed" : ""}`
        : `there is no stack ${stack} in ${workspace.backend.url}, and nothing of it on Docker`,
    );
    const images = deployment ? await unusedImages(workspace, deployment) : [];
    if (images.length > 0) {
      note("images", "kept, so that the next start is quick; to remove them:");
      note("", `${dockerCommand(host)} image rm ${images.join(" ")}`);
    }
    say(`\nNext: ${npmRun("up", stack)}   starts it again`);
  },
});

/**
 * @param {string} host
 * @param {string} label
 */
async function requireNothingLeft(host, label) {
  const commands = [
    // First: an engine starts a service's tasks again, and keeps a network that has some.
    ...(await commandsForSwarmLeftovers(host, label)),
    ...(await commandsForLeftovers(host, label)),
  ];
  if (commands.length > 0) {
    throw new Failure(
      `Docker still has objects of the stack ${label} that Pulumi has no record of.`,
      `remove them:\n${commands.map((command) => `  ${command}`).join("\n")}`,
    );
  }
}
