import Docker from "dockerode";

/** The part of a container definition of ECS that decides how a container runs. */
export interface ContainerDefinition {
  image: string;
  cpu: number;
  memory: number;
  command: string[];
  environment: { name: string; value: string }[];
  user: string;
  privileged: boolean;
  readonlyRootFilesystem: boolean;
  dockerSecurityOptions: string[];
  linuxParameters: {
    capabilities: { drop: string[] };
    maxSwap: number;
    tmpfs: { containerPath: string; size: number; mountOptions: string[] }[];
  };
  ulimits: { name: string; softLimit: number; hardLimit: number }[];
  portMappings: { containerPort: number; hostPort: number; protocol: string }[];
  healthCheck: {
    command: string[];
    interval: number;
    timeout: number;
    retries: number;
    startPeriod: number;
  };
  stopTimeout: number;
}

const nanoseconds = 1e9;
const mebibyte = 2 ** 20;

/**
 * A container definition as the ECS agent hands it to Docker. Left out is what needs AWS: the log
 * driver and the task's network of its own, in whose place ports of 127.0.0.1 are published.
 *
 * @param hostPorts - ports of 127.0.0.1 by those of the container
 * @see https://github.com/aws/amazon-ecs-agent, agent/api/task: dockerConfig, dockerHostConfig
 */
export function dockerOptions(
  definition: ContainerDefinition,
  hostPorts: Record<number, number>,
): Docker.ContainerCreateOptions {
  const { linuxParameters, healthCheck } = definition;
  const ports = definition.portMappings.map(
    ({ containerPort, protocol }) => [`${containerPort}/${protocol}`, containerPort] as const,
  );
  return {
    Image: definition.image,
    Cmd: definition.command,
    Env: definition.environment.map(({ name, value }) => `${name}=${value}`),
    User: definition.user,
    StopTimeout: definition.stopTimeout,
    ExposedPorts: Object.fromEntries(ports.map(([name]) => [name, {}])),
    Healthcheck: {
      Test: healthCheck.command,
      Interval: healthCheck.interval * nanoseconds,
      Timeout: healthCheck.timeout * nanoseconds,
      Retries: healthCheck.retries,
      StartPeriod: healthCheck.startPeriod * nanoseconds,
    },
    HostConfig: {
      Privileged: definition.privileged,
      ReadonlyRootfs: definition.readonlyRootFilesystem,
      SecurityOpt: definition.dockerSecurityOptions,
      CapDrop: linuxParameters.capabilities.drop,
      Memory: definition.memory * mebibyte,
      MemorySwap: (definition.memory + linuxParameters.maxSwap) * mebibyte,
      // The task's limit, which the agent sets on the cgroup around its containers.
      NanoCpus: Math.round((definition.cpu / 1024) * nanoseconds),
      Tmpfs: Object.fromEntries(
        linuxParameters.tmpfs.map(({ containerPath, size, mountOptions }) => [
          containerPath,
          [...mountOptions, `size=${size}m`].join(","),
        ]),
      ),
      Ulimits: definition.ulimits.map(({ name, softLimit, hardLimit }) => ({
        Name: name,
        Soft: softLimit,
        Hard: hardLimit,
      })),
      PortBindings: Object.fromEntries(
        ports.map(([name, port]) => [
          name,
          [{ HostIp: "127.0.0.1", HostPort: String(hostPorts[port]) }],
        ]),
      ),
    },
  };
}
