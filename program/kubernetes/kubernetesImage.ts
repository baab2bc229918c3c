import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { engineProviderArgs, PublishedImage, RuntimeImage } from "../../components";
import { onRecord, ReleaseRecord } from "../releaseRecord";
import { buildImage, ServedImage } from "../servedImage";
import type { KubernetesSettings } from "./kubernetesSettings";

/** What the replicas and the canary run, by digest. */
export interface KubernetesImages {
  readonly serving: ServedImage;
  /** @default - there is no canary */
  readonly canary?: ServedImage;
}

/**
 * The image of the model folder; with a model volume the runtime image without a model; or the one
 * that the configuration pins.
 */
export function kubernetesImages(
  settings: KubernetesSettings,
  recorded: ReleaseRecord,
): KubernetesImages {
  const { pinned, engine, objects, canary, image } = settings;
  if (pinned || !engine) {
    const reference = pinned ?? "";
    return { serving: { image: reference, reference, ...onRecord(recorded, reference) } };
  }
  const provider = new docker.Provider("docker", engineProviderArgs(engine.host));
  const builder = { engine, registry: settings.registry };
  return objects.modelVolume
    ? { serving: runtimeImage(settings, provider) }
    : {
        serving: buildImage("serving", image, builder, provider),
        canary: canary && buildImage("canary", canary.image, builder, provider),
      };
}

function runtimeImage(
  { image, engine, registry }: KubernetesSettings,
  provider: docker.Provider,
): ServedImage {
  const { baseImage, repository, gpus } = image;
  const built = new RuntimeImage("serving", { baseImage, repository, gpus }, { provider });
  const { reference } = new PublishedImage(
    "serving",
    { image: built.imageName, host: engine!.host, ...registry! },
    { provider, dependsOn: built },
  );
  return {
    ...{ image: reference, reference },
    modelVersion: pulumi.output(image.modelVersion ?? ""),
    // The volume is not on this machine.
    signature: pulumi.output(undefined),
  };
}
