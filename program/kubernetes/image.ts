import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { engineProviderArgs, NotebookImageArgs, RuntimeImage } from "@tf-model-serving/core";
import { canaryImage } from "../canary";
import { buildImage, Builder, publishImage, ServedImage } from "../image";
import { buildNotebookImage, layerProvider, recordedNotebookImage } from "../notebookImage";
import { onRecord, releasesIn } from "../releaseRecord";
import type { KubernetesPlan } from "./preflight";

/** What the replicas and the canary run, by digest. */
export interface KubernetesImages {
  readonly serving: ServedImage;
  /** @default - there is no canary */
  readonly canary?: ServedImage;
  /** @default - the notebook's image is not built */
  readonly notebook?: pulumi.Input<string>;
}

/**
 * The image of the model folder; with a model volume the runtime image without a model; or the one
 * that the configuration pins.
 */
export function kubernetesImages({
  pinned,
  engine,
  args,
  gate,
  notebookLayer: layer,
  recorded,
}: KubernetesPlan): KubernetesImages {
  if (pinned || !engine) {
    const reference = pinned ?? "";
    const known = onRecord(releasesIn(recorded), reference);
    const notebook = layer && recordedNotebookImage(recorded);
    return { serving: { image: reference, reference, ...known }, notebook };
  }
  const { image, registry, service } = args;
  const provider = new docker.Provider("docker", engineProviderArgs(engine.host));
  const builder = { engine, registry, gate };
  const { canary } = service;
  const notebook = layer && notebookImage(layer, builder);
  return service.modelVolume
    ? { serving: runtimeImage(args.image, builder, provider), notebook }
    : {
        notebook,
        serving: buildImage("serving", image, builder, provider),
        canary: canary && buildImage("canary", canaryImage(image, canary), builder, provider),
      };
}

/** The Jupyter image under it may need a login of its own. */
function notebookImage(layer: NotebookImageArgs, builder: Builder): pulumi.Output<string> {
  const provider = layerProvider(builder.engine.host, layer, builder.registry);
  const built = buildNotebookImage(layer, provider);
  return publishImage("notebook", built.imageName, built, builder, provider);
}

function runtimeImage(
  { baseImage, repository, gpus, modelVersion = "" }: KubernetesPlan["args"]["image"],
  builder: Builder,
  provider: docker.Provider,
): ServedImage {
  const built = new RuntimeImage("serving", { baseImage, repository, gpus }, { provider });
  const reference = publishImage("serving", built.imageName, built, builder, provider);
  return {
    ...{ image: reference, reference, modelVersion: pulumi.output(modelVersion) },
    // The volume is not on this machine.
    signature: pulumi.output(undefined),
    modelCard: pulumi.output(undefined),
  };
}
