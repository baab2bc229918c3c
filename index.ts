import "./program/priority";
import "./program/stackTraces";
import * as docker from "@pulumi/docker";
import { engineProviderArgs, modelLabels } from "./components";
import { serveOnEcs } from "./program/ecs/ecsStack";
import { serveOnKubernetes } from "./program/kubernetes/kubernetesStack";
import { pullLogins } from "./program/pullLogins";
import { recordedReleases, recordOnce } from "./program/releaseRecord";
import { servedImage } from "./program/servedImage";
import { createNotebook, createService } from "./program/target";
import { configuredTarget, loadSettings, Target } from "./settings";

/** Serves the model folder of the stack's configuration; the keys are described in Pulumi.yaml. */
export = async () => {
  switch (configuredTarget()) {
    case Target.Ecs:
      return serveOnEcs();
    case Target.Kubernetes:
      return serveOnKubernetes();
  }
  const settings = await loadSettings();
  const recorded = await recordedReleases();
  const images = {
    balancerImage: settings.service.balancerImage,
    notebookImage: settings.notebook?.image,
  };
  const provider = new docker.Provider("docker", {
    ...engineProviderArgs(settings.engine.host),
    registryAuth: pullLogins(images, settings.registry),
  });

  const serving = servedImage(settings, recorded, provider);
  const model = createService(settings, serving, provider);
  const notebook = createNotebook(settings, model, provider);

  return {
    restUrl: model.restUrl,
    modelUrls: model.modelUrls,
    modelLabels: modelLabels(settings.image.models),
    grpcAddress: model.grpcAddress,
    ...(notebook && { notebookUrl: notebook.url }),
    image: serving.image,
    modelVersion: serving.modelVersion,
    canaryVersion: settings.canary?.version ?? "",
    canaryPercent: settings.canary?.percent ?? 0,
    signature: serving.signature,
    replicas: settings.service.replicas,
    ...recordOnce(model.replicaNames, recorded, settings.service, {
      image: serving.image,
      modelVersion: serving.modelVersion,
      signature: serving.signature,
      settings: settings.release,
    }),
  };
};
