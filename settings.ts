import * as pulumi from "@pulumi/pulumi";
import { checkCanarySettings, readCanary } from "./program/canarySettings";
import {
  checkModelService,
  checkDockerNotebook,
  checkPublishedImage,
  checkServingImage,
  checkSwarmNotebook,
  currentStack,
  distinctPorts,
  DockerEngine,
  HostPort,
  inspectEngine,
  modelServiceDefaults,
  notebookDefaults,
  Problem,
  ReleaseStrategy,
  servingImageDefaults,
  usualEngine,
} from "./components";
import { valueOf } from "./components/core/valueOf";
import { checkPinnedImage, findPinnedImage, PinnedImage } from "./program/pinnedImage";
import { refuseUnused, UnusedKeys } from "./program/configObjects";
import { releaseSettings } from "./program/releaseRecord";
import { readServer } from "./program/serverConfig";
import { checkStandIns, ImageKey } from "./program/standIns";
import { checkSwarm, readSwarm } from "./swarmSettings";

/** Where a service can run. */
export enum Target {
  Docker = "docker",
  Swarm = "swarm",
  Ecs = "ecs",
  Kubernetes = "kubernetes",
}

/** The target that the configuration names; one that is not known is refused with the rest. */
export function configuredTarget(): string {
  return new pulumi.Config().get("target") || Target.Docker;
}

/** The stack's configuration, read and checked; every key is described in Pulumi.yaml. */
export interface Settings {
  readonly engine: DockerEngine;
  readonly image: ReturnType<typeof readImage>;
  /** @default - `image` is built */
  readonly pinned?: PinnedImage;
  /** @default - the image is not pushed */
  readonly registry?: Awaited<ReturnType<typeof readRegistry>>;
  readonly service: ReturnType<typeof readService>;
  /** @default - every request goes to one model version */
  readonly canary?: ReturnType<typeof readCanary>;
  /** @default - the target is no swarm */
  readonly swarm?: ReturnType<typeof readSwarm>;
  /** @default - no notebook */
  readonly notebook?: ReturnType<typeof readNotebook>;
  /** What makes a release besides its image, by config key. */
  readonly release: Readonly<Record<string, string>>;
}

/**
 * Reads the stack's configuration and asks the Docker Engine what it can do.
 *
 * @throws RunError that lists all problems by config key, before there is any resource
 */
export async function loadSettings(): Promise<Settings> {
  const config = new pulumi.Config();
  const image = readImage(config);
  const registry = await readRegistry(config);
  const service = readService(config);
  const canary = readCanary(config, image);
  const swarm = configuredTarget() === Target.Swarm ? readSwarm(config) : undefined;
  const notebook = config.getBoolean("notebook") === false ? undefined : readNotebook(config);
  const { engine, problems } = await askEngine(config, hostPorts(service, swarm, notebook));

  const stack = currentStack();
  const pin = text(config, "image");
  const pinned = pin && engine ? await findPinnedImage(engine.host, pin) : undefined;
  problems.push(
    ...(pin && engine ? checkPinnedImage(pin, pinned, config, engine) : []),
    ...checkTarget(),
    ...refuseUnused(config, configuredTarget(), unused),
    ...checkNumbers(config),
    ...standInProblems(config, engine),
    ...(pin ? [] : ofServer(checkServingImage(image))),
    ...(registry ? named("registry", checkPublishedImage(registry)) : []),
    ...(swarm
      ? checkSwarm({ ...service, canary }, swarm, registry, stack, engine)
      : checkModelService(service, stack, engine)),
    ...(pin ? [] : checkCanarySettings(config, image, canary)),
    ...(notebook
      ? named(
          "notebook",
          (swarm ? checkSwarmNotebook : checkDockerNotebook)({ ...notebook, engine }, stack),
        )
      : []),
    // The service's own two are compared by its check.
    ...distinctPorts({ ...portsOf(service), notebookPort: notebook?.port }).filter(
      ({ propertyPath }) => propertyPath === "notebookPort",
    ),
  );
  if (!engine || problems.length > 0) {
    throw refusal(problems);
  }
  const release = releaseSettings(config);
  return { engine, image, pinned, registry, service, swarm, canary, notebook, release };
}

