// What the targets docker and swarm share: a Docker Engine builds the image, and runs it.
import { Provider } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  checkServingImage,
  currentStack,
  distinctPorts,
  DockerEngine,
  DockerModelService,
  DockerModelServiceArgs,
  engineProviderArgs,
  HostNotebookArgs,
  HostPort,
  modelServiceDefaults,
  NotebookImageArgs,
  notebookDefaults,
  Problem,
  serviceAddresses,
  ServingImageArgs,
  SwarmModelService,
  SwarmModelServiceArgs,
} from "@tf-model-serving/core";
import { CanarySettings, checkCanaryImage } from "../canary";
import { byKey } from "../config/paths";
import { refuse, Settings, text } from "../config/settings";
import type { EdgeKeys } from "../edge";
import { clientFiles, edgeOutputs, warnOfNotebook } from "../edgeOutputs";
import { checkGate, gateOf } from "../evaluation";
import {
  askEngine,
  buildImage,
  Builder,
  checkPin,
  checkRegistry,
  findPinnedImage,
  PinnedImage,
  Registry,
  repositoryIn,
  ServedImage,
  standInProblems,
} from "../image";
import { buildNotebookImage, checkNotebookLayer, notebookLayer } from "../notebookImage";
import { StackOutputs, stackOutputs } from "../outputs";
import { pullLogins } from "../pullLogins";
import { onRecord, releasesIn } from "../releaseRecord";

/** The service's arguments as far as the configuration has them. */
export type EngineServiceArgs = Omit<DockerModelServiceArgs, "image" | "canary"> &
  Omit<SwarmModelServiceArgs, "image"> & { canary?: CanarySettings };

type EngineNotebookArgs = Omit<HostNotebookArgs, "restUrl" | "grpcAddress" | "engine" | "image"> & {
  image?: string;
};

/** What is going to be deployed. */
export interface EnginePlan extends Builder {
  readonly image: ServingImageArgs;
  /** @default - `image` is built */
  readonly pinned?: PinnedImage;
  readonly service: EngineServiceArgs;
  /** @default - no notebook */
  readonly notebook?: EngineNotebookArgs;
  /** What is built on the notebook's image. @default - it runs as it is */
  readonly notebookLayer?: NotebookImageArgs;
  readonly recorded: Record<string, unknown>;
}

/** How a target judges what runs on an engine. */
export interface EngineChecks {
  /** Address that ports are published on, unless another is set. */
  readonly everywhere?: string;
  service(
    args: EngineServiceArgs & { registry?: Registry },
    stack: string,
    engine?: DockerEngine,
  ): Problem[];
  notebook(
    args: EngineNotebookArgs & typeof notebookDefaults & { engine?: DockerEngine },
    stack: string,
  ): Problem[];
}

/** Asks the engine, and checks the configuration against it. */
export async function preflightOnEngine(
  settings: Settings,
  check: EngineChecks,
): Promise<EnginePlan> {
  const { target, recorded } = settings;
  const { registry, service, ...args } = settings.args as unknown as Omit<EnginePlan, "engine">;
  const image = { ...args.image, repository: repositoryIn(registry, args.image.repository) };
  const notebook = args.notebook && { ...notebookDefaults, ...args.notebook };
  const layer = notebookLayer(settings);
  const { engine, problems } = await askEngine(hostPorts(service, notebook, check.everywhere));

  const stack = currentStack();
  const pin = text("image");
  const gate = pin ? undefined : gateOf(settings);
  const pinned = pin && engine ? await findPinnedImage(engine.host, pin) : undefined;
  problems.push(
    ...(pin && engine
      ? checkPin(
          pinned !== undefined,
          `which the Docker Engine at ${engine.host} does not have: ` +
            "leave it empty to build one from the model folder",
        )
      : []),
    ...settings.problems,
    ...standInProblems(settings, engine),
    ...(pin ? [] : byKey(target, "image", checkServingImage(image))),
    ...checkGate(settings, gate, image),
    ...(registry ? checkRegistry(settings, registry) : []),
    ...byKey(target, "service", check.service({ ...service, registry }, stack, engine)),
    ...(pin ? [] : checkCanaryImage(image, service.canary)),
    ...(notebook ? byKey(target, "notebook", check.notebook({ ...notebook, engine }, stack)) : []),
    ...checkNotebookLayer(settings, layer),
    // The service's own two are compared by its check.
    ...distinctPorts({ ...portsOf(service), notebookPort: notebook?.port }).filter(
      ({ propertyPath }) => propertyPath === "notebookPort",
    ),
  );
  if (!engine || problems.length > 0) {
    refuse(problems);
  }
  if (notebook) {
    await warnOfNotebook(service.tls, service.serviceName ?? modelServiceDefaults.serviceName);
  }
  return {
    ...{ engine, image, pinned, registry, gate, service, recorded },
    ...{ notebook: args.notebook, notebookLayer: layer },
  };
}

function portsOf({ restPort = modelServiceDefaults.restPort, grpcPort }: EngineServiceArgs) {
  return { restPort, grpcPort };
}

/** What the stack publishes on the Docker host. */
function hostPorts(
  service: EngineServiceArgs,
  notebook: { port: number } | undefined,
  everywhere: string | undefined,
): HostPort[] {
  const address = service.publishAddress ?? modelServiceDefaults.publishAddress;
  const servicePorts = Object.values(portsOf(service)).filter((port) => port !== undefined);
  return [
    ...servicePorts.map((port) => ({ port, address: everywhere ?? address })),
    ...(notebook ? [{ port: notebook.port, address: everywhere ?? "127.0.0.1" }] : []),
  ];
}

/** The engine's provider, with the logins that it pulls with. */
export function createProvider({ engine, registry, service, notebook }: EnginePlan): Provider {
  const images = { balancerImage: service.balancerImage, notebookImage: notebook?.image };
  return new Provider("docker", {
    ...engineProviderArgs(engine.host),
    registryAuth: pullLogins(images, registry),
  });
}

/** The image of the model folder, or the one that the configuration pins. */
export function createImage(plan: EnginePlan, provider: Provider): ServedImage {
  const { pinned, image, recorded } = plan;
  return pinned
    ? { ...pinned, ...onRecord(releasesIn(recorded), pinned.image) }
    : buildImage("serving", image, plan, provider);
}

/** What a notebook is told: it starts beside the replicas, and calls them when somebody asks it to. */
export function notebookArgs(
  { engine, notebook, notebookLayer: layer, service: { modelName, tls } }: EnginePlan,
  serviceName: string,
  provider: Provider,
  model: Pick<DockerModelService, "caCertificate">,
  keys: EdgeKeys,
) {
  return {
    ...serviceAddresses(serviceName, modelName, tls),
    ...clientFiles(tls, model, keys),
    ...{ engine, ...notebook! },
    ...(layer && { image: buildNotebookImage(layer, provider).imageName }),
  };
}

/** What a stack on an engine tells. */
export function engineOutputs(
  { service, image, recorded }: EnginePlan,
  { serving, canaryImage }: { serving: ServedImage; canaryImage?: ServedImage },
  model: DockerModelService | SwarmModelService,
  notebook: { url: pulumi.Output<string> } | undefined,
  held: { replicas: number },
  keys: EdgeKeys,
): StackOutputs {
  return {
    ...stackOutputs({
      ...{ service: model, serving, models: image.models, canary: service.canary, canaryImage },
      ...{ replicas: held.replicas, ready: model.replicaNames, recorded, held },
    }),
    ...edgeOutputs(service.tls, model, keys),
    ...(notebook && { notebookUrl: notebook.url }),
  };
}
