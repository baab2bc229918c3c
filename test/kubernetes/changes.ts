import type { Plain } from "../provider/provider";
import { unknown } from "../provider/provider";

/** What differs between the object on the server, as far as the inputs before named it, and `news`. */
export function changesIn(live: Plain, olds: Plain, news: Plain): string[] {
  return compare([], comparable(live), comparable(olds), comparable(news)).map(pathText);
}

/** Keys and indices. */
export type Path = (string | number)[];

/** Fields that the server sets. */
const readOnly = ["creationTimestamp", "deletionTimestamp", "generation", "managedFields"];

/** The same for objects that mean the same. */
function comparable(object: Plain): Plain {
  const { status, stringData, ...rest } = object;
  void status;
  const metadata = { ...rest.metadata };
  for (const name of [...readOnly, "deletionGracePeriodSeconds", "resourceVersion", "uid"]) {
    delete metadata[name];
  }
  // The server keeps `stringData` as `data`.
  const encoded =
    object.kind === "Secret" && stringData && stringData !== unknown
      ? Object.entries(stringData as Record<string, string>).map(([key, text]) => [
          key,
          text === unknown ? unknown : Buffer.from(text).toString("base64"),
        ])
      : undefined;
  return {
    ...rest,
    ...(encoded ? { data: { ...rest.data, ...Object.fromEntries(encoded) } } : {}),
    ...(!encoded && stringData !== undefined ? { stringData } : {}),
    metadata,
  };
}

function compare(path: Path, live: Plain, before: Plain, after: Plain): Path[] {
  if (after === unknown) {
    return [path];
  }
  // What the inputs did not name is the server's, or another's.
  const isNew = before === undefined || before === null;
  const old = isNew ? undefined : live;
  if (after === undefined || after === null) {
    return isEmpty(old) ? [] : [path];
  }
  if (!isNew && isEmpty(old) && isEmpty(after)) {
    return [];
  }
  if (typeof after === "object" && (old === undefined || typeof old === "object")) {
    const keys = new Set([...Object.keys(after), ...Object.keys(before ?? {})]);
    const inside = [...keys].flatMap((key) =>
      compare(
        [...path, Array.isArray(after) ? Number(key) : key],
        old?.[key],
        before?.[key],
        after[key],
      ),
    );
    return isNew && inside.length === 0 ? [path] : inside;
  }
  return same(path, old, after) ? [] : [path];
}

/** What the server does not keep in most places. */
export function isEmpty(value: Plain): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

/** Whether two texts or numbers at a path mean the same. */
export function same(path: Path, live: Plain, after: Plain): boolean {
  if (live === after) {
    return true;
  }
  const isQuantity =
    /^(limits|requests|capacity|hard)$/.test(String(path.at(-2))) || path.at(-1) === "sizeLimit";
  return isQuantity && live !== undefined && quantity(live) === quantity(after);
}

const suffixes: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9 };
Object.assign(suffixes, { T: 1e12, P: 1e15, E: 1e18 });
["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].forEach((name, at) => (suffixes[name] = 1024 ** (at + 1)));

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function quantity(text: string | number): number {
  const [, digits, suffix] = /^([-+.\d]+(?:[eE][-+]?\d+)?)([A-Za-z]*)$/.exec(String(text)) ?? [];
  // Thousandths are rounded away: 0.1 and 100m are not the same number to a computer.
  return Math.round(Number(digits) * (suffix ? suffixes[suffix] : 1) * 1e9);
}

function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") {
      return `${text}[${part}]`;
    }
    return /[."[\]]/.test(part) ? `${text}["${part}"]` : text ? `${text}.${part}` : part;
  }, "");
}
