import { shown } from "../arguments/checks";
import { nearestName } from "../arguments/nearestName";
import type { Problem } from "../arguments/problem";
import { extraFlags, FlagKind, ownedFlags } from "./otherFlags";
import { serverRows } from "./serverFlags";

const fieldByFlag = new Map(
  serverRows.flatMap(([field, { flags, files, places }]) =>
    Object.keys({ ...flags, ...files }).map((flag): [string, string] => [
      flag,
      places?.[flag] ?? field,
    ]),
  ),
);

const everyFlag = [...fieldByFlag.keys(), ...Object.keys(extraFlags), ...Object.keys(ownedFlags)];

const values: Record<FlagKind, { pattern: RegExp; hint: string }> = {
  [FlagKind.Boolean]: { pattern: /^(true|false|1|0)$/i, hint: "true or false" },
  [FlagKind.Integer]: { pattern: /^-?\d+$/, hint: "a whole number" },
  [FlagKind.Text]: { pattern: /./, hint: "a text" },
};

/**
 * Finds flags among `extraArgs` that the server does not have, that something else sets, or whose
 * value it would refuse. The server itself only prints an unknown flag and goes on without it.
 */
export function checkExtraArgs(extraArgs: string[] | undefined, propertyPath: string): Problem[] {
  if (!Array.isArray(extraArgs)) {
    return []; // The schema refuses it.
  }
  const seen = new Set<string>();
  return extraArgs.flatMap((argument, index) => {
    const reason = refusal(argument, seen);
    return reason ? [{ propertyPath: `${propertyPath}[${index}]`, reason }] : [];
  });
}

function refusal(argument: unknown, seen: Set<string>): string | undefined {
  const match = typeof argument === "string" ? /^--(\w+)(?:=(.*))?$/s.exec(argument) : null;
  if (!match) {
    return `is ${shown(argument)}: use one flag as --name=value`;
  }
  const [, name, value] = match;
  const said = `is "${argument as string}"`;
  if (seen.has(name)) {
    return `${said}, but --${name} is given twice`;
  }
  seen.add(name);
  if (Object.keys(ownedFlags).includes(name)) {
    return `${said}, but --${name} cannot be given: ${ownedFlags[name]}`;
  }
  const field = fieldByFlag.get(name);
  if (field) {
    return `${said}: use the field ${field} instead`;
  }
  if (!Object.keys(extraFlags).includes(name)) {
    const near = nearestName(name, everyFlag);
    return `${said}, a flag that the server does not have${near ? `; did you mean --${near}?` : ""}`;
  }
  const kind = extraFlags[name];
  // TensorFlow reads a bare boolean flag as true and refuses other flags without a value.
  const good = value === undefined ? kind === FlagKind.Boolean : values[kind].pattern.test(value);
  return good ? undefined : `${said}: use --${name} with ${values[kind].hint}`;
}
