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
} from "./components";
import { loadSettings } from "./settings";

/** Serves the model folder of the stack's configuration; the keys are described in Pulumi.yaml. */
export = async () => {
  const { engine, image, registry, service, canary, notebook } = await loadSettings();
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
    return { serving, published, reference: published?.reference ?? serving.imageId };
  };
  const { serving, published, reference } = build("serving", image);

  const model = new DockerModelService(
    "serving",
    {
      image: reference,
      modelVersion: serving.modelVersion,
      canary: canary && { ...canary, image: build("canary", canary.image).reference },
      engine,
      ...service,
    },
    { provider },
  );

  const jupyter =
    notebook &&
    new Notebook(
      "notebook",
      {
        networkName: model.networkName,
        restUrl: model.networkRestUrl,
        grpcAddress: model.networkGrpcAddress,
        modelName: service.modelName,
        engine,
        ...notebook,
      },
      { provider },
    );

  return {
    restUrl: model.restUrl,
    modelUrls: model.modelUrls,
    modelLabels: modelLabels(image.models),
    grpcAddress: model.grpcAddress,
    notebookUrl: jupyter?.url ?? pulumi.secret(""),
    image: published?.reference ?? serving.imageName,
    modelVersion: serving.modelVersion,
    canaryVersion: canary?.version ?? "",
    canaryPercent: canary?.percent ?? 0,
    signature: serving.signature,
    replicas: service.replicas,
  };
};
