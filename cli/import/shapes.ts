import { below, type Entry, type Trouble } from "./composeTree";

type Shape = "text" | "list" | "keys";

/** What keys of a service may be, as far as they are read. */
const shapes: Record<string, Shape[]> = {
  image: ["text"],
  build: ["text", "keys"],
  command: ["text", "list"],
  entrypoint: ["text", "list"],
  environment: ["keys", "list"],
  env_file: ["text", "list"],
  ports: ["list"],
  volumes: ["list"],
  configs: ["list"],
  secrets: ["list"],
  deploy: ["keys"],
  "deploy.replicas": ["text"],
  "deploy.resources": ["keys"],
  "deploy.resources.limits": ["keys"],
  "deploy.resources.reservations": ["keys"],
  healthcheck: ["keys"],
};

/** What is no compose file, or none that can be read: all of it. */
export function checkShapes(root: Entry): Trouble[] {
  const services = below(root, "services");
  if (root.fields === undefined) {
    return [{ place: root, reason: "is no compose file: it has no keys" }];
  }
  if (services === undefined && !hasOldServices(root)) {
    const keys = [...root.fields.keys()].slice(0, 5).join(", ");
    return [
      { place: root, reason: `is no compose file: it has no services, but ${keys || "nothing"}` },
    ];
  }
  const include = below(root, "include");
  const all = services ?? root;
  if (all.fields === undefined) {
    return [wrong(all, ["keys"])];
  }
  return [
    ...(include ? [{ place: include, reason: other }] : []),
    ...[...all.fields].flatMap(([name, service]) =>
      services === undefined && (service.fields === undefined || isTopKey(name))
        ? []
        : checkService(service),
    ),
  ];
}

const other =
  "names another file, which is not read: docker compose config prints all in one, to be imported";

function isTopKey(name: string): boolean {
  return /^(x-.*|version|name|networks|volumes|configs|secrets|include)$/.test(name);
}

function hasOldServices(root: Entry): boolean {
  return [...root.fields!].some(
    ([name, one]) => !isTopKey(name) && (below(one, "image") ?? below(one, "build")) !== undefined,
  );
}

function checkService(service: Entry): Trouble[] {
  if (service.fields === undefined) {
    return [wrong(service, ["keys"])];
  }
  const base = below(service, "extends");
  return [
    ...(base ? [{ place: base, reason: other }] : []),
    ...Object.entries(shapes).flatMap(([path, allowed]) => {
      const entry = below(service, ...path.split("."));
      const parent = below(service, ...path.split(".").slice(0, -1));
      return entry === undefined || parent?.fields === undefined || isOne(entry, allowed)
        ? []
        : [wrong(entry, allowed)];
    }),
  ];
}

function isOne(entry: Entry, allowed: Shape[]): boolean {
  return isEmpty(entry) || allowed.includes(shapeOf(entry));
}

function isEmpty({ text, items, fields }: Entry): boolean {
  return [text, items, fields].every((one) => one === undefined);
}

function shapeOf(entry: Entry): Shape {
  return entry.fields ? "keys" : entry.items ? "list" : "text";
}

function wrong(entry: Entry, allowed: Shape[]): Trouble {
  const names: Record<Shape, string> = { text: "a text", list: "a list", keys: "keys with values" };
  const given = isEmpty(entry)
    ? "empty"
    : shapeOf(entry) === "text"
      ? JSON.stringify(entry.text)
      : names[shapeOf(entry)];
  return {
    place: entry,
    reason: `is ${given}: use ${allowed.map((one) => names[one]).join(" or ")}`,
  };
}
