import type { Problem } from "@tf-model-serving/core";
import { feedsOf, Key, TargetName } from "./key";
import { KeyName, table } from "./table";

/**
 * What components say of their arguments, said of the config keys that feed them: `service.replicas`
 * is `replicas`, and `cluster.maxInstances` is `awsCluster.maxInstances`.
 *
 * @param component - whose arguments the paths are in; of paths that begin with it, empty
 */
export function byKey(target: TargetName, component: string, problems: Problem[]): Problem[] {
  const within = component === "" ? "" : `${component}.`;
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: keyOf(target, within + propertyPath),
    reason: reasonByKey(target, component, reason),
  }));
}

/** The fields of the components that a key feeds which other keys feed. */
export function keyedFields(target: TargetName, name: KeyName): string[] {
  const own = feedsOf(table[name], target).map(({ argument }) => `${argument}.`);
  return feeds(target)
    .filter(({ key }) => key !== name)
    .flatMap(({ argument }) =>
      own
        .filter((component) => argument.startsWith(component))
        .map((component) => argument.slice(component.length).split(".")[0]),
    );
}

/** The key that feeds most of a path, and the rest of the path; the bare path where none does. */
function keyOf(target: TargetName, path: string): string {
  const [nearest] = feeds(target)
    .filter(({ argument }) => isWithin(path, argument))
    .sort((a, b) => b.argument.length - a.argument.length);
  return nearest
    ? nearest.key + path.slice(nearest.argument.length)
    : path.slice(path.indexOf(".") + 1);
}

/** Also where a sentence names another argument, such as " models[0]". */
function reasonByKey(target: TargetName, component: string, reason: string): string {
  return feeds(target)
    .filter(({ argument, key }) => argument.startsWith(`${component}.`) && key.includes("."))
    .reduce(
      (text, { argument, key }) =>
        text.split(` ${argument.slice(component.length + 1)}[`).join(` ${key}[`),
      reason,
    );
}

function feeds(target: TargetName): { argument: string; key: string }[] {
  return Object.entries<Key>(table).flatMap(([name, key]) =>
    feedsOf(key, target).map(({ argument, field }) => ({
      argument,
      key: field === undefined ? name : `${name}.${field}`,
    })),
  );
}

function isWithin(path: string, argument: string): boolean {
  return path.startsWith(argument) && /^([.[]|$)/.test(path.slice(argument.length));
}
