import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { ECS } from "@aws-sdk/client-ecs";
import { npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import { standing } from "../record";
import type { Deployment, StackContext } from "../target";

/** Where a stack is on AWS, by what Pulumi has on record of it. */
export interface EcsPlace {
  /** ARN. */
  readonly cluster: string;
  readonly services: { readonly name: string; readonly part: "replica" | "notebook" }[];
}

/** Clients of AWS for a stack, with the SDK's own chain of credentials. */
export interface Aws {
  readonly ecs: ECS;
  readonly logs: CloudWatchLogs;
  readonly region: string;
}

/** Where a stack is; undefined where Pulumi has made no cluster of it. */
export function placeOf(record: Deployment | undefined): EcsPlace | undefined {
  const resources = standing(record ?? {});
  const cluster = resources.find(({ type }) => type === "aws:ecs/cluster:Cluster")?.outputs?.arn;
  const services = resources
    .filter(({ type, outputs }) => type === "aws:ecs/service:Service" && outputs?.name)
    .map(({ urn, outputs }) => ({
      name: String(outputs?.name),
      part: urn.includes(":EcsNotebook$") ? ("notebook" as const) : ("replica" as const),
    }));
  return cluster ? { cluster, services } : undefined;
}

/** Clients for the region that the stack is in, else for the one that it is to be in. */
export async function connectAws(
  { plainSetting }: StackContext,
  place: EcsPlace | undefined,
): Promise<Aws> {
  const [{ ECS }, { CloudWatchLogs }, region, profile] = await Promise.all([
    import("@aws-sdk/client-ecs"),
    import("@aws-sdk/client-cloudwatch-logs"),
    place ? place.cluster.split(":")[3] : plainSetting("aws:region"),
    plainSetting("aws:profile"),
  ]);
  const chosen = {
    ...(region ? { region: String(region) } : {}),
    ...(profile ? { profile: String(profile) } : {}),
  };
  // Which Node.js this project needs is its own to say.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const ecs = new ECS(chosen);
  const found = await ecs.config.region().catch(() => "");
  return { ecs, logs: new CloudWatchLogs(chosen), region: found };
}

/**
 * Asks AWS whether it lets this user in.
 *
 * @throws Failure that says what to do
 */
export async function requireAws(aws: Aws, { stack }: StackContext): Promise<void> {
  if (!aws.region) {
    throw new Failure(
      `The stack ${stack} has no region.`,
      `${npmRun("pulumi -- config set aws:region eu-west-1", stack)}, or set AWS_REGION.`,
    );
  }
  try {
    await aws.ecs.listClusters({ maxResults: 1 });
  } catch (error) {
    const { name, message } = error as Error;
    // Who may not list clusters may still look at the stack's own.
    if (name !== "AccessDeniedException") {
      throw new Failure(
        `AWS does not let the stack ${stack} in (region ${aws.region}): ${message.split("\n")[0]}.`,
        "log in (aws sso login, or aws configure), or name a profile: " +
          `${npmRun("pulumi -- config set aws:profile NAME", stack)}, or set AWS_PROFILE.`,
      );
    }
  }
}
