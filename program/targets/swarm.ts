import {
  checkSwarmModelService,
  checkSwarmNotebook,
  resolveSwarmModelServiceArgs,
  SwarmModelService,
  SwarmNotebook,
} from "@tf-model-serving/core";
import { createEdge } from "../edge";
import {
  createImage,
  createProvider,
  engineOutputs,
  EnginePlan,
  notebookArgs,
  preflightOnEngine,
} from "./engine";
import type { Target } from "./target";

/** The nodes of a Docker Swarm; the engine is that of a manager. */
export const swarm: Target<EnginePlan> = {
  preflight: (settings) =>
    preflightOnEngine(settings, {
      everywhere: "0.0.0.0",
      service: (args, stack, engine) =>
        checkSwarmModelService(
          resolveSwarmModelServiceArgs({ image: "", ...args, engine }),
          stack,
          engine,
        ),
      notebook: checkSwarmNotebook,
    }),

  deploy(plan) {
    const { engine, registry, service, notebook } = plan;
    const provider = createProvider(plan);
    const serving = createImage(plan, provider);
    const { reference: image, modelVersion } = serving;
    const { edge, keys } = createEdge(service, notebook !== undefined);
    const args = { image, modelVersion, engine, ...service, ...edge, registry };
    const model = new SwarmModelService("serving", args, { provider });
    const held = resolveSwarmModelServiceArgs(args);
    const lab =
      notebook &&
      new SwarmNotebook(
        "notebook",
        {
          networkId: model.networkId,
          ...notebookArgs(plan, held.serviceName, provider, model, keys),
        },
        { provider },
      );
    return engineOutputs(plan, { serving }, model, lab, held, keys);
  },
};
