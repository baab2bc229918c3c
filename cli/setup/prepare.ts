import { note } from "../output/console";
import type { Target } from "../targets/target";
import { startEngine } from "./engine";
import { prepareImages } from "./images";
import { giveNotebooks } from "./notebookFolder";
import { pluginNeeds } from "./pulumiHome";
import { prepareToolchain } from "./toolchain";
import type { Workspace } from "./workspace";

/**
 * Sets up what a stack lacks on this machine: tools, engine, images, and the config file that Pulumi
 * gets.
 *
 * @param retry - whether to try registries again for images that have a stand-in
 * @returns images that stand in for others, by setting
 */
export async function prepareStack(
  workspace: Workspace,
  target: Target,
  retry: boolean,
): Promise<Record<string, string>> {
  const { env, host, setting } = workspace;
  const kind = String(setting("target"));
  const onEngine = !["kubernetes", "ecs"].includes(kind);
  if (!onEngine) {
    await connect(workspace, target);
  }
  // Elsewhere the engine only builds, and a pinned image is built already.
  const engine = onEngine || !setting("image") ? await startEngine(host) : undefined;
  await prepareToolchain(env, pluginNeeds(setting));
  // The program refuses another architecture in its own words; nothing is pulled for it.
  const standIns = engine?.architecture === "amd64" ? await prepareImages(workspace, retry) : {};
  await workspace.writeConfig(standIns);
  if (onEngine) {
    giveNotebooks(workspace);
  }
  return standIns;
}

/**
 * Asks a cluster before anything is built for it. An encrypted kubeconfig is Pulumi's to read, and of a
 * stack that it knows; its plugins can wait until the cluster has answered.
 */
async function connect(workspace: Workspace, target: Target): Promise<void> {
  await prepareToolchain(workspace.env);
  await createMissingStack(workspace);
  (await target.connect()).forEach(({ subject, text }) => note(subject, text));
}

/** Creates the stack where it is missing; its salt goes into the config file. */
export async function createMissingStack(workspace: Workspace): Promise<void> {
  if (await workspace.pulumi.isMissing()) {
    await workspace.writeConfig();
    await workspace.pulumi.create();
  }
}
