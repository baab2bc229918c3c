import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import { pack } from "tar-fs";
import { connect, findImage } from "../engine/engine";
import { finished } from "../engine/engineProgress";

/** What an image is built from. */
export interface ImageBuild {
  /** Its name, with a tag that comes from all that follows. */
  name: string;
  /** Folder. */
  context: string;
  /** File, in the context or elsewhere. */
  dockerfile: string;
  buildArgs: Record<string, string>;
}

/**
 * Builds those of the images that an engine no longer has, the first one first: what a build is on
 * top of must be there, and `docker image prune -a` removes whatever no container runs.
 *
 * @param host - address of the Docker Engine
 * @throws RunError that names the image which could not be built, and why
 */
export async function buildMissing(host: string, builds: ImageBuild[]): Promise<void> {
  for (const build of builds) {
    if (await isMissing(host, build.name)) {
      await buildAgain(host, build).catch((error: Error) => {
        throw new pulumi.RunError(
          `The image ${build.name} is no longer on ${host}, and could not be built again: ${error.message}`,
        );
      });
    }
  }
}

/** An engine that only the provider can reach, by ssh options of its own, is left to it. */
async function isMissing(host: string, image: string): Promise<boolean> {
  try {
    return (await findImage(host, image)) === undefined;
  } catch {
    return false;
  }
}

async function buildAgain(host: string, { name, ...build }: ImageBuild): Promise<void> {
  const docker = connect(host, 0);
  // A name of its own, which no file of a model has; hidden, as the provider's is.
  const dockerfile = `.dockerfile.${process.pid}`;
  const context = pack(build.context, {
    finalize: false,
    finish: (archive) => {
      archive.entry({ name: dockerfile }, fs.readFileSync(path.resolve(build.dockerfile), "utf8"));
      archive.finalize();
    },
  });
  const progress = await docker.buildImage(context, {
    t: name,
    // Builds with BuildKit, as the provider does.
    version: "2",
    dockerfile,
    buildargs: build.buildArgs,
    platform: "linux/amd64",
  });
  await finished(docker, progress);
}
