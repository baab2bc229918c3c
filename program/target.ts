import * as docker from "@pulumi/docker";
import {
  DockerModelService,
  DockerNotebook,
  SwarmModelService,
  SwarmNotebook,
} from "../components";
import { serviceAddresses } from "../components/serving/addresses";
import type { Settings } from "../settings";
import { buildImage, ServedImage } from "./servedImage";

/** The service on the target that the configuration names. */
export function createService(
  settings: Settings,
  served: ServedImage,
  provider: docker.Provider,
): DockerModelService | SwarmModelService {
  const { engine, registry, service, swarm, canary } = settings;
  const { reference: image, modelVersion } = served;
  const args = { image, modelVersion, engine, ...service };
  if (swarm) {
    return new SwarmModelService("serving", { ...args, registry, ...swarm }, { provider });
  }
  const canaryImage = canary && buildImage("canary", canary.image, settings, provider);
  return new DockerModelService(
    "serving",
    { ...args, canary: canary && { ...canary, image: canaryImage!.reference } },
    { provider },
  );
}

/** The notebook on the service's network; none where the configuration wants none. */
export function createNotebook(
  { engine, service, notebook }: Settings,
  model: DockerModelService | SwarmModelService,
  provider: docker.Provider,
): DockerNotebook | SwarmNotebook | undefined {
  if (!notebook) {
    return undefined;
  }
  const { serviceName, modelName } = service;
  const args = {
    // It starts beside the replicas, and calls them when somebody asks it to.
    ...serviceAddresses(serviceName, modelName),
    modelName,
    engine,
    ...notebook,
  };
  return model instanceof SwarmModelService
    ? new SwarmNotebook("notebook", { networkId: model.networkId, ...args }, { provider })
    : new DockerNotebook("notebook", { networkName: model.networkName, ...args }, { provider });
}
