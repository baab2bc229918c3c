import type { z } from "zod";
import type {
  CanaryArgs,
  DockerModelServiceArgs,
  DockerNotebookArgs,
  ModelEvaluationArgs,
  NotebookImageArgs,
  PublishedImageArgs,
  ServingImageArgs,
  SwarmModelServiceArgs,
} from "@tf-model-serving/core";
import type {
  AlbEndpointArgs,
  EcrRepositoryArgs,
  EcsModelServiceArgs,
  EcsNotebookArgs,
  EcsClusterArgs,
  VpcNetworkArgs,
} from "@tf-model-serving/aws";
import type {
  KubernetesModelServiceArgs,
  KubernetesNotebookArgs,
} from "@tf-model-serving/kubernetes";

/** Where a service can run. */
export const targetNames = ["docker", "swarm", "ecs", "kubernetes"] as const;
export type TargetName = (typeof targetNames)[number];
export type ByTarget<Value> = Partial<Record<TargetName, Value>>;

type ServiceArgs = DockerModelServiceArgs &
  SwarmModelServiceArgs &
  EcsModelServiceArgs &
  KubernetesModelServiceArgs;

/** An argument of a component that the program creates, or all of them. */
export type Argument =
  | `image.${keyof ServingImageArgs}`
  | `registry.${keyof PublishedImageArgs}`
  | "evaluation"
  | `evaluation.${keyof ModelEvaluationArgs}`
  | "service"
  | `service.${keyof ServiceArgs | `canary.${keyof CanaryArgs}`}`
  | "notebook"
  | `notebook.${keyof (DockerNotebookArgs & EcsNotebookArgs & KubernetesNotebookArgs)}`
  | `notebookImage.${keyof NotebookImageArgs}`
  | "network"
  | "choice"
  | `network.${keyof VpcNetworkArgs}`
  | "cluster"
  | `cluster.${keyof EcsClusterArgs}`
  | "times.grpcTimeoutSeconds"
  | "endpoint"
  | `endpoint.${keyof AlbEndpointArgs}`
  | "repository"
  | `repository.${keyof EcrRepositoryArgs}`;

/** The argument that a key feeds; with a field, that field of the key feeds it. */
export type Feed = Argument | readonly [argument: Argument, field: string];

/** A key of the stack's configuration. */
export interface Key {
  /**
   * What Pulumi.yaml has, which gives the type too. A key with this value is not set: the component's
   * own default holds.
   */
  readonly default: string | number | boolean | readonly string[] | Readonly<object>;
  /** One sentence for Pulumi.yaml and docs/settings.md. */
  readonly says: string;
  /** What holds on each target where the key is not set. @default - the default above on all of them */
  readonly own?: ByTarget<string | number>;
  /** The arguments that it feeds. @default - none; the program itself reads it */
  readonly feeds?: readonly Feed[] | ByTarget<readonly Feed[]>;
  /**
   * Checks the value and makes an argument of it; with a function, which gets the fields of the
   * component that other keys feed. @default - it is taken as it is
   */
  readonly schema?: z.ZodType | ByTarget<z.ZodType> | ((keyed: string[]) => z.ZodType);
  /** Whether its default is given to the component, which has none. @default false */
  readonly given?: true | readonly TargetName[];
  /** A component, or an argument, that there is only with this key. @default - none */
  readonly makes?: string;
  /** Whether it is a secret. @default false */
  readonly secret?: boolean;
  /** Whether another value makes another release. @default false */
  readonly release?: boolean;
  /** Why it does not apply to a target, and what to use there. @default - its `feeds` tell where it applies */
  readonly instead?: ByTarget<string>;
}

/** Where a key applies: everywhere, unless it says what it feeds on each target. */
export function targetsOf({ feeds = [], instead }: Key): TargetName[] {
  return targetNames.filter(
    (target) => instead?.[target] === undefined && (Array.isArray(feeds) || target in feeds),
  );
}

export type KeyType = "array" | "boolean" | "integer" | "object" | "string";

/** Type of a key in Pulumi.yaml. */
export function typeOf({ default: value }: Key): KeyType {
  const types: Record<string, KeyType> = {
    boolean: "boolean",
    number: "integer",
    string: "string",
  };
  return types[typeof value] ?? (Array.isArray(value) ? "array" : "object");
}

/** A key's default as Pulumi hands it over. */
export function defaultText({ default: value }: Key): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a key feeds on a target, with the field of the key that does. */
export function feedsOf(key: Key, target: TargetName): { argument: Argument; field?: string }[] {
  const { feeds = [] } = key;
  const all = Array.isArray(feeds) ? feeds : ((feeds as ByTarget<readonly Feed[]>)[target] ?? []);
  return targetsOf(key).includes(target)
    ? (all as Feed[]).map((feed) =>
        typeof feed === "string" ? { argument: feed } : { argument: feed[0], field: feed[1] },
      )
    : [];
}
