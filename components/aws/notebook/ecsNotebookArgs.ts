import * as pulumi from "@pulumi/pulumi";
import { isArnOf } from "../arn";
import { checkIpv4Block, everyone } from "../../core/cidr";
import { checkRetention } from "../service/checkEcsModelService";
import { Problem, wholeNumber } from "../../core/problem";
import { notebookDefaults } from "../../docker/notebook/notebookArgs";

/** Arguments of an EcsNotebook. */
export interface EcsNotebookArgs {
  /** ECS cluster that it runs on: `GpuCluster.clusterArn`. */
  clusterArn: pulumi.Input<string>;

  /** What gives the cluster its instances: `GpuCluster.capacityProviderName`. */
  capacityProviderName: pulumi.Input<string>;

  /** VPC of the cluster. */
  vpcId: pulumi.Input<string>;

  /**
   * Subnets of the notebook, at most one for each Availability Zone: each gets a mount target of the
   * files. They need a way to AWS's services and to the image's registry.
   */
  subnetIds: pulumi.Input<string>[];

  /** Base URL of the model; the notebook finds it as TF_SERVING_REST_URL. */
  restUrl: pulumi.Input<string>;

  /** gRPC address; the notebook finds it as TF_SERVING_GRPC_ADDRESS. */
  grpcAddress: pulumi.Input<string>;

  /** Name of the model; the notebook finds it as MODEL_NAME. */
  modelName: pulumi.Input<string>;

  /**
   * Security group of the load balancer: `AlbEndpoint.securityGroupId`. It lets the notebook in.
   * @default - the load balancer lets the notebook in already
   */
  endpointSecurityGroupId?: pulumi.Input<string>;

  /**
   * Jupyter image: one of the Jupyter Docker Stacks, or one that keeps their contract.
   * @default "quay.io/jupyter/tensorflow-notebook:2026-10-05"
   */
  image?: pulumi.Input<string>;

  /** ECR repository of `image`, which the notebook may then pull from. @default - the image is public */
  repositoryArn?: pulumi.Input<string>;

  /** Whether it runs. Its files stay while it does not. @default true */
  running?: boolean;

  /** Memory limit, in MiB; there is no swap beyond it. @default 4096 */
  memoryMb?: number;

  /** Number of GPUs of its own, which no replica gets then. @default 0 */
  gpus?: number;

  /** Port of 127.0.0.1 on the machine that opens the tunnel. @default 8888 */
  localPort?: number;

  /**
   * Where the notebook may go with HTTPS: for packages, and for the tunnel, which AWS Systems Manager
   * carries. With VPC endpoints the block of the VPC is enough. @default ["0.0.0.0/0"]
   */
  httpsCidrs?: string[];

  /** KMS key for the files and the token. @default - AWS's own keys for EFS and Secrets Manager */
  kmsKeyArn?: pulumi.Input<string>;

  /** For how many days its log is kept, one of CloudWatch's choices. @default 30 */
  logRetentionDays?: number;

  /** KMS key for the log; its policy must let CloudWatch Logs use it. @default - a key of CloudWatch Logs */
  logKmsKeyArn?: pulumi.Input<string>;

  /** Whether the files outlive the stack. @default true */
  retainOnDestroy?: boolean;

  /** Further tags for everything. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of EcsNotebookArgs. */
export const ecsNotebookDefaults = {
  image: notebookDefaults.image as pulumi.Input<string>,
  running: true,
  memoryMb: notebookDefaults.memoryMb,
  gpus: 0,
  localPort: notebookDefaults.port,
  httpsCidrs: [everyone],
  logRetentionDays: 30,
  retainOnDestroy: true,
} satisfies Partial<EcsNotebookArgs>;

/** Arguments with every default filled in. */
export type ResolvedEcsNotebookArgs = EcsNotebookArgs & typeof ecsNotebookDefaults;

/** The part of a notebook's arguments that can be judged before there is any resource. */
export type EcsNotebookShape = Pick<
  ResolvedEcsNotebookArgs,
  | "memoryMb"
  | "gpus"
  | "localPort"
  | "httpsCidrs"
  | "logRetentionDays"
  | "kmsKeyArn"
  | "logKmsKeyArn"
  | "repositoryArn"
> & { subnetIds?: unknown[] };

/** Everything about a notebook on ECS that would keep it from starting or from being reached. */
export function checkEcsNotebook(shape: EcsNotebookShape): Problem[] {
  return [
    ...(shape.subnetIds?.length === 0
      ? [{ propertyPath: "subnetIds", reason: "is empty: name one subnet at least" }]
      : []),
    ...wholeNumber("memoryMb", shape.memoryMb, 512, 2 ** 22),
    ...wholeNumber("gpus", shape.gpus, 0, 16),
    ...wholeNumber("localPort", shape.localPort, 1, 65535),
    ...shape.httpsCidrs.flatMap((cidr, index) => checkIpv4Block(`httpsCidrs[${index}]`, cidr)),
    ...checkRetention(shape.logRetentionDays),
    ...checkArn("kmsKeyArn", shape.kmsKeyArn, "kms"),
    ...checkArn("logKmsKeyArn", shape.logKmsKeyArn, "kms"),
    ...checkArn("repositoryArn", shape.repositoryArn, "ecr"),
  ];
}

function checkArn(propertyPath: string, value: unknown, service: string): Problem[] {
  return value === undefined || isArnOf(value, [service])
    ? []
    : [
        {
          propertyPath,
          reason: `is ${JSON.stringify(value)}, which does not start with arn:aws:${service}:`,
        },
      ];
}
