import { createHash } from "node:crypto";
import type { Response } from "undici";
import { RegistryLogin, registryLogin } from "../engine/registryLogin";
import { ask } from "./ask";

/** A repository in a registry. */
export interface OciRegistry {
  /** A manifest with its digest. */
  manifest(reference: string): Promise<{ digest: string; json: unknown }>;
  /** A small blob. */
  json<T>(digest: string): Promise<T>;
  /** A blob from a byte on, as far as the registry can. */
  blob(digest: string, from?: number): Promise<Response>;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const hub = "docker.io";

/** Enters a repository with the user's own login, where there is one. */
export async function openRegistry(host: string, repository: string): Promise<OciRegistry> {
  const scheme = loopback.test(host) ? "http" : "https";
  const address = `${scheme}://${host === hub ? `registry-1.${hub}` : host}`;
  const login = await registryLogin(host);
  const title = `the registry ${host}`;
  let authorization: string | undefined;

  async function get(path: string, headers: Record<string, string>): Promise<Response> {
    const url = `${address}/v2/${repository}/${path}`;
    const withLogin = () =>
      ask(title, url, { headers: { ...headers, ...(authorization && { authorization }) } });
    let response = await withLogin();
    if (response.status === 401) {
      await response.body?.cancel();
      const challenge = response.headers.get("www-authenticate") ?? "";
      authorization = await authorize(title, challenge, login);
      response = authorization ? await withLogin() : response;
    }
    if (response.ok) {
      return response;
    }
    await response.body?.cancel();
    throw new Error(refusal(response.status, host, repository, path, login));
  }
  const blob = (digest: string, from = 0) =>
    get(`blobs/${digest}`, from > 0 ? { range: `bytes=${from}-` } : {});
  return {
    blob,
    json: async <T>(digest: string) =>
      JSON.parse(checked(await (await blob(digest)).text(), digest)) as T,
    async manifest(reference) {
      const response = await get(`manifests/${reference}`, { accept: manifestTypes.join(", ") });
      const text = await response.text();
      const digest = /^sha\d+:/.test(reference) ? reference : digestOf(text, "sha256");
      return { digest, json: JSON.parse(checked(text, digest)) };
    },
  };
}

/** @throws Error if a text is not what its digest says */
function checked(text: string, digest: string): string {
  if (digestOf(text, digest.split(":")[0]) !== digest) {
    throw new Error(`its registry sends something else for ${digest}: do not use it`);
  }
  return text;
}

function digestOf(text: string, algorithm: string): string {
  return `${algorithm}:${createHash(algorithm).update(text).digest("hex")}`;
}

/**
 * Value of the header Authorization that a registry's challenge asks for; undefined if none is to be had.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
async function authorize(
  title: string,
  challenge: string,
  login: RegistryLogin | undefined,
): Promise<string | undefined> {
  const pair = login?.username ? `${login.username}:${login.password}` : undefined;
  const basic = pair && `Basic ${Buffer.from(pair).toString("base64")}`;
  if (!/^bearer /i.test(challenge)) {
    return basic;
  }
  const { realm, ...query } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const answer =
    login && !basic
      ? await ask(title, realm, { method: "POST", body: exchange(query, login.password) })
      : await ask(title, `${realm}?${new URLSearchParams(query)}`, {
          headers: basic ? { authorization: basic } : {},
        });
  if (!answer.ok) {
    await answer.body?.cancel();
    return undefined;
  }
  const { token, access_token } = (await answer.json()) as Record<string, string | undefined>;
  return `Bearer ${token ?? access_token}`;
}

/** An identity token is exchanged for one that may read. */
function exchange(query: Record<string, string>, identityToken: string): URLSearchParams {
  return new URLSearchParams({
    ...query,
    grant_type: "refresh_token",
    refresh_token: identityToken,
    client_id: "tfserving",
  });
}

function refusal(
  status: number,
  host: string,
  repository: string,
  path: string,
  login: RegistryLogin | undefined,
): string {
  if (status === 401 || status === 403) {
    const who = login ? "the login that Docker keeps for it" : "an anonymous reader";
    return `${host} refuses ${who}: docker login ${host}`;
  }
  if (status === 404) {
    return `${host} has no ${path.replace(/^.*\//, "")} in ${repository}: correct the source, or push it first`;
  }
  return `${host} answers ${status}: try again later`;
}
