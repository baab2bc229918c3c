import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  checkPublishedImage,
  DockerEngine,
  findImage,
  HostPort,
  inspectEngine,
  ModelCard,
  ModelEvaluation,
  Problem,
  PublishedImage,
  PublishedImageArgs,
  ServingImage,
  ServingImageArgs,
  servingImageDefaults,
  Signature,
  usualEngine,
} from "@tf-model-serving/core";
import { byKey } from "./config/paths";
import { isOn, isSet, Settings, text } from "./config/settings";
import { table } from "./config/table";
import { Gate, judged } from "./evaluation";
import { checkStandIns, ImageKey } from "./standIns";

/** The image that the replicas run, and what it serves. */
export interface ServedImage {
  /** Name that people know: with a tag, or a digest in a registry. */
  readonly image: pulumi.Input<string>;
  /** What containers are made from: an id or a digest. */
  readonly reference: pulumi.Input<string>;
  readonly modelVersion: pulumi.Output<string>;
  /** The signature that clients call; not known of a pinned image that is not on record. */
  readonly signature: pulumi.Output<Signature | undefined>;
  /** What lets it pass. @default - there is no gate */
  readonly evaluation?: ModelEvaluation;
  /** What the served version's own card tells; none where it has none, or where nobody here knows it. */
  readonly modelCard: pulumi.Output<ModelCard | undefined>;
}

/** Where an image is pushed; what it is called there is not known before it is built. */
export type Registry = Omit<PublishedImageArgs, "image" | "host">;

/** Who builds and pushes images. */
export interface Builder {
  readonly engine: DockerEngine;
  /** @default - the image is not pushed */
  readonly registry?: Registry;
  /** What its model has to pass before that. @default - nothing */
  readonly gate?: Gate;
}

/** A repository in the registry, where there is one. */
export function repositoryIn(
  registry: Registry | undefined,
  repository: string = servingImageDefaults.repository,
): string {
  return registry ? `${registry.registry}/${repository}` : repository;
}

/** Builds an image, lets it pass the gate, and pushes it where there is a registry. */
export function buildImage(
  name: string,
  args: ServingImageArgs,
  builder: Builder,
  provider: docker.Provider,
): ServedImage {
  const built = new ServingImage(name, args, { provider });
  const { imageName, imageId, evaluation } = judged(name, built, builder.gate, provider);
  const published = builder.registry && publishImage(name, imageName, built, builder, provider);
  return {
    image: published ?? imageName,
    reference: published ?? imageId,
    modelVersion: built.modelVersion,
    signature: built.signature,
    evaluation,
    modelCard: pulumi.output(built.modelCard),
  };
}

/** Pushes an image that was built; gives its digest. */
export function publishImage(
  name: string,
  image: pulumi.Output<string>,
  built: pulumi.Resource,
  { engine, registry }: Builder,
  provider: docker.Provider,
): pulumi.Output<string> {
  return new PublishedImage(
    name,
    { image, host: engine.host, ...registry! },
    { provider, dependsOn: built },
  ).reference;
}

/** Asks the engine that builds, and on targets docker and swarm runs, what the stack consists of. */
export async function askEngine(
  ports: HostPort[] = [],
): Promise<{ engine?: DockerEngine; problems: Problem[] }> {
  try {
    return { engine: await inspectEngine(text("host") ?? usualEngine(), ports), problems: [] };
  } catch (error) {
    return { problems: [{ propertyPath: "host", reason: (error as Error).message }] };
  }
}

/** The image of an earlier release, which is not built. */
export interface PinnedImage {
  /** Local name, or digest in a registry. */
  readonly image: string;
  /** What containers are made from: an id, or that digest. */
  readonly reference: string;
}

/** A digest may still be in its registry, from where containers get it by that name. */
export async function findPinnedImage(
  host: string,
  image: string,
): Promise<PinnedImage | undefined> {
  const reference = image.includes("@") ? image : await findImage(host, image);
  return reference === undefined ? undefined : { image, reference };
}

/** What cannot work about the config key `image`. */
export function checkPin(isGood: boolean, otherwise: string): Problem[] {
  const reason = isSet("canaryVersion")
    ? "which excludes canaryVersion: a canary's images are built"
    : otherwise;
  return isGood && !isSet("canaryVersion")
    ? []
    : [{ propertyPath: "image", reason: `is "${text("image")}", ${reason}` }];
}

/** What cannot work about the registry, by config key. */
export function checkRegistry({ target }: Settings, registry: Registry): Problem[] {
  return byKey(target, "registry", checkPublishedImage(registry));
}

/**
 * Stand-ins that would go where they may not.
 *
 * @param engine - that the service runs on; where it builds only, the target says enough
 */
export function standInProblems({ target }: Pick<Settings, "target">, engine?: DockerEngine) {
  const used = (key: ImageKey, isUsed: boolean) => (isUsed ? { [key]: text(key) } : {});
  return checkStandIns(
    {
      ...used("baseImage", !isOn("image")),
      ...used("balancerImage", table.balancerImage.instead?.[target] === undefined),
      ...used("notebookImage", isOn("notebook")),
    },
    { target, registry: text("registry"), host: engine?.host, nodes: engine?.swarm?.nodes },
    isOn("standIns"),
  );
}
