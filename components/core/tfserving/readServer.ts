import { isObject } from "../arguments/checks";
import { checkExtraArgs } from "./extraArgs";
import { ownedFlags } from "./otherFlags";
import { type ServerField, serverRows } from "./serverFlags";
import type { ServerOptions } from "./serverOptions";

/** What a command line of the server says, by argument. */
export interface ReadServer {
  options: ServerOptions;
  /** Values of flags that the image owns, such as `rest_api_port`, by name. */
  owned: Record<string, string>;
  /** What became of each argument: the field that has it, or why none can. */
  arguments: { argument: string; field?: string; reason?: string }[];
}

/**
 * Reads a server's command line, the way back from `renderServer`.
 *
 * @param args - such as `--enable_batching=true`
 * @param readFile - the text of a file that a flag names
 * @throws what `readFile` throws
 */
export function readServer(args: string[], readFile: (file: string) => string): ReadServer {
  const options: Record<string, unknown> = {};
  const owned: Record<string, string> = {};
  const read = args.map((argument) => {
    const [, flag, value = "true"] = /^--(\w+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (Object.keys(ownedFlags).includes(flag)) {
      owned[flag] = value;
      return { argument, reason: ownedFlags[flag] };
    }
    const row = flag ? rowOf(flag) : undefined;
    if (row) {
      const found = readValue(row[1], flag, value, readFile);
      set(options, row[0], found.value);
      return { argument, ...(found.reason ? { reason: found.reason } : { field: row[0] }) };
    }
    const [problem] = checkExtraArgs([argument], "");
    if (problem) {
      return { argument, reason: problem.reason };
    }
    set(options, "extraArgs", [...((options.extraArgs as string[]) ?? []), argument]);
    return { argument, field: "extraArgs" };
  });
  return { options, owned, arguments: read };
}

type Row = (typeof serverRows)[number];

function rowOf(flag: string): Row | undefined {
  return serverRows.find(([, { flags, files = {} }]) => flag in flags || flag in files);
}

/** Several flags may fill one field. */
function set(options: Record<string, unknown>, field: string, value: unknown): void {
  const before = options[field];
  if (value !== undefined) {
    options[field] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
}

function readValue(
  { schema, flags, places, reads }: ServerField<never>,
  flag: string,
  text: string,
  readFile: (file: string) => string,
): { value?: unknown; reason?: string } {
  if (reads?.[flag]) {
    try {
      return { value: reads[flag](readFile(text)) };
    } catch (error) {
      return { reason: (error as Error).message };
    }
  }
  const place = places?.[flag];
  if (place) {
    // One of a list's elements brings its flag by itself.
    const [, name] = place.split(".");
    return { value: place.includes("[]") ? undefined : { [name]: booleanOf(text) } };
  }
  const value = candidates(text).find(
    (one) => schema.safeParse(one).success && means(flags[flag](one as never), text),
  );
  return value === undefined
    ? { reason: `"${text}" is no value of it that changes anything` }
    : { value };
}

/** All that a flag's text may stand for. */
function candidates(text: string): unknown[] {
  const parts = text.split(",");
  const pairs = parts.map((part) => part.split("="));
  return [Number(text), booleanOf(text), parts, Object.fromEntries(pairs), {}, true];
}

function booleanOf(text: string): boolean | undefined {
  return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
}

/** Whether a value that is rendered is what the text says. */
function means(rendered: unknown, text: string): boolean {
  return typeof rendered === "boolean"
    ? rendered === booleanOf(text)
    : String(rendered).split(",").sort().join() === text.split(",").sort().join() ||
        (text !== "" && Number(rendered) === Number(text));
}