const unused: UnusedKeys = {
  schedulingTimeoutSeconds: {
    value: 0,
    instead: "no node is added for a replica there, and startTimeoutSeconds is for its start",
  },
};

/**
 * Stand-ins that would go where they may not.
 *
 * @param engine - that the service runs on; where it builds only, the target says enough
 */
export function standInProblems(config: pulumi.Config, engine?: DockerEngine): Problem[] {
  const used = (key: ImageKey, isUsed: boolean) => (isUsed ? { [key]: text(config, key) } : {});
  return checkStandIns(
    {
      ...used("baseImage", text(config, "image") === undefined),
      ...used("balancerImage", configuredTarget() !== Target.Ecs),
      ...used("notebookImage", config.getBoolean("notebook") !== false),
    },
    {
      target: configuredTarget(),
      registry: text(config, "registry"),
      host: engine?.host,
      nodes: engine?.swarm?.nodes,
    },
    config.getBoolean("standIns") ?? false,
  );
}

function checkTarget(): Problem[] {
  const target = configuredTarget();
  const known: string[] = Object.values(Target);
  return known.includes(target)
    ? []
    : [
        {
          propertyPath: "target",
          reason: `is "${target}": use ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`,
        },
      ];
}

const numbersAsText = { cpus: "0.5", replicas: "4" };

/** Numbers that are strings, because typed config has no fractions and no number that is not set. */
export function checkNumbers(config: pulumi.Config): Problem[] {
  return Object.entries(numbersAsText).flatMap(([propertyPath, example]) => {
    const given = text(config, propertyPath);
    return given === undefined || isNumber(given)
      ? []
      : [{ propertyPath, reason: `is "${given}": use a number, such as ${example}` }];
  });
}

/** One of these numbers; what is none is refused by `checkNumbers`. */
export function numberOf(
  config: pulumi.Config,
  key: keyof typeof numbersAsText,
): number | undefined {
  const given = text(config, key);
  return isNumber(given) ? Number(given) : undefined;
}

export function isNumber(given: string | undefined): boolean {
  return given !== undefined && /^\d+(\.\d+)?$/.test(given);
}

export function readImage(config: pulumi.Config) {
  const registry = text(config, "registry");
  const server = readServer(config);
  const repository = text(config, "repository") ?? servingImageDefaults.repository;
  return {
    modelFolder: text(config, "modelFolder") ?? "model/classifier",
    modelName: text(config, "modelName") ?? "my_model",
    modelVersion: text(config, "modelVersion"),
    models: server?.models,
    signatureName: text(config, "signatureName") ?? servingImageDefaults.signatureName,
    savedModelTags: server?.savedModelTags,
    batching: server?.batching,
    memoryMb: config.getNumber("memoryMb"),
    baseImage: text(config, "baseImage") ?? servingImageDefaults.baseImage,
    repository: registry ? `${registry}/${repository}` : repository,
    gpus: text(config, "gpus"),
  };
}

export async function readRegistry(config: pulumi.Config) {
  const registry = text(config, "registry");
  return registry === undefined
    ? undefined
    : {
        registry,
        username: text(config, "registryUsername"),
        password: await secretText(config, "registryPassword"),
        plainHttp: config.getBoolean("registryPlainHttp") ?? false,
      };
}

