import type { TestProject } from "vitest/node";
import { startEngine } from "../../cli/setup/engine";
import { prepareImages } from "../../cli/setup/images";
import { giveNotebooks } from "../../cli/setup/notebookFolder";
import { prepareToolchain } from "../../cli/setup/toolchain";
import { openWorkspace } from "../../cli/setup/workspace";

declare module "vitest" {
  export interface ProvidedContext {
    /** Config of every stack on this machine: the base images that can be had here, and where to. */
    images: Record<string, string>;
  }
}

/** Sets the machine up as `npm run up` does: Docker Engine, Pulumi, base images, notebooks' owner. */
export default async function setup(project: TestProject): Promise<void> {
  const workspace = openWorkspace("dev");
  await startEngine(workspace.host);
  giveNotebooks(workspace);
  // One keeps the processors busy, the other the network.
  const [images] = await Promise.all([
    prepareImages(workspace, false),
    prepareToolchain(workspace.env, { target: "docker" }),
  ]);
  const standIns = Object.keys(images).length > 0;
  // They stay on this machine, also in its registries, swarms and clusters.
  project.provide("images", standIns ? { ...images, standIns: "true" } : {});
}
