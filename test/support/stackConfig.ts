import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { project } from "./mocks";

export const repository = path.join(__dirname, "../..");

/** A key of the typed configuration in Pulumi.yaml. */
export interface ConfigKey {
  type: string;
  default: unknown;
  description: string;
}

/** Pulumi.yaml, as far as tests read it. */
export interface ProjectFile {
  name: string;
  main: string;
  runtime: { options: Record<string, unknown> };
  config: Record<string, ConfigKey>;
}

export function readYaml<T>(file: string): T {
  return parse(fs.readFileSync(path.join(repository, file), "utf8")) as T;
}

export const projectFile = readYaml<ProjectFile>("Pulumi.yaml");

/** Defaults of Pulumi.yaml by key. */
export const defaults: Record<string, unknown> = Object.fromEntries(
  Object.entries(projectFile.config).map(([key, { default: value }]) => [key, value]),
);

/** The stacks that the repository describes; tests make others, named test-something. */
export function stackFiles(): string[] {
  return fs
    .readdirSync(repository)
    .filter((file) => /^Pulumi\..+\.yaml$/.test(file) && !file.startsWith("Pulumi.test-"));
}

/** The project's own values in a stack file; what is encrypted there is the text "decrypted". */
export function readStackFile(file: string): Record<string, unknown> {
  const { config } = readYaml<{ config?: Record<string, unknown> }>(file);
  return Object.fromEntries(
    Object.entries(config ?? {})
      .filter(([key]) => key.startsWith(`${project}:`))
      .map(([key, value]) => [
        key.slice(project.length + 1),
        value !== null && typeof value === "object" && "secure" in value ? "decrypted" : value,
      ]),
  );
}

/** Sets the configuration as the CLI does: a stack's values over the defaults, all as text. */
export function setConfig(values: Record<string, unknown> = {}, secretKeys: string[] = []): void {
  const qualified = (key: string) => `${project}:${key}`;
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries({ ...defaults, ...values }).map(([key, value]) => [
        qualified(key),
        typeof value === "object" ? JSON.stringify(value) : String(value),
      ]),
    ),
    secretKeys.map(qualified),
  );
}
