import * as fs from "fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { hookName } from "../stack/hookName";
import { parseImageReference } from "../arguments/imageReference";
import { Problem } from "../arguments/problem";
import { refuse } from "../arguments/refuse";
import { anyText, objectOf, problemsOf } from "../arguments/schema";
import { valueOf } from "../arguments/valueOf";
import { withDefaults } from "../arguments/withDefaults";
import { componentEngine } from "../engine/componentEngine";
import { notebookDefaults } from "../serving/notebook/notebookArgs";
import { checkRepository } from "./engineBuild";
import { buildNotebook, notebookTag } from "./notebookBuild";

/** Arguments of a NotebookImage. */
export interface NotebookImageArgs {
  /**
   * Jupyter image to build on, with Python 3.9 or later and pip.
   * @default "quay.io/jupyter/tensorflow-notebook:2026-10-05"
   */
  baseImage?: string;

  /**
   * File of packages as `pip install --requirement` takes it; relative to the program's folder. It
   * stands alone: other files that it names are not there. @default - none
   */
  requirementsFile?: string;

  /**
   * Repository of the image, with the registry's host when it shall be pushed:
   * `registry.example.com/team/tf_notebook`. The tag comes from the content.
   * @default "tf_notebook"
   */
  repository?: string;
}

/** Defaults of NotebookImageArgs. */
export const notebookImageDefaults = {
  baseImage: notebookDefaults.image,
  repository: "tf_notebook",
} satisfies Partial<NotebookImageArgs>;

/**
 * Image of a notebook: a Jupyter image, what it lacks of the extensions for git, Jupytext and
 * TensorBoard, of ipywidgets and of TensorFlow Serving's gRPC client, and the user's own packages.
 *
 * pip uses the index, proxies and certificates that it uses on this machine (PIP_INDEX_URL and
 * pip.conf); they are in neither the image nor the stack's state, so the build is a hook of the
 * resource that stands for the name. An image of the same content is built once, and stays on destroy.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class NotebookImage extends pulumi.ComponentResource {
  /** Name with the tag that the content gives, such as `tf_notebook:0f3c9a5d2b71`. */
  public readonly imageName: pulumi.Output<string>;
  /** Id of the image on the host that built it, `sha256:...`. */
  public readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: NotebookImageArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NotebookImage", name, checkNotebookImage(args));
    super("tfserving:index:NotebookImage", name, {}, opts);

    const resolved = withDefaults(args, notebookImageDefaults);
    const base = new docker.RemoteImage(
      `${name}-base`,
      { name: resolved.baseImage, keepLocally: true },
      { parent: this, deleteBeforeReplace: false },
    );
    const image = createImage(name, resolved, base, this);
    this.imageName = image.name;
    this.imageId = image.imageId;
    this.registerOutputs({ imageName: this.imageName, imageId: this.imageId });
  }
}

const schema = objectOf<NotebookImageArgs>({
  baseImage: anyText(),
  requirementsFile: anyText().optional(),
  repository: anyText(),
});

/** Everything about a notebook image that can be judged before it is built. */
export function checkNotebookImage(args: NotebookImageArgs): Problem[] {
  const resolved = withDefaults(args, notebookImageDefaults);
  const problems = problemsOf(schema, resolved);
  if (problems.length > 0) {
    return problems;
  }
  const { baseImage, requirementsFile: file, repository } = resolved;
  const reference = parseImageReference(baseImage);
  const isFile = file === undefined || fs.statSync(file, { throwIfNoEntry: false })?.isFile();
  return [
    ...("reason" in reference ? [{ propertyPath: "baseImage", reason: reference.reason }] : []),
    ...(isFile
      ? []
      : [
          {
            propertyPath: "requirementsFile",
            reason: `is "${file}", which is no file: write it, or leave it out`,
          },
        ]),
    ...checkRepository(repository),
  ];
}

function createImage(
  name: string,
  args: NotebookImageArgs & typeof notebookImageDefaults,
  base: docker.RemoteImage,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const imageName = `${args.repository}:${notebookTag(args)}`;
  const host = componentEngine(parent, {});
  const build = async () => {
    const lacking = await buildNotebook(await valueOf(host), imageName, args);
    if (lacking !== undefined) {
      await pulumi.log.warn(
        `The notebook runs without the extensions that its image lacks: ${lacking}. ` +
          `To try again: docker image rm --force ${imageName}, then pulumi up --refresh`,
        parent,
      );
    }
  };
  return new docker.RemoteImage(
    name,
    { name: imageName, keepLocally: true },
    {
      parent,
      deleteBeforeReplace: false,
      dependsOn: base,
      hooks: {
        beforeCreate: [new pulumi.ResourceHook(hookName(`${name}: notebook image`), build)],
      },
    },
  );
}