function readService(config: pulumi.Config) {
  const defaults = modelServiceDefaults;
  return {
    modelName: text(config, "modelName") ?? "my_model",
    replicas: numberOf(config, "replicas") ?? defaults.replicas,
    serviceName: text(config, "serviceName") ?? defaults.serviceName,
    publishAddress: text(config, "publishAddress") ?? defaults.publishAddress,
    restPort: config.getNumber("restPort") ?? defaults.restPort,
    grpcPort: (config.getNumber("grpcPort") ?? 8500) || undefined,
    cpus: numberOf(config, "cpus") ?? defaults.cpus,
    memoryMb: config.getNumber("memoryMb") ?? defaults.memoryMb,
    pids: config.getNumber("pids") ?? defaults.pids,
    gpus: text(config, "gpus"),
    strategy: (text(config, "strategy") ?? defaults.strategy) as ReleaseStrategy,
    parallelStarts: config.getNumber("parallelStarts") || undefined,
    drainSeconds: config.getNumber("drainSeconds") ?? defaults.drainSeconds,
    stopGraceSeconds: config.getNumber("stopGraceSeconds") || undefined,
    startTimeoutSeconds: config.getNumber("startTimeoutSeconds") || defaults.startTimeoutSeconds,
    grpcTimeoutSeconds: config.getNumber("grpcTimeoutSeconds") ?? defaults.grpcTimeoutSeconds,
    balancerImage: text(config, "balancerImage") ?? defaults.balancerImage,
    server: readServer(config),
  };
}

function readNotebook(config: pulumi.Config) {
  return {
    folder: text(config, "notebookFolder") ?? "model/notebooks",
    dataFolder: text(config, "notebookDataFolder"),
    image: text(config, "notebookImage") ?? notebookDefaults.image,
    port: config.getNumber("notebookPort") ?? notebookDefaults.port,
    memoryMb: config.getNumber("notebookMemoryMb") ?? notebookDefaults.memoryMb,
    gpus: text(config, "gpus"),
  };
}

/** Asks the engine that builds, and on targets docker and swarm runs, what the stack consists of. */
export async function askEngine(
  config: pulumi.Config,
  ports: HostPort[] = [],
): Promise<{ engine?: DockerEngine; problems: Problem[] }> {
  try {
    const host = text(config, "host") ?? usualEngine();
    return { engine: await inspectEngine(host, ports), problems: [] };
  } catch (error) {
    return { problems: [{ propertyPath: "host", reason: (error as Error).message }] };
  }
}

/** Typed config has no absent strings: an empty one stands for "not set". */
export function text(config: pulumi.Config, key: string): string | undefined {
  return config.get(key) || undefined;
}

/** A secret that is set, and still one; an empty one stands for "not set". */
async function secretText(
  config: pulumi.Config,
  key: string,
): Promise<pulumi.Output<string> | undefined> {
  const secret = config.getSecret(key);
  const value = secret && (await valueOf(secret));
  return value ? secret : undefined;
}

function portsOf({ restPort, grpcPort }: { restPort: number; grpcPort?: number }) {
  return { restPort, grpcPort };
}

/** What the stack publishes on the Docker host; on a swarm all of it on every address. */
function hostPorts(
  service: ReturnType<typeof readService>,
  swarm: object | undefined,
  notebook: { port: number } | undefined,
): HostPort[] {
  const everywhere = swarm && "0.0.0.0";
  const servicePorts = Object.values(portsOf(service)).filter((port) => port !== undefined);
  return [
    ...servicePorts.map((port) => ({ port, address: everywhere ?? service.publishAddress })),
    ...(notebook ? [{ port: notebook.port, address: everywhere ?? "127.0.0.1" }] : []),
  ];
}

/** A component's argument under the name of its config key: `port` is `notebookPort` there. */
export function named(component: string, problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath:
      propertyPath === component
        ? propertyPath
        : component + propertyPath[0].toUpperCase() + propertyPath.slice(1),
    reason,
  }));
}

/** The image's `models` and `batching` are the server's: there is one config key for both. */
export function ofServer(problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath.replace(/^(models|batching)\b/, "server.$1"),
    reason: reason.replace(/ models\[/g, " server.models["),
  }));
}

export function refusal(problems: Problem[]): pulumi.RunError {
  // Two components may check the same setting.
  const lines = new Set(problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`));
  return new pulumi.RunError(
    `The configuration of stack ${pulumi.getStack()} cannot work; nothing was changed:\n${[...lines].join("\n")}`,
  );
}
