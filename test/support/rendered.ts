import { stringify } from "yaml";

import type { Registration } from "./mocks";

const mostLines = 12;

/**
 * Resources as a text for `toMatchFileSnapshot`: their inputs in YAML, sorted by kind and name. Texts of
 * many lines, which have snapshots of their own, are counted.
 *
 * @param provider - the resources of that provider, such as `kubernetes`
 */
export function rendered(resources: Registration[], provider: string): string {
  return resources
    .filter(({ type }) => type.startsWith(`${provider}:`))
    .map(({ type, name, inputs }) => ({ title: `${type.split(":").pop()} ${name}`, inputs }))
    .sort((one, other) => one.title.localeCompare(other.title))
    .map(({ title, inputs }) => `# ${title}\n${stringify(inputs, shortened, { lineWidth: 0 })}`)
    .join("---\n");
}

function shortened(_: unknown, value: unknown): unknown {
  const lines = typeof value === "string" ? value.split("\n").length : 0;
  return lines > mostLines ? `(${lines} lines)` : value;
}
