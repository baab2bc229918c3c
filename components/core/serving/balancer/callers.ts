import type { ClientArgs, LimitArgs } from "../edge/edgeArgs";
import { refuse } from "./answers";
import { quoted } from "./quote";
import type { Api } from "./requests";
import type { Callers, Edge, TokenKey } from "./settings";

/** Where the balancer finds its files. */
export const configFolder = "/config";
/** Clients by the SHA-256 of their keys, in hexadecimal digits. */
export const keysFile = "keys.map";
/** The program that reads the model's name in calls of gRPC. */
export const grpcModelFile = "grpcModel.lua";
/** The program that knows the releases of replicas, for the log. */
export const releaseFile = "release.lua";
/** A public key that signs tokens, by its place in the list. */
export const tokenKeyFile = (place: number) => `token-${place}.pem`;

/** The header that carries a key for those who cannot set Authorization. */
const keyHeader = "x-api-key";

/**
 * Who calls, as `txn.client`; without a valid key or token the request is refused.
 *
 * @param asksFirst - whether browsers may ask what they may send (OPTIONS), for which they show no key
 */
export function checkCaller({ keys, tokens }: Callers, asksFirst: boolean): string {
  const byKey = `  http-request set-var(txn.key) req.fhdr(${keyHeader})
  http-request set-var(txn.key,ifnotexists) http_auth_bearer
  http-request set-var(txn.client) var(txn.key),sha2(256),hex,lower,map_str(${configFolder}/${keysFile}) if { var(txn.key) -m found }
  http-request unset-var(txn.key)
`;
  return `${keys ? byKey : ""}${tokens ? byToken(tokens) : ""}${refuse("unauthenticated", `if !{ var(txn.client) -m found }${asksFirst ? " !{ method OPTIONS }" : ""}`)}  http-request del-header authorization
  http-request del-header ${keyHeader}
`;
}

/**
 * A token's signature is checked with each key that its header can mean, and with the algorithm of
 * the key: one that names another is none.
 *
 * @see https://docs.haproxy.org/3.2/configuration.html#jwt_verify
 */
function byToken({ issuer, audience, clientClaim, keys }: NonNullable<Callers["tokens"]>): string {
  const claim = (name: string, type = "") => `var(txn.token),jwt_payload_query('$.${name}'${type})`;
  const signed = keys.map((key, place) => signedWith(key, place)).join("");
  // A list of audiences is a text in JSON.
  const [begin, end] = [String.raw`(^\[|,)[ ]*`, String.raw`[ ]*(,|\]$)`];
  const inList = `${begin}${pattern(JSON.stringify(audience))}${end}`;
  return `  http-request set-var(txn.token) http_auth_bearer if !{ var(txn.client) -m found } { http_auth_bearer -m reg ^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$ }
${signed}  http-request set-var(txn.now) date()
  acl token_issuer ${claim("iss")} -m str -- ${quoted(issuer)}
  acl token_audience ${claim("aud")} -m str -- ${quoted(audience)}
  acl token_audience ${claim("aud")} -m reg ${quoted(inList)}
  acl token_fresh ${claim("exp", ",'int'")},sub(txn.now) gt 0
  acl token_early ${claim("nbf", ",'int'")},sub(txn.now) gt 60
  http-request set-var(txn.client) ${claim(clientClaim)} if { var(txn.signed) -m bool } token_issuer token_audience token_fresh !token_early
  http-request unset-var(txn.token)
`;
}

function signedWith({ kid, alg }: TokenKey, place: number): string {
  const header = (name: string) => `var(txn.token),jwt_header_query('$.${name}') -m str`;
  const named = kid === "" ? "" : ` { ${header("kid")} -- ${quoted(kid)} }`;
  const verified = `{ var(txn.token),jwt_verify("${alg}","${configFolder}/${tokenKeyFile(place)}") eq 1 }`;
  return `  http-request set-var(txn.signed) bool(true) if { ${header("alg")} ${alg} }${named} ${verified}\n`;
}

/** What clients may not call. */
export function checkRights(api: Api, { clients, limits }: Edge): string {
  const all = forbid(api, limits, "");
  const each = Object.entries(clients).map(([name, rights]) =>
    forbid(api, rights, `{ var(txn.client) -m str -- ${quoted(name)} } `),
  );
  return [all, ...each].join("");
}

/** Whether anything says which models may be called: gRPC tells them in its bodies. */
export function namesModels({
  clients,
  limits,
}: {
  clients: Record<string, ClientArgs>;
  limits: LimitArgs;
}): boolean {
  return [limits, ...Object.values(clients)].some(({ models }) => models !== undefined);
}

function forbid(api: Api, { models, verbs }: ClientArgs, who: string): string {
  const list = (names: string[]) => names.map(quoted).join(" ");
  const called = api === "rest" ? "var(txn.model)" : "lua.grpc_model";
  // Health tells of the server, and of no model.
  const unlessHealth = api === "grpc" ? "!{ var(txn.verb) -m str health } " : "";
  return [
    ...(verbs
      ? [refuse("forbidden", `if ${who}${unlessHealth}!{ var(txn.verb) -m str ${list(verbs)} }`)]
      : []),
    ...(models
      ? [refuse("forbidden", `if ${who}${unlessHealth}!{ ${called} -m str -- ${list(models)} }`)]
      : []),
  ].join("");
}

function pattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
