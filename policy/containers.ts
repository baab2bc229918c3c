import { listOf, type Path, type Resource, unknown } from "./rule";

/** A container that a resource declares, whatever runs it. */
export interface Container {
  /** `container model` in a resource that may have several. */
  readonly part?: string;
  /** May be `unknown`, or absent where the provider refuses that. */
  readonly image: unknown;
  readonly env: readonly Variable[];
  /** Where its environment lies, for what Pulumi marks as secret. */
  readonly envPath: Path;
  /** The container's own object, in the words of its provider. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly spec: any;
}

export interface Variable {
  readonly name: string;
  /** May be `unknown`. */
  readonly value: unknown;
}

/** Where the pod of a kind of Kubernetes lies. */
const podPaths: Record<string, Path> = {
  Pod: ["spec"],
  PodTemplate: ["template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
  ...Object.fromEntries(
    ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"].map(
      (kind) => [kind, ["spec", "template", "spec"]],
    ),
  ),
};

/** The containers of a Docker container or service, an ECS task definition, or what makes pods. */
export function containersOf({ type, props }: Resource): Container[] {
  if (type === "docker:index/container:Container") {
    return [container(undefined, props, props.image, pairs(listOf(props.envs)), ["envs"])];
  }
  if (type === "docker:index/service:Service") {
    const spec = at(props, ["taskSpec", "containerSpec"]) ?? {};
    const env = Object.entries(record(spec.env)).map(([name, value]) => ({ name, value }));
    return [container(undefined, spec, spec.image, env, ["taskSpec", "containerSpec", "env"])];
  }
  if (type === "aws:ecs/taskDefinition:TaskDefinition") {
    return definitions(props.containerDefinitions).map((spec) =>
      container(spec.name, spec, spec.image, listOf(spec.environment), ["containerDefinitions"]),
    );
  }
  const { path, spec: pod } = podOf({ type, props }) ?? {};
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    listOf(pod?.[list]).map((spec, index) =>
      container(spec.name, spec, spec.image, listOf(spec.env), [...path!, list, index, "env"]),
    ),
  );
}

/** The spec of the pod that a resource of Kubernetes makes; undefined where it makes none. */
export function podOf({ type, props }: Pick<Resource, "type" | "props">) {
  const path = type.startsWith("kubernetes:") ? podPaths[type.split(":").at(-1)!] : undefined;
  const spec = path && at(props, path);
  return spec ? { path, spec } : undefined;
}

function container(
  name: unknown,
  spec: Container["spec"],
  image: unknown,
  env: readonly Variable[],
  envPath: Path,
): Container {
  return {
    ...(typeof name === "string" && { part: `container ${name}` }),
    spec,
    image,
    env,
    envPath,
  };
}

/** `NAME=value`, as Docker has it. */
function pairs(entries: unknown[]): Variable[] {
  return entries.map((entry) => {
    const [name, ...value] = String(entry).split("=");
    return { name, value: value.join("=") };
  });
}

/** The JSON of a task definition; empty for what is not known, or not what AWS takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function definitions(json: unknown): any[] {
  try {
    return listOf(JSON.parse(String(json)));
  } catch {
    return [];
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function at(value: any, path: Path): any {
  return path.reduce((inner, key) => (inner instanceof Object ? inner[key] : undefined), value);
}

function record(value: unknown): Record<string, unknown> {
  return value === unknown || !(value instanceof Object) ? {} : (value as Record<string, unknown>);
}
