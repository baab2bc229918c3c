import { CanaryShape, checkCanary } from "../serving/canary";
import { checkMainModel } from "../tfserving/modelConfig";
import { checkModelName } from "../tfserving/modelName";
import { Problem, wholeNumber } from "../core/problem";
import { checkServerOptions, ServerOptions } from "../tfserving/serverOptions";
import { checkStopGrace } from "../serving/stopTimes";
import { maxReplicas } from "../serving/balancerConfig";
import { checkGrpcTimeout } from "../serving/requestTimes";
import { DockerEngine } from "../engine/engine";
import { releaseStrategies, ReleaseStrategy } from "../serving/releaseStrategy";
import { checkAddress, checkPort, distinctPorts } from "../engine/hostPorts";

/** The part of a service's arguments that can be judged before there is any resource. */
export interface ModelServiceShape {
  modelName: string;
  replicas: number;
  serviceName: string;
  publishAddress: string;
  restPort: number;
  grpcPort?: number;
  cpus: number;
  memoryMb: number;
  pids: number;
  gpus?: string;
  strategy?: ReleaseStrategy;
  parallelStarts?: number;
  canary?: CanaryShape;
  drainSeconds: number;
  stopGraceSeconds?: number;
  startTimeoutSeconds: number;
  grpcTimeoutSeconds: number;
  server?: ServerOptions;
}

/**
 * Everything about a service that Docker would refuse, or accept and never serve.
 *
 * @param stack - `<project>/<stack>`; ports that its own balancer holds are free
 * @param engine - the engine that shall run the service. @default - nothing is held against one
 */
export function checkModelService(
  shape: ModelServiceShape,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  const { drainSeconds, stopGraceSeconds, publishAddress: address } = shape;
  return [
    ...checkModelName(shape.modelName, "modelName"),
    ...wholeNumber("replicas", shape.replicas, 1, maxReplicas),
    ...checkServiceName(shape.serviceName),
    ...checkAddress("publishAddress", shape.publishAddress),
    ...checkPort("restPort", { port: shape.restPort, address }, stack, engine),
    ...(shape.grpcPort === undefined
      ? []
      : checkPort("grpcPort", { port: shape.grpcPort, address }, stack, engine)),
    ...distinctPorts({ restPort: shape.restPort, grpcPort: shape.grpcPort }),
    ...checkLimits(shape),
    ...checkStrategy(shape),
    ...wholeNumber("drainSeconds", drainSeconds, 0, 3600),
    ...(stopGraceSeconds === undefined
      ? []
      : checkStopGrace({ drainSeconds, stopGraceSeconds }, "Docker")),
    ...wholeNumber("startTimeoutSeconds", shape.startTimeoutSeconds, 1, 3600),
    ...checkGrpcTimeout(shape.grpcTimeoutSeconds),
    ...checkServer(shape),
    ...(engine ? checkEngine(shape, engine) : []),
  ];
}

function checkServer({ server, modelName }: ModelServiceShape): Problem[] {
  const problems = checkServerOptions(server, "server");
  return problems.length > 0 ? problems : checkMainModel(modelName, server?.models);
}

function checkServiceName(name: string): Problem[] {
  return /^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$/.test(name)
    ? []
    : [
        {
          propertyPath: "serviceName",
          reason:
            `is "${name}", which cannot be a name on the network: ` +
            "use up to 50 lower-case letters, digits, _ and -, with a letter or digit at both ends",
        },
      ];
}

function checkStrategy({ strategy, parallelStarts, canary }: ModelServiceShape): Problem[] {
  const known: string[] = releaseStrategies;
  return [
    ...(strategy === undefined || known.includes(strategy)
      ? []
      : [{ propertyPath: "strategy", reason: `is "${strategy}": use ${known.join(" or ")}` }]),
    ...(parallelStarts === undefined
      ? []
      : wholeNumber("parallelStarts", parallelStarts, 1, maxReplicas)),
    ...(canary ? checkCanary(canary) : []),
  ];
}

function checkLimits(shape: ModelServiceShape): Problem[] {
  const cpus = Number.isFinite(shape.cpus) && shape.cpus >= 0.1;
  return [
    ...(cpus ? [] : [{ propertyPath: "cpus", reason: `is ${shape.cpus}: use 0.1 or more` }]),
    ...wholeNumber("memoryMb", shape.memoryMb, 64, 2 ** 22),
    ...wholeNumber("pids", shape.pids, 64, 2 ** 16),
    ...(shape.gpus === undefined || /^(all|device=[\w.:/-]+(,[\w.:/-]+)*)$/.test(shape.gpus)
      ? []
      : [
          {
            propertyPath: "gpus",
            reason: `is "${shape.gpus}": use "all", or "device=0,2" with numbers or UUIDs of GPUs`,
          },
        ]),
  ];
}

function checkEngine(shape: ModelServiceShape, engine: DockerEngine): Problem[] {
  const problems: Problem[] = [];
  if (engine.os !== "linux" || engine.architecture !== "amd64") {
    problems.push({
      propertyPath: "host",
      reason:
        `is ${engine.host}, a ${engine.os}/${engine.architecture} engine: TensorFlow Serving's image exists for ` +
        "linux/amd64 only and needs AVX, which emulation often lacks. " +
        "Set host to an amd64 engine, for example ssh://user@machine",
    });
  }
  if (shape.cpus > engine.cpus) {
    problems.push({
      propertyPath: "cpus",
      reason: `is ${shape.cpus}, more than the ${engine.cpus} CPUs of the Docker host: use at most ${engine.cpus}`,
    });
  }
  if (shape.memoryMb > engine.memoryMb) {
    problems.push({
      propertyPath: "memoryMb",
      reason: `is ${shape.memoryMb}, more than the ${engine.memoryMb} MiB of the Docker host: use less`,
    });
  }
  if (shape.gpus !== undefined && !engine.runtimes.includes("nvidia")) {
    problems.push({
      propertyPath: "gpus",
      reason:
        `is "${shape.gpus}", but the engine at ${engine.host} has no nvidia runtime: install the ` +
        "NVIDIA Container Toolkit there, or leave gpus out",
    });
  }
  return problems;
}
