import type { Deployment, Resource } from "./target";

/** The resources that stand, without those that are on their way out. */
export function standing({ resources = [] }: Deployment): Resource[] {
  return resources.filter((resource) => !resource.delete && !resource.pendingReplacement);
}

/** A resource's name in the program. */
export function nameInProgram({ urn }: Resource): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** What was under way when an update broke off, in words: `creating replica-1`. */
export function pendingWords({ pending_operations: operations = [] }: Deployment): string[] {
  return operations.map(({ resource, type }) => `${type} ${nameInProgram(resource)}`);
}

/** What was being created when an update broke off. */
export function created({ pending_operations: operations = [] }: Deployment): Resource[] {
  return operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
}
