import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../arn";
import { checkIpv4Block, everyone } from "@tf-model-serving/core/internal/arguments/cidr";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  recordOf,
  textThat,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import {
  tunnelledNotebookDefaults,
  TunnelledNotebookArgs,
  tunnelledNotebookFields,
} from "@tf-model-serving/core/internal/serving/notebook/notebookArgs";
import { checkRetention } from "../service/checkEcsModelService";

/** Arguments of an EcsNotebook. */
export interface EcsNotebookArgs extends TunnelledNotebookArgs {
  /** ECS cluster that it runs on: `EcsCluster.clusterArn`. */
  clusterArn: pulumi.Input<string>;

  /** What gives the cluster its instances: `EcsCluster.capacityProviderName`. */
  capacityProviderName: pulumi.Input<string>;

  /** VPC of the cluster. */
  vpcId: pulumi.Input<string>;

  /**
   * Subnets of the notebook, at most one for each Availability Zone: each gets a mount target of the
   * files. They need a way to AWS's services and to the image's registry.
   */
  subnetIds: pulumi.Input<string>[];

  /**
   * Security group of the load balancer: `AlbEndpoint.securityGroupId`. It lets the notebook in.
   * @default - the load balancer lets the notebook in already
   */
  endpointSecurityGroupId?: pulumi.Input<string>;

  /** ECR repository of `image`, which the notebook may then pull from. @default - the image is public */
  repositoryArn?: pulumi.Input<string>;

  /** Number of GPUs of its own, which no replica gets then. @default 0 */
  gpus?: number;

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

  /** Further tags for everything. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of EcsNotebookArgs. */
export const ecsNotebookDefaults = {
  ...tunnelledNotebookDefaults,
  gpus: 0,
  httpsCidrs: [everyone],
  logRetentionDays: 30,
} satisfies Partial<EcsNotebookArgs>;

/** Arguments with every default filled in. */
export type ResolvedEcsNotebookArgs = EcsNotebookArgs & typeof ecsNotebookDefaults;

/** Shape and range of EcsNotebookArgs, of which not all have to be known. */
export const ecsNotebookSchema = objectOf<EcsNotebookArgs>({
  ...tunnelledNotebookFields,
  clusterArn: laterOr(arnOf(["ecs"], "an ECS cluster")),
  capacityProviderName: laterOr(anyText()),
  vpcId: laterOr(anyText()),
  subnetIds: listOf(laterOr(anyText())),
  endpointSecurityGroupId: laterOr(anyText()).optional(),
  repositoryArn: laterOr(arnOf(["ecr"], "a repository in ECR")).optional(),
  gpus: wholeNumberFrom(0, 16).optional(),
  httpsCidrs: listOf(textThat(checkIpv4Block)).optional(),
  kmsKeyArn: laterOr(arnOf(["kms"], "a KMS key")).optional(),
  logRetentionDays: wholeNumberFrom(1, 3653).optional(),
  logKmsKeyArn: laterOr(arnOf(["kms"], "a KMS key")).optional(),
  tags: recordOf(anyText()).optional(),
}).partial();

/**
 * Everything about a notebook on ECS that would keep it from starting or from being reached.
 *
 * @param args - those that are known
 */
export function checkEcsNotebook(args: Partial<EcsNotebookArgs>): Problem[] {
  return problemsOfArgs(
    ecsNotebookSchema,
    args,
    ecsNotebookDefaults,
    ({ subnetIds, logRetentionDays }) => [
      ...(subnetIds?.length === 0
        ? [{ propertyPath: "subnetIds", reason: "is empty: name one subnet at least" }]
        : []),
      ...checkRetention(logRetentionDays),
    ],
  );
}
