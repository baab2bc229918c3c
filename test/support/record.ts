import type { Container } from "../../cli/targets/docker/containers";
import type { Deployment, Resource } from "../../cli/targets/target";

/** A container of a stack as `docker ps` shows it: running and healthy on the network `net-1`. */
export function container(id: string, part: string, more: Partial<Container> = {}): Container {
  return {
    id,
    part,
    number: part === "replica" ? "1" : "",
    state: "running",
    health: "healthy",
    since: "1 minute",
    image: "sha256:abc",
    name: `${part}-${id}`,
    networks: ["net-1"],
    ...more,
  };
}

/** A container on record, or being created where it has no id. */
export function record(name: string, part: string, more: Partial<Resource> = {}): Resource {
  return {
    urn: `urn:pulumi:dev::tfserving::docker:index/container:Container::${name}`,
    type: "docker:index/container:Container",
    ...more,
    inputs: {
      name: `${name}-1a2b3c4`,
      memory: 512,
      networksAdvanced: [{ name: "net-1" }],
      labels: [{ label: "tfserving.part", value: part }],
      ...(part === "replica" ? {} : { ports: [{ internal: 8501, external: 8501 }] }),
      ...more.inputs,
    },
  };
}

/** Any other object of Docker on record, or being created. */
export function object(kind: string, name: string): Resource {
  const type = `docker:index/${kind.toLowerCase()}:${kind}`;
  return { urn: `urn:pulumi:dev::tfserving::${type}::${name}`, type, inputs: { name } };
}

export function deployment(resources: Resource[], created: Resource[] = []): Deployment {
  return {
    resources: [object("Network", "net-1"), ...resources],
    pending_operations: created.map((resource) => ({ resource, type: "creating" })),
  };
}
