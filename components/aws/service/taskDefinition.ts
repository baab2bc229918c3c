import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import {
  imageUser,
  superviseServer,
  supervisor,
} from "@tf-model-serving/core/internal/serving/supervisor";
import { ServerOptions } from "@tf-model-serving/core/internal/tfserving/serverOptions";

/** What a replica's container is made from; the part that needs no cloud to be known. */
export interface ReplicaContainer {
  /** By digest. */
  image: string;
  cpus: number;
  memoryMb: number;
  /** GPUs of its own. */
  gpus: number;
  drainSeconds: number;
  stopGraceSeconds: number;
  startTimeoutSeconds: number;
  server?: ServerOptions;
  /** @default - no label */
  modelVersion?: string;
  /** Name of the CloudWatch log group. */
  logGroup: string;
  /** Region of the log group. */
  region: string;
  enableExec: boolean;
}

/** Name of the only container of a replica's task; load balancers find it by that. */
export const containerName = "serving";

/** CPU units that ECS counts a CPU as. */
const unitsPerCpu = 1024;

/** Longest start period of a health check, in seconds. */
export const longestStartPeriod = 300;
// Each check starts a process, so it is no quicker than needed: the load balancer's own check, by
// HTTP, is what takes a replica out of rotation.
const healthIntervalSeconds = 10;

/**
 * The container of a replica as ECS takes it, as hardened as on Docker. The same values give the
 * same text, in the spelling in which ECS gives it back.
 *
 * There is no limit of processes: the task definition knows only RLIMIT_NPROC, which counts all
 * replicas of an instance together, since they run as one user. ECS_TASK_PIDS_LIMIT of the
 * instance's agent is the limit for each task.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export function renderContainer(replica: ReplicaContainer): Record<string, unknown> {
  const { flags, environment } = superviseServer(replica);
  return {
    name: containerName,
    image: replica.image,
    essential: true,
    cpu: cpuUnits(replica.cpus),
    memory: replica.memoryMb,
    command: flags,
    // The provider compares it sorted by name.
    environment: environment.map(([name, value]) => ({ name, value })),
    user: `${imageUser}:${imageUser}`,
    privileged: false,
    // ECS Exec's agent writes to the root file system.
    readonlyRootFilesystem: !replica.enableExec,
    dockerSecurityOptions: ["no-new-privileges"],
    linuxParameters: {
      capabilities: { drop: ["ALL"] },
      maxSwap: 0,
      // Docker makes it writable for everyone, with the sticky bit.
      tmpfs: [
        { containerPath: "/tmp", size: 64, mountOptions: ["rw", "nosuid", "nodev", "noexec"] },
      ],
    },
    // Each connection of the load balancer is a file.
    ulimits: [{ name: "nofile", softLimit: 16384, hardLimit: 16384 }],
    portMappings: [ports.grpc, ports.rest, ports.health].map((port) => ({
      containerPort: port,
      hostPort: port,
      protocol: "tcp",
    })),
    healthCheck: {
      command: ["CMD", supervisor, "--check"],
      interval: healthIntervalSeconds,
      timeout: 5,
      retries: 3,
      startPeriod: Math.min(replica.startTimeoutSeconds, longestStartPeriod),
    },
    stopTimeout: replica.stopGraceSeconds,
    ...(replica.gpus > 0
      ? { resourceRequirements: [{ type: "GPU", value: String(replica.gpus) }] }
      : {}),
    ...(replica.modelVersion === undefined
      ? {}
      : { dockerLabels: { "tfserving.version": replica.modelVersion } }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": replica.logGroup,
        "awslogs-region": replica.region,
        "awslogs-stream-prefix": "replica",
        // Blocking, a server that logs would stand still while CloudWatch does not answer.
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    },
  };
}

/** CPUs in ECS's units. */
export function cpuUnits(cpus: number): number {
  return Math.round(cpus * unitsPerCpu);
}
