import { annotation } from "./metadata";
import type { Plain } from "../provider/provider";

/**
 * Begins of the names of those whose fields an update takes over. What `kubectl` changed, with
 * `kubectl rollout undo` too, is no conflict for the next update.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/await.go
 */
const takenOver = [
  "kubectl",
  "before-first-apply",
  "pulumi-kubernetes",
  "pulumi-resource-kubernetes",
];

/**
 * The JSON patch that makes fields which were set by a create, or by hand, the manager's own: only
 * then can server-side apply change them without a conflict, and remove them. Undefined: nothing to
 * do.
 */
export function takeOver(live: Plain, manager: string): Plain[] | undefined {
  const entries: Plain[] = live.metadata.managedFields ?? [];
  const isTaken = (entry: Plain): boolean =>
    !entry.subresource &&
    ((entry.operation === "Update" && takenOver.some((name) => entry.manager.startsWith(name))) ||
      (entry.operation === "Apply" && entry.manager === "kubectl"));
  const taken = entries.filter(isTaken);
  if (taken.length === 0) {
    return undefined;
  }
  const own = entries.find(
    (entry) => entry.manager === manager && entry.operation === "Apply" && !entry.subresource,
  );
  const fields = [...(own ? [own] : []), ...taken].map(({ fieldsV1 }) => fieldsV1);
  const merged = {
    ...(own ?? taken[0]),
    manager,
    operation: "Apply",
    fieldsV1: fields.reduce(union),
  };
  const rest = entries.filter((entry) => entry !== own && !isTaken(entry));
  return [
    { op: "replace", path: "/metadata/managedFields", value: [...rest, merged] },
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
  ];
}

function union(one: Plain, other: Plain): Plain {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      key in one && key in other ? union(one[key], other[key]) : (one[key] ?? other[key]),
    ]),
  );
}

/**
 * Inputs without the fields of `ignoreChanges` that another manager owns, such as an autoscaler;
 * those that are the provider's own keep the value on the server.
 */
export function withoutIgnored(
  inputs: Plain,
  live: Plain,
  ignored: string[],
  manager: string,
): Plain {
  const result = structuredClone(inputs);
  const owners = (path: string[]) =>
    (live.metadata.managedFields ?? [])
      .filter(
        ({ fieldsV1 }: Plain) =>
          at(
            fieldsV1,
            path.map((part) => `f:${part}`),
          ) !== undefined,
      )
      .map((entry: Plain) => entry.manager as string);
  for (const path of ignored.map((text) => text.split("."))) {
    const parent = at(result, path.slice(0, -1));
    const [name, value, owned] = [path.at(-1)!, at(live, path), owners(path)];
    if (!parent) {
      continue;
    }
    if (owned.length > 0 && !owned.includes(manager)) {
      delete parent[name];
    } else if (value !== undefined) {
      parent[name] = value;
    }
  }
  return result;
}

function at(object: Plain, path: string[]): Plain {
  return path.reduce((value, part) => value?.[part], object);
}

/** Whether fields of other managers are taken from them; a preview shows what that would give. */
export function forces(inputs: Plain, preview: boolean): boolean {
  return preview || annotation(inputs, "patchForce") === "true";
}
