import * as path from "path";
import type { TestProject } from "vitest/node";
import { startEngine } from "../../commands/lib/engine.mjs";
import { prepareImages, wantedImages } from "../../commands/lib/images.mjs";
import { giveToNotebook, ownsForNotebook } from "../../commands/lib/notebooks.mjs";
import { standInNames } from "../../commands/lib/standIns.mjs";
import { prepareToolchain } from "../../commands/lib/toolchain.mjs";
import { openWorkspace, root } from "../../commands/lib/workspace.mjs";

declare module "vitest" {
  export interface ProvidedContext {
    /** Config of every stack on this machine: the base images that can be had here, and where to. */
    images: Record<string, string>;
  }
}

/** Sets the machine up as `npm run up` does: Docker Engine, Pulumi, base images, notebooks' owner. */
export default async function setup(project: TestProject): Promise<void> {
  const { setting, explicit, last, host, env } = await openWorkspace("dev");
  await startEngine(root, host);
  const wanted = wantedImages(setting, explicit, standInNames(root), last, () => undefined);
  if (
    ownsForNotebook({ system: process.platform, uid: process.getuid?.(), host, notebook: true })
  ) {
    giveToNotebook(path.join(root, "model/notebooks"), root);
  }
  // One keeps the processors busy, the other the network.
  const [images] = await Promise.all([
    prepareImages(root, host, wanted, false),
    prepareToolchain(root, env, "docker"),
  ]);
  const standIns = Object.keys(images).length > 0;
  // They stay on this machine, also in its registries, swarms and clusters.
  project.provide("images", standIns ? { ...images, standIns: "true" } : {});
}
