import * as path from "path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../engine/componentEngine";
import { hookName } from "../stack/hookName";
import type { ServedVersion } from "../tfserving/servedModels";
import { valueOf } from "../arguments/valueOf";
import { buildMissing, type ImageBuild } from "./buildMissing";
import { buildContext, engineBuild, portable } from "./engineBuild";
import { buildFiles } from "./buildFiles";
import { type ImageRecipe, imageTags, modelDockerfile } from "./imageTag";
import { plainFolder } from "./plainFolder";
import { runtimeBuild, runtimeRepository } from "./runtimeImage";

/** What images of versions are made of, and called. */
export type ModelRecipe = ImageRecipe & { repository: string };

/** How the image of a version is built, and those that it is on top of. */
export interface VersionBuild {
  version: ServedVersion;
  build: ImageBuild;
  /** The first one first. */
  parents: ImageBuild[];
}

/** How a chain of images with one version each is built, lowest first: a new version is a new layer. */
export function versionBuilds(args: ModelRecipe, versions: ServedVersion[]): VersionBuild[] {
  const { baseImage, modelName, repository } = args;
  const tags = imageTags(args, versions);
  const builds = versions.reduce(
    (before, version, index) => [
      ...before,
      {
        name: `${repository}:${tags[index]}`,
        context: path.resolve(plainFolder(version.folder)),
        dockerfile: path.join(buildFiles(modelDockerfile), path.basename(modelDockerfile)),
        buildArgs: {
          PARENT_IMAGE: before[index].name,
          MODEL_NAME: modelName,
          VERSION_PATH: version.path,
          RELEASE: tags[index],
        },
      },
    ],
    [runtimeBuild(baseImage, runtimeRepository)],
  );
  return versions.map((version, index) => ({
    version,
    build: builds[index + 1],
    parents: builds.slice(0, index + 1),
  }));
}

/**
 * The image of a version.
 *
 * @param given - how it is built; a promise where the version is still to be fetched
 * @param of - what it is the image of, for the name of its hook
 * @param before - the image that it is on top of
 */
export function versionImage(
  name: string,
  of: string,
  given: VersionBuild | Promise<VersionBuild>,
  before: docker.RemoteImage,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const host = componentEngine(parent, {});
  const { version, build } = pulumi.output(given);
  return new docker.RemoteImage(
    name,
    {
      name: build.name,
      build: {
        ...engineBuild,
        context: version.folder.apply((folder) => buildContext(plainFolder(folder))),
        dockerfile: build.dockerfile.apply(portable),
        // By name, so that it comes first.
        buildArgs: pulumi
          .all([build.buildArgs, before.name])
          .apply(([own, PARENT_IMAGE]) => ({ ...own, PARENT_IMAGE })),
      },
      keepLocally: true,
    },
    {
      parent,
      deleteBeforeReplace: false,
      hooks: {
        beforeCreate: [
          new pulumi.ResourceHook(hookName(`${name}: images of ${of}`), async () =>
            buildMissing(await valueOf(host), (await given).parents),
          ),
        ],
      },
    },
  );
}
