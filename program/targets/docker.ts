import {
  checkModelService,
  checkDockerNotebook,
  DockerModelService,
  DockerNotebook,
  resolveModelServiceArgs,
} from "@tf-model-serving/core";
import { canaryImage } from "../canary";
import { createEdge } from "../edge";
import { buildImage } from "../image";
import {
  createImage,
  createProvider,
  engineOutputs,
  EnginePlan,
  EngineServiceArgs,
  notebookArgs,
  preflightOnEngine,
} from "./engine";
import type { Target } from "./target";

/** One Docker host, this machine by default. */
export const docker: Target<EnginePlan> = {
  preflight: (settings) =>
    preflightOnEngine(settings, {
      service: (args, stack, engine) =>
        checkModelService(
          { ...resolved(args), canary: args.canary && { ...args.canary, image: "" } },
          stack,
          engine,
        ),
      notebook: checkDockerNotebook,
    }),

  deploy(plan) {
    const { engine, image, service, notebook } = plan;
    const provider = createProvider(plan);
    const serving = createImage(plan, provider);
    const canary =
      service.canary && buildImage("canary", canaryImage(image, service.canary), plan, provider);
    const { edge, keys } = createEdge(service, notebook !== undefined);
    const model = new DockerModelService(
      "serving",
      {
        ...{ image: serving.reference, modelVersion: serving.modelVersion, engine },
        ...{ ...service, ...edge },
        canary: service.canary && { ...service.canary, image: canary!.reference },
      },
      { provider },
    );
    const held = resolved(service);
    const lab =
      notebook &&
      new DockerNotebook(
        "notebook",
        {
          networkName: model.networkName,
          ...notebookArgs(plan, held.serviceName, provider, model, keys),
        },
        { provider },
      );
    return engineOutputs(plan, { serving, canaryImage: canary }, model, lab, held, keys);
  },
};

/** The arguments of a service with their defaults; a registry is its image's and not its own. */
function resolved(service: EngineServiceArgs) {
  const others = { canary: undefined, registry: undefined };
  return resolveModelServiceArgs({ ...service, image: "", ...others });
}
