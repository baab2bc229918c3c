import { dockerOn } from "./ownMachine";
import type { SwarmNode } from "./swarmNodes";

/** A task of a stack that is meant to run, as a manager sees it. */
export interface SwarmTask {
  id: string;
  service: string;
  /** Name of its node. */
  node: string;
  /** Such as "Running". */
  state: string;
}

/** Names of the services of a stack, of one part of it if named. */
function services(manager: SwarmNode, label: string, part?: string): string[] {
  const filters = [`tfserving.stack=${label}`, ...(part ? [`tfserving.part=${part}`] : [])];
  const output = dockerOn(
    manager,
    ...["service", "ls", "--format", "{{.Name}}"],
    ...filters.flatMap((filter) => ["--filter", `label=${filter}`]),
  );
  return output.split("\n").filter(Boolean).sort();
}

/** Tasks of a part of a stack that shall run, by id. */
export function tasks(manager: SwarmNode, label: string, part: string): SwarmTask[] {
  return services(manager, label, part)
    .flatMap((service) => {
      const format = "{{.ID}}\t{{.Node}}\t{{.CurrentState}}";
      const args = ["--no-trunc", "--filter", "desired-state=running", "--format", format];
      return dockerOn(manager, "service", "ps", service, ...args)
        .split("\n")
        .filter(Boolean)
        .map((line) => {
          const [id, node, state] = line.split("\t");
          return { id, service, node, state: state.split(" ")[0] };
        });
    })
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** Everything that Swarm and the nodes have of a stack, as `kind name`. */
export function swarmObjects(nodes: SwarmNode[], label: string): string[] {
  const filter = ["--filter", `label=tfserving.stack=${label}`];
  const list = (node: SwarmNode, kind: string, ...args: string[]) =>
    dockerOn(node, ...args, ...filter)
      .split("\n")
      .filter(Boolean)
      .map((name) => `${kind} ${name}`);
  const [manager] = nodes;
  return [
    ...list(manager, "service", "service", "ls", "--quiet"),
    ...list(manager, "config", "config", "ls", "--quiet"),
    ...list(manager, "secret", "secret", "ls", "--quiet"),
    ...list(manager, "network", "network", "ls", "--quiet"),
    ...nodes.flatMap((node) => list(node, `${node.name} container`, "ps", "--all", "--quiet")),
    ...nodes.flatMap((node) => list(node, `${node.name} volume`, "volume", "ls", "--quiet")),
  ];
}
