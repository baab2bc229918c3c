import * as ec2 from "@pulumi/aws/ec2";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { hookName } from "@tf-model-serving/core/internal/stack/hookName";
import { valueOf } from "@tf-model-serving/core/internal/arguments/valueOf";
import { ResolvedEcsClusterArgs } from "./ecsClusterArgs";
import { hasGpus } from "../instances/instanceTypes";

/** Which AMI a launch template shall have. */
export interface InstanceAmi {
  /** The AMI that the arguments name, else the one that AWS recommends now. */
  imageId: pulumi.Output<string>;
  /** Options of the launch template, which keep the AMI that it has where the arguments name none. */
  options: Pick<pulumi.CustomResourceOptions, "ignoreChanges" | "hooks">;
}

/**
 * Name of the public parameter that holds the AMI which AWS recommends for ECS.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 */
function recommendedAmiParameter(gpus: boolean): string {
  return `/aws/service/ecs/optimized-ami/amazon-linux-2023/${gpus ? "gpu/" : ""}recommended/image_id`;
}

/**
 * The AMI of a cluster's instances. AWS recommends another one every few weeks, and no update shall
 * replace a fleet for that unasked: the one that a launch template has is kept until the arguments
 * name another.
 */
export function instanceAmi(
  name: string,
  { amiId, instanceType }: ResolvedEcsClusterArgs,
  parent: pulumi.Resource,
): InstanceAmi {
  if (amiId !== undefined) {
    return { imageId: pulumi.output(amiId), options: {} };
  }
  const parameter = recommendedAmiParameter(hasGpus(instanceType));
  // `value` counts as a secret, although this parameter is public.
  const imageId = ssm.getParameterOutput({ name: parameter }, { parent }).insecureValue;
  return {
    imageId,
    options: {
      ignoreChanges: ["imageId"],
      hooks: { beforeUpdate: [refuseOtherKind(name, imageId)] },
    },
  };
}

/** Says where AWS recommends another AMI than the one that the instances have. */
export function noteNewerAmi(
  template: ec2.LaunchTemplate,
  { imageId }: InstanceAmi,
  parent: pulumi.Resource,
): void {
  pulumi.all([template.imageId, imageId]).apply(([kept, newest]) => {
    if (kept !== newest) {
      void pulumi.log.info(
        `The instances keep ${kept}. AWS recommends ${newest} now: set amiId to it to replace them, ` +
          "one after the other",
        parent,
      );
    }
  });
}

/** The part of a launch template's inputs that decides whether its AMI fits. */
interface TemplateInputs {
  imageId?: string;
  instanceType?: string;
}

/**
 * Why a launch template cannot keep its AMI; undefined where it can. Only one of AWS's two has
 * NVIDIA's driver.
 *
 * @param recommended - the AMI that AWS recommends for the new type
 */
export function otherKindOfAmi(
  olds: TemplateInputs,
  news: TemplateInputs,
  recommended: string,
): string | undefined {
  const [before, after] = [olds.instanceType ?? "", news.instanceType ?? ""];
  return olds.imageId === news.imageId && hasGpus(before) !== hasGpus(after)
    ? `instanceType goes from ${before} to ${after}, and the instances keep their AMI, ${olds.imageId}, ` +
        `which is for types ${hasGpus(before) ? "with" : "without"} GPUs: set amiId to ${recommended}`
    : undefined;
}

function refuseOtherKind(name: string, recommended: pulumi.Output<string>): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    hookName(`AMI of ${name}`),
    async ({ oldInputs, newInputs }) => {
      const newest = await valueOf(recommended);
      const problem = otherKindOfAmi(oldInputs ?? {}, newInputs ?? {}, newest);
      if (problem !== undefined) {
        throw new pulumi.RunError(problem);
      }
    },
    { onDryRun: true },
  );
}
