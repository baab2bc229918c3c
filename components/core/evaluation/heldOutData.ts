import * as fs from "node:fs";
import * as path from "node:path";
import { contentHash } from "../image/contentHash";

/** One example of held-out data: an instance or a picture, and its label. */
export interface Example {
  /** Where it stands, such as `line 3`. */
  place: string;
  /** A row of a request for :predict. @default - there is a picture */
  instance?: unknown;
  /** Absolute path of a picture. @default - there is an instance */
  file?: string;
  label: unknown;
}

/** Held-out data as it lies on disk. */
export interface HeldOutData {
  /** The file with the list of examples. */
  list: string;
  examples: Example[];
}

const listFile = /\.jsonl?$/;

/**
 * Reads held-out data.
 *
 * A file of JSON lists examples, a file of JSON lines (`.jsonl`) has one on each line: objects
 * `{"instance": ..., "label": ...}`, or `{"file": PICTURE, "classIndex": N}` with pictures that lie
 * beside the list. `{"instances": [...], "labels": [...]}` is the same as a list. Of a folder it is
 * the only such file.
 *
 * @param data - file or folder, relative to the program's folder
 * @throws Error that begins with what the data does, such as `is "held_out", which is empty: ...`
 */
export function readHeldOutData(data: string): HeldOutData {
  const list = findList(data);
  const content = fs.readFileSync(list, "utf8");
  const entries = list.endsWith(".jsonl") ? linesOf(data, content) : elementsOf(data, content);
  if (entries.length === 0) {
    throw refusal(data, "which is empty: list at least one example");
  }
  const examples = entries.map(({ place, entry }) => {
    const example = exampleOf(entry, path.dirname(list));
    if (typeof example === "string") {
      throw refusal(data, `whose ${place} ${example}`);
    }
    return { place, ...example };
  });
  return { list, examples };
}

/**
 * A hash of the data, and of how a model is asked for it: two values of a metric can be compared
 * where it is the same.
 */
export function hashOfData({ list, examples }: HeldOutData, asked: Record<string, string>): string {
  const pictures = examples.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const folder = path.dirname(list);
  return contentHash(
    Object.fromEntries(pictures.map((file) => [path.relative(folder, file), file])),
    asked,
    { list },
  );
}

function findList(data: string): string {
  const whole = path.resolve(data);
  if (!fs.existsSync(whole)) {
    throw refusal(data, "and there is no such file or folder: name a file .json or .jsonl");
  }
  if (!fs.statSync(whole).isDirectory()) {
    if (!listFile.test(whole)) {
      throw refusal(data, "whose name ends neither in .json nor in .jsonl");
    }
    return whole;
  }
  const lists = fs.readdirSync(whole).filter((name) => listFile.test(name));
  if (lists.length !== 1) {
    const found = lists.length === 0 ? "no file" : `${lists.length} files`;
    throw refusal(data, `a folder with ${found} .json or .jsonl: name the one that lists examples`);
  }
  return path.join(whole, lists[0]);
}

interface Entry {
  place: string;
  entry: unknown;
}

function linesOf(data: string, content: string): Entry[] {
  return content.split(/\r?\n/).flatMap((line, at) => {
    const place = `line ${at + 1}`;
    return line.trim() === "" ? [] : [{ place, entry: parsed(data, line, `whose ${place}`) }];
  });
}

function elementsOf(data: string, content: string): Entry[] {
  const whole = content.trim() === "" ? [] : parsed(data, content, "which");
  const { instances, labels } = (whole ?? {}) as { instances?: unknown; labels?: unknown };
  if (Array.isArray(instances) && Array.isArray(labels)) {
    if (instances.length !== labels.length) {
      throw refusal(data, `with ${instances.length} instances and ${labels.length} labels`);
    }
    return instances.map((instance, at) => ({
      place: `example ${at + 1}`,
      entry: { instance, label: labels[at] },
    }));
  }
  if (!Array.isArray(whole)) {
    throw refusal(data, 'which is neither a list nor {"instances": [...], "labels": [...]}');
  }
  return whole.map((entry, at) => ({ place: `example ${at + 1}`, entry }));
}

function parsed(data: string, text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(data, `${what} is not JSON (${(error as Error).message})`);
  }
}

/** An example, or what is wrong with it. */
function exampleOf(entry: unknown, folder: string): Omit<Example, "place"> | string {
  const fields = (entry ?? {}) as Record<string, unknown>;
  const { instance, file, label = fields.classIndex } = fields;
  if (label === undefined) {
    return "has no label: write label, or classIndex beside the file of a picture";
  }
  if (instance !== undefined) {
    return { instance, label };
  }
  if (typeof file !== "string") {
    return "has neither an instance nor the file of a picture";
  }
  const whole = path.resolve(folder, file);
  return fs.existsSync(whole) ? { file: whole, label } : `names ${file}, which is not there`;
}

function refusal(data: string, why: string): Error {
  return new Error(`is "${data}", ${why}`);
}
