import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { interpolate, type Variables } from "./variables";

/** Where something stands in a file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Keys that lead to it, such as `services.tf.deploy.replicas`, or an instruction of a Dockerfile. */
  readonly path: string;
}

/** A value of a compose file: a text, a list or keys, or nothing at all. */
export interface Entry extends Place {
  /** A text, or a number or truth value as a text, with its variables put in. */
  readonly text?: string;
  readonly items?: readonly Entry[];
  readonly fields?: ReadonlyMap<string, Entry>;
}

/** What is wrong at a place. */
export interface Trouble {
  readonly place: Place;
  readonly reason: string;
}

/** What a compose file holds; `root` is there exactly if it is YAML. */
export interface ComposeTree {
  readonly root?: Entry;
  readonly troubles: Trouble[];
  /** Variables that are not set and have no default. */
  readonly unset: { place: Place; name: string }[];
}

/** Reads a compose file with anchors, merge keys and variables resolved. */
export function readComposeTree(text: string, file: string, variables: Variables): ComposeTree {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const troubles: Trouble[] = [];
  const unset: ComposeTree["unset"] = [];
  const placeAt = (offset: number, path: string): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col, path };
  };

  const entryOf = (node: unknown, at: Place, above: readonly unknown[]): Entry => {
    if (above.includes(node)) {
      troubles.push({ place: at, reason: "is an alias of what it is in: write the value out" });
      return at;
    }
    const inside = [...above, node];
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) {
        troubles.push({
          place: at,
          reason: `*${node.source} has no anchor &${node.source} before it`,
        });
        return at;
      }
      return entryOf(target, at, inside);
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        entryOf(item, placeAt(startOf(item as Node), `${at.path}[${index}]`), inside),
      );
      return { ...at, items };
    }
    if (isMap(node)) {
      const fields = new Map<string, Entry>();
      for (const { key, keyNode, value } of pairsOf(node, document)) {
        const path = at.path === "" ? key : `${at.path}.${key}`;
        fields.set(key, entryOf(value, placeAt(startOf(keyNode), path), inside));
      }
      return { ...at, fields };
    }
    const value = isScalar(node) ? node.value : undefined;
    return value === null || value === undefined ? at : { ...at, text: textOf(value, at) };
  };

  const textOf = (value: unknown, place: Place): string => {
    if (typeof value !== "string") {
      return String(value);
    }
    const found = interpolate(value, variables);
    troubles.push(...found.missing.map((reason) => ({ place, reason })));
    unset.push(...found.unset.map((name) => ({ place, name })));
    return found.text;
  };

  for (const { pos, message } of document.errors) {
    const place = placeAt(pos[0], "");
    const reason = `is not valid YAML: ${message.replace(/;.*|\s+$/s, "")}`;
    troubles.push({ place: { ...place, path: keyAbove(text, place.line) }, reason });
  }
  if (troubles.length > 0) {
    return { troubles, unset };
  }
  const root = entryOf(document.contents, placeAt(0, ""), []);
  return { root, troubles, unset };
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** Keys of a map, its own before those that `<<` merges in. */
function pairsOf(map: YAMLMap, document: Document, above: YAMLMap[] = []) {
  const own: { key: string; keyNode: Node; value: unknown }[] = [];
  const merged: typeof own = [];
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key)) {
      continue;
    }
    const key = String(pair.key.value);
    if (key !== "<<") {
      own.push({ key, keyNode: pair.key, value: pair.value });
      continue;
    }
    for (const one of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const source = isAlias(one) ? one.resolve(document) : one;
      if (isMap(source) && !above.includes(source)) {
        merged.push(...pairsOf(source, document, [...above, map]));
      }
    }
  }
  const names = new Set<string>();
  return [...own, ...merged].filter(({ key }) => !names.has(key) && names.add(key));
}

/** The key on a line or on the nearest line above it, for what is no YAML. */
function keyAbove(text: string, line: number): string {
  const lines = text.split("\n").slice(0, line).reverse();
  const keys = lines.map((one) => /^\s*(?:-\s+)*["']?([\w.-]+)["']?\s*:/.exec(one)?.[1]);
  return keys.find((key) => key !== undefined) ?? "";
}

/** What stands below a place, by its keys. */
export function below(entry: Entry | undefined, ...keys: string[]): Entry | undefined {
  return keys.reduce<Entry | undefined>((one, key) => one?.fields?.get(key), entry);
}

/** A value of an `environment`, `args` or `labels`, which are a map or a list of NAME=VALUE. */
export interface NamedValue {
  readonly name: string;
  /** @default - it has none: that of this machine */
  readonly value?: string;
  readonly place: Place;
}

/** The values of such a map or list. */
export function namedValues(entry: Entry | undefined): NamedValue[] {
  const listed = (entry?.items ?? []).flatMap((item) => {
    const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(item.text ?? "") ?? [];
    return name === undefined ? [] : [{ name, value, place: item }];
  });
  const mapped = [...(entry?.fields ?? [])].map(([name, one]) => ({
    ...{ name, value: one.text, place: one },
  }));
  return [...listed, ...mapped];
}
