import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { isObject, Problem, problemsOf, valueOf } from "@tf-model-serving/core";
import { recordedOutputs } from "../releaseRecord";
import { defaultText, feedsOf, Key, TargetName, targetNames, targetsOf, typeOf } from "./key";
import { keyedFields } from "./paths";
import { KeyName, table } from "./table";

type Components = Record<string, Record<string, unknown> | undefined>;

/** The stack's configuration, read by the table of keys. */
export interface Settings {
  readonly target: TargetName;
  /** Arguments by component, as far as the configuration has them: the rest is left to the component. */
  readonly args: Components;
  /** What is wrong with the keys themselves, by key. */
  readonly problems: Problem[];
  /** The stack's outputs as the last update left them. */
  readonly recorded: Record<string, unknown>;
}

/** Reads the configuration; what is wrong with it is among the settings. */
export async function readSettings(): Promise<Settings> {
  const { target, problems } = readTarget();
  const args: Components = { image: {}, service: {}, notebook: {} };
  for (const [name, key] of entries()) {
    const { value, wrong } = await readValue(name, key, target);
    problems.push(...wrong);
    for (const { argument, field } of feedsOf(key, target)) {
      const fed = field === undefined ? value : (value as Record<string, unknown>)?.[field];
      setArgument(args, argument, fed);
    }
  }
  for (const [name, { makes }] of entries()) {
    if (makes && !isOn(name)) {
      removeArgument(args, makes);
    }
  }
  return { target, args, problems, recorded: await recordedOutputs() };
}

/** What a key says; undefined where it is empty. */
export function text(name: KeyName): string | undefined {
  return new pulumi.Config().get(name) || undefined;
}

/** Whether a key says yes, or anything at all; its default counts. */
export function isOn(name: KeyName): boolean {
  return !["", "false", "{}"].includes(textOrDefault(name));
}

/** Whether a stack says something else of a key than Pulumi.yaml. */
export function isSet(name: KeyName): boolean {
  return textOrDefault(name) !== defaultText(table[name]);
}

function textOrDefault(name: KeyName): string {
  return new pulumi.Config().get(name) ?? defaultText(table[name]);
}

/**
 * The keys that make a release besides what is in its image, as Pulumi has them; none of them is a
 * secret. A changed number of replicas, port or notebook is no release, and how one is done is no
 * part of it.
 */
export function releaseSettings(further: KeyName[] = []): Record<string, string> {
  const names = entries().flatMap(([name, { release }]) => (release ? [name] : []));
  return Object.fromEntries([...names, ...further].map((name) => [name, text(name) ?? ""]));
}

/** @throws RunError that lists all problems by config key */
export function refuse(problems: Problem[]): never {
  // A folder that nobody has set is that of the model which was fetched.
  const isFetched = isSet("modelSource") && !isSet("modelFolder");
  const keyOf = (path: string) => (isFetched && path === "modelFolder" ? "modelSource" : path);
  // Two components may check the same setting.
  const lines = new Set(
    problems.map(({ propertyPath, reason }) => `  ${keyOf(propertyPath)}: ${reason}`),
  );
  throw new pulumi.RunError(
    `The configuration of stack ${pulumi.getStack()} cannot work; nothing was changed:\n${[...lines].join("\n")}`,
  );
}

function entries(): [KeyName, Key][] {
  return Object.entries(table) as [KeyName, Key][];
}

/** Where the target is unknown, all that applies to the first one is judged by that. */
function readTarget(): Pick<Settings, "target" | "problems"> {
  const given = text("target") ?? targetNames[0];
  const target = targetNames.find((name) => name === given);
  const reason = `is "${given}": use ${targetNames.slice(0, -1).join(", ")} or ${targetNames.at(-1)}`;
  return target
    ? { target, problems: checkUnused(target) }
    : { target: targetNames[0], problems: [{ propertyPath: "target", reason }] };
}

/** Refuses what other targets have and this one cannot honour. */
function checkUnused(target: TargetName): Problem[] {
  return entries()
    .filter(([name, key]) => isSet(name) && !targetsOf(key).includes(target))
    .map(([name, key]) => {
      // An object is long, and may hold credentials.
      const isShown = typeof key.default !== "object" && !key.secret;
      const given = isShown ? `is ${text(name)}, which` : "is set, and";
      const why = key.instead?.[target] ?? `it is for ${targetsOf(key).join(" and ")}`;
      const reason = `${given} target ${target} does not use${isShown ? "" : " it"}: leave it out, since ${why}`;
      return { propertyPath: name, reason };
    });
}

/** The argument that a key gives; undefined where it is not set, or wrong. */
async function readValue(
  name: KeyName,
  key: Key,
  target: TargetName,
): Promise<{ value?: unknown; wrong: Problem[] }> {
  const isGiven = key.given === true || (key.given ?? []).includes(target);
  if (!isSet(name)) {
    return { value: isGiven ? key.default : undefined, wrong: [] };
  }
  const value = key.secret ? await readSecret(name) : readPlain(name, key);
  const schema = schemaOf(name, target);
  if (value === undefined || schema === undefined) {
    return { value, wrong: [] };
  }
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { value: parsed.data, wrong: [] }
    : { value: rightFields(value, parsed.error), wrong: problemsOf(schema, value, name) };
}

/** What an object has besides wrong fields: the component judges that. */
function rightFields(value: unknown, { issues }: z.ZodError): unknown {
  const wrong = issues.map(({ path }) => path[0]);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.includes(name)))
    : undefined;
}

function schemaOf(name: KeyName, target: TargetName): z.ZodType | undefined {
  const { schema = {} } = table[name];
  if (typeof schema === "function") {
    return schema(keyedFields(target, name));
  }
  return "safeParse" in schema ? schema : schema[target];
}

/** What is no text is JSON, numbers and booleans too. An empty text stands for one that is not set. */
function readPlain(name: KeyName, key: Key): unknown {
  return typeOf(key) === "string" ? text(name) : new pulumi.Config().getObject(name);
}

/** A secret that is set, and still one. */
async function readSecret(name: string): Promise<pulumi.Output<string> | undefined> {
  const secret = new pulumi.Config().getSecret(name);
  return secret && (await valueOf(secret)) ? secret : undefined;
}

/** Sets `service.replicas`, or all that an object has of `service`. */
function setArgument(args: Components, argument: string, value: unknown): void {
  const [component, ...path] = argument.split(".");
  const last = path.pop();
  let place = (args[component] ??= {});
  if (value === undefined) {
    return;
  }
  for (const name of path) {
    place = (place[name] ??= {}) as Record<string, unknown>;
  }
  if (last !== undefined) {
    place[last] = value;
  } else if (isObject(value)) {
    Object.assign(place, value);
  }
}

function removeArgument(args: Components, argument: string): void {
  const [component, name] = argument.split(".");
  if (name === undefined) {
    delete args[component];
  } else {
    delete args[component]?.[name];
  }
}
