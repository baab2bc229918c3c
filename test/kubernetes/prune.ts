import type { Plain } from "../provider/provider";
import { isEmpty, type Path, same } from "./changes";

/** What the inputs name of an object, with the values that it has on the server. */
export function prune(live: Plain, inputs: Plain): Plain {
  const pruned = pruneAt([], live, inputs);
  if (inputs.kind !== "Secret" || !inputs.stringData) {
    return pruned;
  }
  // The server keeps `stringData` as `data`.
  const texts = Object.keys(inputs.stringData)
    .filter((key) => live.data?.[key] !== undefined)
    .map((key) => [key, Buffer.from(live.data[key], "base64").toString("utf8")]);
  return { ...pruned, stringData: Object.fromEntries(texts) };
}

function pruneAt(path: Path, live: Plain, inputs: Plain): Plain {
  if (Array.isArray(live) && Array.isArray(inputs)) {
    return live.map((entry, at) =>
      at in inputs ? pruneAt([...path, at], entry, inputs[at]) : entry,
    );
  }
  if (typeof live !== "object" || typeof inputs !== "object" || !live || !inputs) {
    // 0.5 and 500m are the same.
    return same(path, live, inputs) ? inputs : live;
  }
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => key in live || isEmpty(value))
      .map(([key, value]) => [
        key,
        key in live ? pruneAt([...path, key], live[key], value) : value,
      ]),
  );
}
