import type { EnforcementLevel, PolicyConfigSchema } from "@pulumi/policy";

/** Stands for a value that a preview cannot know yet; the update itself is checked with the value. */
export const unknown = Symbol("known after the update");

/** A resource as a rule sees it: plain values, with `unknown` where there is none yet. */
export interface Resource {
  /** Such as `docker:index/container:Container`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  // Each provider has shapes of its own; a rule reads what it knows and nothing else.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly props: any;
  /** Paths of the values that Pulumi marks as secret; empty where the engine did not say. */
  readonly secrets: readonly Path[];
  /** Inputs of the resource's provider, such as region and default tags. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly provider: any;
}

/** What the config file may say of a rule, as JSON Schema. */
export type Settings = PolicyConfigSchema["properties"];

export type Path = readonly (string | number)[];

/** What is wrong with a resource, and what to write instead; no part ends with a full stop. */
export interface Finding {
  /** Of the resource, which is the subject without one: `container model`. */
  readonly part?: string;
  /** What it does: `is privileged`. */
  readonly wrong: string;
  /** A sentence: `Take privileged out`. */
  readonly fix: string;
}

/** What one policy holds resources to; a pure function with its name, its sentence and its settings. */
export interface ResourceRule<Config = object> {
  /** As in the config file: small letters and hyphens. */
  readonly name: string;
  /** One sentence that says what is demanded. */
  readonly description: string;
  readonly level: EnforcementLevel;
  /** Settings besides `enforcementLevel` and `reasons`, each with its default. */
  readonly config: Settings;
  check(resource: Resource, config: Config): Finding[];
}

/** The same for all resources of a stack together. */
export interface StackRule<Config = object> {
  readonly name: string;
  readonly description: string;
  readonly level: EnforcementLevel;
  readonly config: Settings;
  check(stack: Stack, config: Config): Finding[];
}

export interface Stack {
  readonly name: string;
  readonly resources: readonly Resource[];
}

/** A list that may be absent, unknown, or written as one value by a provider. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function listOf(value: any): any[] {
  if (value === undefined || value === null || value === unknown) {
    return [];
  }
  return Array.isArray(value) ? value.filter((one) => one !== unknown) : [value];
}

/** Whether a switch is off for certain: what is not known yet may be on. */
export function isOff(value: unknown): boolean {
  return value !== unknown && String(value ?? false) !== "true";
}

export function isOn(value: unknown): boolean {
  return value !== unknown && String(value) === "true";
}
