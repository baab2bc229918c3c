import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";

/** Arguments of a GpuHost. */
export interface GpuHostArgs {
  /** Subnet of the instance, such as the first one of `VpcNetwork.subnetIds`. */
  subnetId: pulumi.Input<string>;

  /** Instance type with GPUs, such as `g5.xlarge`. Another one stops and starts the instance. */
  instanceType: string;

  /**
   * AMI of Ubuntu with Docker, NVIDIA's driver and container toolkit, and the AWS CLI. Another one
   * replaces the instance.
   * @default - the newest AWS Deep Learning Base AMI (Ubuntu 22.04) when the instance is created;
   * later ones do not replace it
   * @see https://docs.aws.amazon.com/dlami/latest/devguide/what-is-dlami.html
   */
  amiId?: string;

  /**
   * Whether the instance has a public address, an Elastic IP that it keeps. In a subnet without
   * NAT gateway or VPC endpoints it reaches nothing without one. It opens no port.
   * @default false
   */
  public?: boolean;

  /**
   * IPv4 blocks from which SSH is open, such as `192.0.2.7/32`; `0.0.0.0/0` only with `public`.
   * The instance is reached at its public address, else at its private one.
   * @default - none: SSH goes through Session Manager, with the AWS CLI and its plugin on the
   * machine that runs Pulumi
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-enable-ssh-connections.html
   */
  sshCidrs?: string[];

  /** TCP ports that the instance reaches elsewhere; 443 is for AWS and registries. @default [443] */
  egressPorts?: number[];

  /** Size of the disk with system, images and containers, in GiB. @default 150 */
  rootVolumeGb?: number;

  /**
   * Size of the data volume, in GiB, which the instance mounts at /data and which stays when the
   * instance is replaced; excludes `dataVolumeId`. @default 100
   */
  dataVolumeGb?: number;

  /**
   * Encrypted volume to mount at /data instead of a new one, such as one that another stack has
   * kept; in the subnet's availability zone. Excludes `dataVolumeGb`. @default - a new volume
   */
  dataVolumeId?: pulumi.Input<string>;

  /** Whether a new data volume stays when the stack is destroyed. @default true */
  keepData?: boolean;

  /**
   * ARN of the KMS key for the volumes, that of a given data volume too; its policy must leave rights
   * to IAM, as its default does. @default - the key that AWS manages for EBS
   */
  kmsKeyArn?: pulumi.Input<string>;

  /**
   * When the instance is stopped, as EventBridge Scheduler writes it, such as
   * `cron(0 20 * * ? *)`. Containers start again with the instance. @default - never
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   */
  stopSchedule?: string;

  /** When the instance is started, such as `cron(0 8 ? * MON-FRI *)`. @default - never */
  startSchedule?: string;

  /** Time zone of both schedules. @default "UTC" */
  scheduleTimezone?: string;

  /**
   * The instance is stopped once it was idle for so many minutes: 15 to 1440, a multiple of 5.
   * What counts is the CPU, since EC2 has no measure of the GPU of its own: feeding a GPU takes CPU
   * time too. @default - never
   */
  idleStopMinutes?: number;

  /** The instance is idle when it uses less than so many vCPUs, on the average of 5 minutes. @default 0.5 */
  idleVcpus?: number;

  /** Ports of the instance's loopback that `tunnelCommand` brings to this machine. @default [8501, 8500, 8888] */
  tunnelPorts?: number[];

  /** How long an update waits for the instance's Docker Engine, in seconds. @default 900 */
  waitSeconds?: number;

  /** Further tags of every resource. @default - none */
  tags?: Record<string, string>;
}

/** Where the data volume is mounted. */
export const dataFolder = "/data";
/** Folder for notebooks on the data volume, which belongs to the notebook's user. */
export const notebookFolder = `${dataFolder}/notebooks`;

/** Defaults of GpuHostArgs. */
export const gpuHostDefaults = {
  public: false,
  sshCidrs: [] as string[],
  egressPorts: [443],
  rootVolumeGb: 150,
  keepData: true,
  scheduleTimezone: "UTC",
  idleVcpus: 0.5,
  tunnelPorts: [8501, 8500, 8888],
  waitSeconds: 900,
} satisfies Partial<GpuHostArgs>;

/** Size of a new data volume, in GiB. */
export const dataVolumeGbDefault = 100;

/** Arguments with every default filled in. */
export type ResolvedGpuHostArgs = GpuHostArgs & typeof gpuHostDefaults;

export function resolveGpuHostArgs(args: GpuHostArgs): ResolvedGpuHostArgs {
  return withDefaults(args, gpuHostDefaults);
}
