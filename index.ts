import "./stackTraces";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  DockerModelService,
  modelLabels,
  Notebook,
  PublishedImage,
  ServingImage,
  ServingImageArgs,
  servingImageName,
  SwarmModelService,
  SwarmNotebook,
} from "./components";
import { existsAlready, onRecord, recordedReleases, recordOnce } from "./release";
import { loadSettings } from "./settings";

/** Serves the model folder of the stack's configuration; the keys are described in Pulumi.yaml. */
export = async () => {
  const { engine, image, pinned, registry, service, swarm, canary, notebook, release } =
    await loadSettings();
  const recorded = await recordedReleases();
  const provider = new docker.Provider("docker", { host: engine.host });

  const build = (name: string, args: ServingImageArgs) => {
    const serving = new ServingImage(name, args, { provider });
    const published =
      registry &&
      new PublishedImage(
        name,
        { image: serving.imageName, host: engine.host, ...registry },
        { provider, dependsOn: serving },
      );
    return {
      image: published?.reference ?? serving.imageName,
      reference: published?.reference ?? serving.imageId,
      modelVersion: serving.modelVersion,
      signature: serving.signature,
    };
  };
  const localImage = pinned ? undefined : servingImageName(image);
  const existed = localImage && (await existsAlready(recorded, localImage, engine.host));
  const serving = pinned
    ? { ...pinned, ...onRecord(recorded, pinned.image) }
    : build("serving", { ...image, exists: existed || undefined });

  const served = {
    image: serving.reference,
    modelVersion: serving.modelVersion,
    engine,
    ...service,
  };
  const onSwarm =
    swarm && new SwarmModelService("serving", { ...served, registry, ...swarm }, { provider });
  const model =
    onSwarm ??
    new DockerModelService(
      "serving",
      {
        ...served,
        canary: canary && { ...canary, image: build("canary", canary.image).reference },
      },
      { provider },
    );

  const client = notebook && {
    restUrl: model.networkRestUrl,
    grpcAddress: model.networkGrpcAddress,
    modelName: service.modelName,
    engine,
    ...notebook,
  };
  const jupyter =
    client &&
    (onSwarm
      ? new SwarmNotebook("notebook", { networkId: onSwarm.networkId, ...client }, { provider })
      : new Notebook("notebook", { networkName: model.networkName, ...client }, { provider }));

  return {
    restUrl: model.restUrl,
    modelUrls: model.modelUrls,
    modelLabels: modelLabels(image.models),
    grpcAddress: model.grpcAddress,
    notebookUrl: jupyter?.url ?? pulumi.secret(""),
    image: serving.image,
    modelVersion: serving.modelVersion,
    canaryVersion: canary?.version ?? "",
    canaryPercent: canary?.percent ?? 0,
    signature: serving.signature,
    replicas: service.replicas,
    ...recordOnce(model.replicaNames, recorded, {
      image: serving.image,
      localImage,
      existed,
      modelVersion: serving.modelVersion,
      signature: serving.signature,
      settings: release,
    }),
  };
};
