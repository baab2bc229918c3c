import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from "yaml";
import type { Mapping } from "../setup/stackConfig";

/** What a client may call. */
export interface Rights {
  /** @default - every model */
  readonly models?: string[];
  /** @default - every verb */
  readonly verbs?: string[];
}

/** A client of a stack, as its file has it. */
export interface Client {
  readonly name: string;
  /** Hashes of its keys; of one that has rights only, none. */
  readonly hashes: string[];
  readonly rights: Rights;
}

/** What the setting `auth` of a stack's file holds; undefined where it is no mapping, or encrypted. */
export function clientsIn(auth: unknown): Client[] | undefined {
  const { secure, apiKeys, clients } = mapping(auth) ?? { secure: true };
  if (secure !== undefined) {
    return undefined;
  }
  const [keys, rights] = [mapping(apiKeys) ?? {}, mapping(clients) ?? {}];
  return [...new Set([...Object.keys(keys), ...Object.keys(rights)])].sort().map((name) => ({
    name,
    hashes: list(keys[name]) ?? [],
    rights: {
      models: list(mapping(rights[name])?.models),
      verbs: list(mapping(rights[name])?.verbs),
    },
  }));
}

/** The file with one more key of a client, and its rights where they are given; comments stay. */
export function withKey(text: string, project: Mapping, { name, hashes, rights }: Client): string {
  const document = parseDocument(text);
  const [config, auth] = ["config", `${project.name}:auth`];
  mapAt(document, [config]);
  mapAt(document, [config, auth]);
  const keys = mapAt(document, [config, auth, "apiKeys"]);
  const own = keys.get(name);
  if (isSeq(own)) {
    hashes.forEach((hash) => own.add(hash));
  } else {
    keys.set(name, document.createNode(hashes));
  }
  const given = Object.entries(rights).filter(([, names]) => names !== undefined);
  if (given.length > 0) {
    mapAt(document, [config, auth, "clients"]);
    const client = mapAt(document, [config, auth, "clients", name]);
    given.forEach(([field, names]) => client.set(field, document.createNode(names)));
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * The file without keys of a client. Without any left the client goes with its rights, which a token
 * may still need where there are some; `apiKeys` stays, or everyone could call.
 */
export function withoutKeys(
  text: string,
  project: Mapping,
  { name, hashes }: Pick<Client, "name" | "hashes">,
): string {
  const document = parseDocument(text);
  const auth = ["config", `${project.name}:auth`];
  const own = document.getIn([...auth, "apiKeys", name]);
  if (isSeq(own)) {
    own.items = own.items.filter((item) => !hashes.includes(String(item)));
  }
  if (!isSeq(own) || own.items.length === 0) {
    document.deleteIn([...auth, "apiKeys", name]);
    if (!document.hasIn([...auth, "jwt"])) {
      document.deleteIn([...auth, "clients", name]);
    }
  }
  const clients = document.getIn([...auth, "clients"]);
  if (isMap(clients) && clients.items.length === 0) {
    document.deleteIn([...auth, "clients"]);
  }
  return document.toString({ lineWidth: 0 });
}

/** The mapping at a path whose beginning is there; an empty one loses its braces. */
function mapAt(document: Document, path: string[]): YAMLMap {
  const found = document.getIn(path, true);
  const map = isMap(found) ? found : (document.createNode({}) as YAMLMap);
  if (map !== found) {
    document.setIn(path, map);
  }
  if (map.items.length === 0) {
    map.flow = false;
  }
  return map;
}

function mapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : undefined;
}

function list(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
