import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

import { isKnown, promiseOf, type Registration, secretValue } from "./mocks";

const mostLines = 12;
const mostCharacters = 200;

/**
 * Resources as a text for `toMatchFileSnapshot`, sorted by kind and name: their inputs in YAML below
 * comments with their types, parents and options. A text that is JSON is shown as what it says. Texts of
 * many lines, which have snapshots of their own, are counted.
 *
 * @param provider - the resources of that provider, such as `kubernetes`
 */
export function rendered(resources: Registration[], provider: string): string {
  return resources
    .filter(({ type }) => type.startsWith(`${provider}:`))
    .map((resource) => ({ resource, title: titleOf(resource.urn) }))
    .sort((one, other) => one.title.localeCompare(other.title))
    .map(({ resource, title }) => {
      const facts = Object.entries(factsOf(resource)).filter(([, text]) => text);
      const comments = [title, ...facts.map(([fact, text]) => `${fact}: ${text}`)];
      const inputs = stringify(resource.inputs, readable, { lineWidth: 0 });
      return `${comments.map((line) => `# ${line}\n`).join("")}${inputs}`;
    })
    .join("---\n");
}

/** Values by what they are of, in YAML as well, and in whole. */
export function renderedValues(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([title, value]) => `# ${title}\n${stringify(value ?? null, { lineWidth: 0 })}`)
    .join("---\n");
}

/** What a component gives back, as a text for `toMatchFileSnapshot`: secrets are marked. */
export async function renderedOutputs(component: pulumi.Resource): Promise<string> {
  const outputs = Object.entries(component).filter(
    ([name, value]) => name !== "urn" && pulumi.Output.isInstance(value),
  ) as [string, pulumi.Output<unknown>][];
  const shown = outputs.map(async ([name, output]): Promise<[string, unknown]> => {
    const value = (await isKnown(output)) ? await promiseOf(output) : "unknown";
    return [name, (await pulumi.isSecret(output)) ? { secret: value } : value];
  });
  return renderedValues({ Outputs: Object.fromEntries(await Promise.all(shown)) });
}

/** What a reader shall see of a resource beside its inputs; empty for what the program does not say. */
function factsOf(resource: Registration): Record<string, string | undefined> {
  const { type, parent, ignoreChanges, hooks, timeouts } = resource;
  const used = Object.values(resource.propertyDependencies).flat();
  const after = resource.dependencies.filter((urn) => !used.includes(urn));
  return {
    type,
    parent: parent && titleOf(parent),
    after: after.map(titleOf).sort().join(", "),
    "ignored changes": ignoreChanges.join(", "),
    "replaced on changes": resource.replaceOnChanges.join(", "),
    "deleted before it is replaced": resource.deleteBeforeReplace ? "yes" : "",
    "kept on destroy": resource.retainOnDelete ? "yes" : "",
    "deleted with": resource.deletedWith && titleOf(resource.deletedWith),
    hooks: Object.keys(hooks).join(", "),
    "time for an update": timeouts?.update,
  };
}

/** Kind and name of what a URN names, such as `Deployment serving`. */
function titleOf(urn: string): string {
  return `${urn.split("::")[2].split(":").at(-1)} ${urn.split("::")[3]}`;
}

function readable(_: unknown, value: unknown): unknown {
  const content = secretValue(value);
  if (content !== value) {
    return { secret: content };
  }
  if (typeof value !== "string") {
    return value;
  }
  if (/^[[{]"/.test(value) || /^\[\{/.test(value)) {
    return JSON.parse(value);
  }
  const lines = value.split("\n").length;
  if (lines > mostLines) {
    return `(${lines} lines)`;
  }
  return value.length > mostCharacters && !value.includes(" ")
    ? `(${value.length} characters)`
    : value;
}
