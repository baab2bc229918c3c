import * as fs from "fs";
import * as http from "http";
import * as https from "https";
import type { KubeConfig } from "@kubernetes/client-node" with { "resolution-mode": "import" };
import type { Plain } from "../provider/provider";

/** Names an object of the API. */
export interface Reference {
  apiVersion: string;
  kind: string;
  /** Left out for what belongs to the whole cluster. */
  namespace?: string;
  name: string;
}

/** Which cluster, as the provider's arguments say it. */
export interface Connection {
  /** Path or content; without it the usual places. */
  kubeconfig?: string;
  context?: string;
  cluster?: string;
}

/** What the API server refused, with its own words. */
export class ApiError extends Error {
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, `BadRequest` ... */
  readonly reason: string;
  readonly code: number;

  /** @param status - the object `Status` of the answer */
  constructor(status: Plain) {
    super(status.message ?? `the API server answered ${status.code}`);
    this.code = status.code;
    this.reason = status.reason ?? "";
  }
}

/** The API server has no such kind: a custom resource whose definition is not there. */
export class NoSuchKindError extends Error {
  constructor({ apiVersion, kind }: Pick<Reference, "apiVersion" | "kind">) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

interface Kind {
  plural: string;
  namespaced: boolean;
}

interface Call {
  query?: Record<string, string>;
  body?: Plain;
  contentType?: string;
  /** Gets what the server warns of. */
  warn?(message: string): void;
}

/** Objects of any kind on one API server, by plain HTTP: they travel as they are. */
export class Api {
  private readonly kinds = new Map<string, Map<string, Kind>>();

  private constructor(private readonly config: KubeConfig) {}

  /** Reads the kubeconfig; asks nobody. */
  static async of(connection: Connection): Promise<Api> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    const { kubeconfig, context, cluster } = connection;
    if (!kubeconfig) {
      config.loadFromDefault();
    } else if (fs.existsSync(kubeconfig)) {
      config.loadFromFile(kubeconfig);
    } else {
      config.loadFromString(kubeconfig);
    }
    if (context) {
      config.setCurrentContext(context);
    }
    const name = config.getCurrentContext();
    if (!config.getContextObject(name)) {
      throw new Error(`context "${name}" is not in the kubeconfig`);
    }
    if (cluster) {
      config.contexts = config.contexts.map((one) =>
        one.name === name ? { ...one, cluster } : one,
      );
    }
    if (!config.getCurrentCluster()) {
      throw new Error(`the cluster of context "${name}" is not in the kubeconfig`);
    }
    return new Api(config);
  }

  get server(): string {
    return this.config.getCurrentCluster()!.server;
  }

  /** Of objects that name none. */
  get namespace(): string {
    return this.config.getContextObject(this.config.getCurrentContext())?.namespace ?? "default";
  }

  /** Throws where the server cannot be reached. */
  version(): Promise<Plain> {
    return this.call("GET", "/version");
  }

  async get(object: Reference): Promise<Plain> {
    return this.call("GET", await this.pathOf(object));
  }

  /** The object, or undefined where it is not there. */
  async find(object: Reference): Promise<Plain | undefined> {
    try {
      return await this.get(object);
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async list(
    kind: { apiVersion: string; kind: string; namespace: string },
    labelSelector = "",
  ): Promise<Plain[]> {
    const path = await this.pathOf(kind);
    return (await this.call("GET", path, { query: { labelSelector } })).items;
  }

  /** @param call - `query` takes fieldManager, dryRun, fieldValidation */
  async create(object: Reference, body: Plain, call: Call): Promise<Plain> {
    const { apiVersion, kind, namespace } = object;
    return this.call("POST", await this.pathOf({ apiVersion, kind, namespace }), { body, ...call });
  }

  /** @see https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  async apply(object: Reference, body: Plain, call: Call): Promise<Plain> {
    const contentType = "application/apply-patch+yaml";
    return this.call("PATCH", await this.pathOf(object), { body, contentType, ...call });
  }

  /** A JSON patch. */
  async patch(object: Reference, body: Plain[]): Promise<Plain> {
    const contentType = "application/json-patch+json";
    return this.call("PATCH", await this.pathOf(object), { body, contentType });
  }

  async delete(object: Reference, propagationPolicy: string): Promise<void> {
    await this.call("DELETE", await this.pathOf(object), { body: { propagationPolicy } });
  }

  /** What the server knows of a kind; throws NoSuchKindError. */
  async kindOf({ apiVersion, kind }: Pick<Reference, "apiVersion" | "kind">): Promise<Kind> {
    const known = this.kinds.get(apiVersion)?.get(kind);
    if (known) {
      return known;
    }
    // What was not there a moment ago may be now: its definition can be part of the same update.
    const group = await this.call("GET", rootOf(apiVersion)).catch((error) => {
      throw isNotFound(error) ? new NoSuchKindError({ apiVersion, kind }) : error;
    });
    const kinds = (group.resources as Plain[])
      .filter(({ name }) => !name.includes("/"))
      .map(({ kind, name, namespaced }): [string, Kind] => [kind, { plural: name, namespaced }]);
    this.kinds.set(apiVersion, new Map(kinds));
    const found = this.kinds.get(apiVersion)!.get(kind);
    if (!found) {
      throw new NoSuchKindError({ apiVersion, kind });
    }
    return found;
  }

  private async pathOf(object: Omit<Reference, "name"> & { name?: string }): Promise<string> {
    const { plural, namespaced } = await this.kindOf(object);
    return [
      rootOf(object.apiVersion),
      ...(namespaced && object.namespace ? ["namespaces", object.namespace] : []),
      plural,
      ...(object.name ? [encodeURIComponent(object.name)] : []),
    ].join("/");
  }

  private async call(method: string, path: string, call: Call = {}): Promise<Plain> {
    const url = new URL(this.server.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      url.searchParams.set(name, value);
    }
    const options: https.RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    options.method = method;
    options.headers = {
      ...options.headers,
      accept: "application/json",
      ...(call.body === undefined
        ? {}
        : { "content-type": call.contentType ?? "application/json" }),
    };
    const response = await send(url, options, call.body);
    for (const warning of [response.headers.warning ?? []].flat()) {
      // RFC 7234: code, agent, quoted text.
      call.warn?.(warning.replace(/^299 \S+ "(.*)"$/, "$1").replace(/\\"/g, '"'));
    }
    const text = await textOf(response);
    if (response.statusCode! >= 300) {
      throw new ApiError(statusIn(text, response.statusCode!));
    }
    return JSON.parse(text);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function send(url: URL, options: https.RequestOptions, body: Plain): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "http:" ? http : https).request(url, options, resolve);
    request.setTimeout(60_000, () => request.destroy(new Error(`${url.host} does not answer`)));
    request.once("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function statusIn(text: string, code: number): Plain {
  try {
    const status = JSON.parse(text);
    return status.kind === "Status" ? status : { code, message: text };
  } catch {
    return { code, message: text.trim() || undefined };
  }
}
