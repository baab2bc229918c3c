import { existsSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import type { Place } from "./composeTree";
import { interpolate, splitWords, type Variables } from "./variables";

/** Files of this machine that a container has at a path of its own. */
export interface Mount {
  /** Absolute; undefined where this machine has it in no folder. */
  readonly source?: string;
  readonly target: string;
  readonly place: Place;
}

/** What the last stage of a Dockerfile makes. */
export interface Dockerfile {
  /** The image that it begins with. */
  readonly from: { image: string; place: Place };
  readonly environment: { name: string; value: string; place: Place }[];
  readonly copies: Mount[];
  /** Words of ENTRYPOINT and of CMD. */
  readonly entrypoint?: { words: string[]; place: Place };
  readonly command?: { words: string[]; place: Place };
  /** Every other instruction. */
  readonly others: { word: string; text: string; place: Place }[];
}

interface Stage extends Omit<Dockerfile, "entrypoint" | "command"> {
  entrypoint?: Dockerfile["entrypoint"];
  command?: Dockerfile["command"];
  folder: string;
}

/**
 * Reads a Dockerfile.
 *
 * @param context - absolute folder that COPY takes from
 * @param args - of the build
 * @param target - the stage that is built. @default - the last one
 * @returns undefined where it has no such stage
 */
export function readDockerfile(
  text: string,
  {
    file,
    context,
    args,
    target,
  }: { file: string; context: string; args: Variables; target?: string },
): Dockerfile | undefined {
  const stages = new Map<string, Stage>();
  const given: Record<string, string | undefined> = {};
  let variables: Record<string, string | undefined> = {};
  let stage: Stage | undefined;
  for (const { word, rest, line } of instructions(text)) {
    const place: Place = { file, line, column: 1, path: word };
    const filled = () => interpolate(rest, variables).text;
    if (word === "FROM") {
      const [image, , name = String(stages.size)] = splitWords(
        interpolate(rest, given).text.replace(/^(--\S+\s+)+/, ""),
      );
      if (stage && target !== undefined && stages.get(target) === stage) {
        break;
      }
      const base = stages.get(image);
      stage = base
        ? {
            ...base,
            environment: [...base.environment],
            copies: [...base.copies],
            others: [...base.others],
          }
        : { from: { image, place }, environment: [], copies: [], others: [], folder: "/" };
      variables = Object.fromEntries(stage.environment.map((one) => [one.name, one.value]));
      stages.set(name, stage);
    } else if (word === "ARG") {
      const [, name, value] = /^(\w+)(?:=(.*))?$/.exec(rest.trim()) ?? [];
      const known = args[name] ?? (value === undefined ? given[name] : splitWords(value).join(" "));
      Object.assign(stage ? variables : given, { [name]: known });
    } else if (stage) {
      read(stage, word, word === "RUN" ? rest : filled(), rest, place, context);
      variables = { ...variables, ...valuesOf(stage) };
    }
  }
  return target === undefined ? stage : stages.get(target);
}

function valuesOf({ environment }: Stage): Variables {
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]));
}

/** What an instruction adds to its stage. */
function read(
  stage: Stage,
  word: string,
  filled: string,
  rest: string,
  place: Place,
  context: string,
): void {
  switch (word) {
    case "ENV": {
      const pairs = /^\w+=/.test(filled)
        ? splitWords(filled).map((one) => [one.split("=", 1)[0], one.replace(/^[^=]*=/, "")])
        : [[filled.split(/\s/, 1)[0], filled.replace(/^\S+\s+/, "")]];
      stage.environment.push(...pairs.map(([name, value]) => ({ name, value, place })));
      break;
    }
    case "WORKDIR":
      stage.folder = path.posix.resolve(stage.folder, filled);
      break;
    case "COPY":
    case "ADD":
      stage.copies.push(...copiesOf(filled, stage.folder, place, context));
      break;
    case "ENTRYPOINT":
      stage.entrypoint = { words: commandWords(rest), place };
      stage.command = undefined;
      break;
    case "CMD":
      stage.command = { words: commandWords(rest), place };
      break;
    default:
      stage.others.push({ word, text: rest, place });
  }
}

/** Instructions with the line on which each begins, without comments. */
function instructions(text: string): { word: string; rest: string; line: number }[] {
  const found: { word: string; rest: string; line: number }[] = [];
  let open: { text: string; line: number } | undefined;
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*#/.test(line) || (line.trim() === "" && !open)) {
      return;
    }
    const whole: string = (open?.text ?? "") + line.replace(/\\\s*$/, " ");
    const begun = open?.line ?? index + 1;
    open = /\\\s*$/.test(line) ? { text: whole, line: begun } : undefined;
    const [, word, rest] = /^\s*(\w+)\s+(.*)$/s.exec(whole) ?? [];
    if (!open && word) {
      found.push({ word: word.toUpperCase(), rest: rest.trim(), line: begun });
    }
  });
  return found;
}

/** The shell form is words too. */
export function commandWords(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) ? words.map(String) : splitWords(text);
  } catch {
    return splitWords(text);
  }
}

/** Folders of the build's context by where they are in the image; of another stage nothing is known. */
function copiesOf(text: string, folder: string, place: Place, context: string): Mount[] {
  const flags = text.match(/^(--\S+\s+)+/)?.[0] ?? "";
  const words = commandWords(text.slice(flags.length));
  const [target = "/"] = words.splice(-1);
  const to = path.posix.resolve(folder, target);
  return words.map((word) => {
    const source =
      /--from=/.test(flags) || /^\w+:\/\//.test(word) ? undefined : path.join(context, word);
    const isFile = source !== undefined && existsSync(source) && statSync(source).isFile();
    const inside = isFile && (target.endsWith("/") || words.length > 1);
    const at = inside ? path.posix.join(to, path.posix.basename(word)) : to;
    return { ...(source !== undefined && { source }), target: at, place };
  });
}

/** The text of a file, or undefined where there is none. */
export function textOfFile(file: string): string | undefined {
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
}
