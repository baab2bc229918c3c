import type { Problem } from "../arguments/problem";
import {
  anyObject,
  anyText,
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  textThat,
  textLike,
  wholeNumberFrom,
} from "../arguments/schema";
import type { DockerEngine } from "../engine/engine";
import { checkAddress, checkPort, distinctPorts } from "../engine/hostPorts";
import { maxReplicas } from "../serving/balancer/ports";
import { balancerMemoryMb, type BalancerSize } from "../serving/balancer/size";
import { canaryFields } from "../serving/canary";
import { balancedFields, checkReplicaRules, networkName } from "../serving/checkReplicas";
import type { DockerModelServiceArgs, ResolvedModelServiceArgs } from "./modelServiceArgs";

/** Schema of a port of a host. */
export const hostPort = wholeNumberFrom(1, 65_535);

const schema = objectOf<DockerModelServiceArgs>({
  ...balancedFields,
  serviceName: networkName.optional(),
  publishAddress: textThat(checkAddress).optional(),
  restPort: hostPort.optional(),
  grpcPort: hostPort.optional(),
  pids: wholeNumberFrom(64, 2 ** 16).optional(),
  gpus: textLike(
    /^(all|device=[\w.:/-]+(,[\w.:/-]+)*)$/,
    'use "all", or "device=0,2" with numbers or UUIDs of GPUs',
  ).optional(),
  parallelStarts: wholeNumberFrom(1, maxReplicas).optional(),
  canary: objectOf(canaryFields).optional(),
  engine: anyObject().optional(),
  host: laterOr(anyText()).optional(),
  sshOptions: laterOr(listOf(laterOr(anyText()))).optional(),
});

/**
 * Everything about a service that Docker would refuse, or accept and never serve.
 *
 * @param stack - `<project>/<stack>`; ports that its own balancer holds are free
 * @param engine - the engine that shall run the service. @default - nothing is held against one
 */
export function checkModelService(
  args: ResolvedModelServiceArgs,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  return problemsOfArgs(schema, args, {}, (known) => [
    ...checkPorts(known, known.publishAddress, stack, engine),
    ...checkReplicaRules(known, "Docker"),
    ...(engine ? [...checkMachine(known, engine), ...checkRuntime(known, engine)] : []),
  ]);
}

/** Ports of a host: held by nobody else, and each used once. */
export function checkPorts(
  { restPort, grpcPort }: { restPort?: number; grpcPort?: number },
  address: string,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  const ports = Object.entries({ restPort, grpcPort });
  return [
    ...ports.flatMap(([propertyPath, port]) =>
      port === undefined ? [] : checkPort(propertyPath, { port, address }, stack, engine),
    ),
    ...distinctPorts({ restPort, grpcPort }),
  ];
}

/** Whether a replica can run on the machine of the engine, and whether it and a balancer fit on it. */
export function checkMachine(
  { cpus, memoryMb, ...size }: { cpus: number; memoryMb: number } & BalancerSize,
  engine: DockerEngine,
): Problem[] {
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
  if (cpus > engine.cpus) {
    problems.push({
      propertyPath: "cpus",
      reason: `is ${cpus}, more than the ${engine.cpus} CPUs of the Docker host: use at most ${engine.cpus}`,
    });
  }
  if (memoryMb > engine.memoryMb) {
    problems.push({
      propertyPath: "memoryMb",
      reason: `is ${memoryMb}, more than the ${engine.memoryMb} MiB of the Docker host: use less`,
    });
  }
  const { maxRequestMb, maxConnections } = size;
  const field = maxRequestMb === undefined ? "maxConnections" : "maxRequestMb";
  const needed = balancerMemoryMb(size);
  if ((maxRequestMb ?? maxConnections) !== undefined && needed > engine.memoryMb) {
    problems.push({
      propertyPath: field,
      reason:
        `is ${size[field]}, for which the balancer needs ${needed} MiB, more than the ${engine.memoryMb} MiB of the ` +
        "Docker host: lower maxRequestMb, or maxConnections",
    });
  }
  return problems;
}

function checkRuntime({ gpus }: { gpus?: string }, engine: DockerEngine): Problem[] {
  return gpus === undefined || engine.runtimes.includes("nvidia")
    ? []
    : [
        {
          propertyPath: "gpus",
          reason:
            `is "${gpus}", but the engine at ${engine.host} has no nvidia runtime: install the ` +
            "NVIDIA Container Toolkit there, or leave gpus out",
        },
      ];
}
