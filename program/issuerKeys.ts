import { ask, isObject } from "@tf-model-serving/core";

/** Why the keys of an issuer are not to be had. */
export interface NoKeys {
  readonly reason: string;
  /** Field of JwtArgs. @default "jwks" */
  readonly field?: string;
}

const waitMs = 10_000;

/**
 * Fetches the keys with which an issuer signs, as JSON text; through the proxies of HTTPS_PROXY and NO_PROXY.
 *
 * @param url - of the keys. @default - the one that the issuer's own document names
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export async function issuerKeys(issuer: string, url?: string): Promise<string | NoKeys> {
  try {
    const keys = url ?? (await keysUrl(issuer));
    return typeof keys === "string" ? await fetchText(keys) : keys;
  } catch (error) {
    return {
      reason: `${(error as Error).message}. Try again, or give the keys as a file, which needs no connection`,
    };
  }
}

async function keysUrl(issuer: string): Promise<string | NoKeys> {
  if (typeof issuer !== "string" || !issuer.startsWith("https://")) {
    return {
      reason: "is missing, and the issuer is no https URL that names it: give a file or URL",
    };
  }
  const from = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = parseObject(await fetchText(from), from);
  const { issuer: own, jwks_uri: keys } = document as { issuer?: unknown; jwks_uri?: unknown };
  if (own !== issuer) {
    return { field: "issuer", reason: `is ${issuer}, and ${from} says ${String(own)}: use that` };
  }
  if (typeof keys !== "string" || !keys.startsWith("https://")) {
    throw new Error(`${from} names no https URL of keys (jwks_uri)`);
  }
  return keys;
}

async function fetchText(url: string): Promise<string> {
  const response = await ask(url, url, { signal: AbortSignal.timeout(waitMs) });
  if (!response.ok) {
    throw new Error(`${url} answers ${`${response.status} ${response.statusText}`.trim()}`);
  }
  if (!response.url.startsWith("https://")) {
    throw new Error(`${url} leads to ${response.url}, which is not https`);
  }
  return response.text();
}

function parseObject(text: string, from: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) {
      return value;
    }
  } catch {
    // Said below.
  }
  throw new Error(`${from} is no JSON object`);
}
