import * as fs from "fs";
import * as path from "path";
import * as docker from "@pulumi/docker";
import {
  checkNotebookImage,
  engineProviderArgs,
  NotebookImage,
  NotebookImageArgs,
  Problem,
} from "@tf-model-serving/core";
import { byKey } from "./config/paths";
import { isOn, Settings, text } from "./config/settings";
import { Registry, repositoryIn } from "./image";
import { pullLogins } from "./pullLogins";

/** Where the image has to be pushed for it: only packages of the user's own are worth that. */
const pushing: string[] = ["ecs", "kubernetes"];

/**
 * What is built on the stack's Jupyter image; undefined where the notebook runs that as it is.
 *
 * @param registry - that the image is pushed to. @default - it is not pushed, or to ECR
 */
export function notebookLayer(
  { target, args }: Settings,
  registry?: Registry,
): NotebookImageArgs | undefined {
  const given = text("notebookRequirements");
  if (!isOn("notebook") || given === "none") {
    return undefined;
  }
  const requirementsFile = given ?? requirementsIn(String(args.notebook?.folder ?? ""));
  if (requirementsFile === undefined && pushing.includes(target)) {
    return undefined;
  }
  const repository = registry && repositoryIn(registry, "tf_notebook");
  return { ...args.notebookImage, requirementsFile, repository };
}

/** What cannot work about it, by config key. */
export function checkNotebookLayer(
  { target }: Settings,
  layer: NotebookImageArgs | undefined,
): Problem[] {
  return layer ? byKey(target, "notebookImage", checkNotebookImage(layer)) : [];
}

/** The engine's provider for a stack that runs elsewhere, with the logins that it pulls with. */
export function layerProvider(
  host: string,
  { baseImage }: NotebookImageArgs,
  registry?: Registry,
): docker.Provider {
  return new docker.Provider("notebook-image", {
    ...engineProviderArgs(host),
    registryAuth: pullLogins({ notebookImage: baseImage }, registry),
  });
}

export function buildNotebookImage(
  layer: NotebookImageArgs,
  provider: docker.Provider,
): NotebookImage {
  return new NotebookImage("notebook", layer, { provider });
}

/** The image that the last update built: where nothing is built, the notebook goes on with it. */
export function recordedNotebookImage(recorded: Record<string, unknown>): string | undefined {
  const { notebookImage } = recorded;
  return typeof notebookImage === "string" ? notebookImage : undefined;
}

function requirementsIn(folder: string): string | undefined {
  const file = path.posix.join(folder, "requirements.txt");
  return folder && fs.existsSync(file) ? file : undefined;
}
