/**
 * What the configuration says of TLS and authentication, made into arguments of a model service:
 *
 *     withEdge(settings: Settings): Promise<Settings>
 *         before the preflight, as withModel: reads files and an issuer's keys into `args.service.tls` and
 *         `args.service.auth`, and adds problems. The private key is plain in it, so that it can be checked.
 *     createEdge(service: EdgeArgs, hasNotebook: boolean): { edge: Pick<EdgeArgs, "tls" | "auth">, keys: EdgeKeys }
 *         in deploy: `{ ...service, ...edge }` is for the component, with the private key as a secret and
 *         with the stack's own clients; `keys` are for the notebook and for the output `predictKey`.
 */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  apiKeyOf,
  AuthArgs,
  EdgeArgs,
  hashApiKey,
  isObject,
  JwtArgs,
  ownClients,
  Problem,
  TlsArgs,
} from "@tf-model-serving/core";
import type { Settings } from "./config/settings";
import { issuerKeys } from "./issuerKeys";

/** Keys of the stack's own clients, secrets. @default - that client is not there, or needs none */
export interface EdgeKeys {
  readonly notebook?: pulumi.Output<string>;
  readonly predict?: pulumi.Output<string>;
}

type Refuse = (propertyPath: string, reason: string) => void;

/** Reads what the keys `tls` and `auth` name; of a part that cannot be read nothing more is said. */
export async function withEdge(settings: Settings): Promise<Settings> {
  const { args, problems } = settings;
  const { tls, auth, ...service } = args.service ?? {};
  const refuse: Refuse = (propertyPath, reason) => problems.push({ propertyPath, reason });
  const read = {
    tls: isObject(tls) ? readTls(tls, refuse) : tls,
    auth: isObject(auth) ? await readAuth(auth, refuse) : auth,
  };
  return { ...settings, args: { ...args, service: { ...service, ...given(read) } } };
}

/** Creates the keys of the stack's own clients, where callers need one. */
export function createEdge(
  { tls, auth }: Pick<EdgeArgs, "tls" | "auth">,
  hasNotebook: boolean,
): { edge: Pick<EdgeArgs, "tls" | "auth">; keys: EdgeKeys } {
  const needsKeys = auth?.apiKeys !== undefined || auth?.jwt !== undefined;
  const names = needsKeys ? ownClients.filter((name) => name !== "notebook" || hasNotebook) : [];
  const keys = Object.fromEntries(names.map((name) => [name, createKey(name)])) as EdgeKeys;
  const hashes = Object.fromEntries(names.map((name) => [name, [hashOf(keys[name]!)]]));
  return {
    edge: given({
      tls: tls?.privateKey ? { ...tls, privateKey: pulumi.secret(tls.privateKey) } : tls,
      auth: needsKeys ? { ...auth, apiKeys: { ...auth.apiKeys, ...hashes } } : auth,
    }),
    keys,
  };
}

function createKey(client: string): pulumi.Output<string> {
  const { base64 } = new random.RandomBytes(`${client}-key`, { length: 32 });
  return pulumi.secret(base64.apply((bytes) => apiKeyOf(Buffer.from(bytes, "base64"))));
}

/** A hash is no secret: nobody finds the key by it. */
function hashOf(key: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.unsecret(key.apply(hashApiKey));
}

/** @returns undefined where something is wrong with it */
function readTls(tls: TlsArgs, refuse: Refuse): TlsArgs | undefined {
  const problems: Problem[] = [];
  const read = { ...tls };
  for (const field of ["certificate", "privateKey", "clientCa"] as const) {
    const value: unknown = tls[field];
    if (value === undefined) {
      continue;
    }
    const found = readPem(field, value);
    if (typeof found === "string") {
      read[field] = found;
    } else {
      problems.push({ propertyPath: `tls.${field}`, ...found });
    }
  }
  problems.forEach(({ propertyPath, reason }) => refuse(propertyPath, reason));
  return problems.length > 0 ? undefined : given(read);
}

/** The text of a PEM file, or the text itself; or why there is none. */
function readPem(field: keyof TlsArgs, value: unknown): string | { reason: string } {
  if (typeof value !== "string") {
    // It may hold the key all the same, and is not repeated.
    return {
      reason: "is no text: give a path relative to the project, or the PEM text as a secret",
    };
  }
  if (!value.includes("-----BEGIN")) {
    return readFile(value, "or the PEM text itself");
  }
  return field === "privateKey" && isInPlainText()
    ? {
        reason:
          "is the key itself in plain text, which whoever reads the stack's file has: replace it by " +
          "another one, encrypted with npm run pulumi -- config set --secret --path tls.privateKey < KEY.pem, " +
          "or name its file",
      }
    : value;
}

/** Pulumi gives the program a secret inside of an object as any other text: the stack's file tells. */
function isInPlainText(): boolean {
  return ["Pulumi.yaml", `Pulumi.${pulumi.getStack()}.yaml`].some(
    (file) =>
      fs.existsSync(file) &&
      /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(fs.readFileSync(file, "utf8")),
  );
}

/** @param otherwise - what may be given in place of a path */
function readFile(path: string, otherwise: string): string | { reason: string } {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "is not there" : `cannot be read (${code})`;
    return {
      reason: `is ${JSON.stringify(path)}, and that file ${why}: give a path relative to the project, ${otherwise}`,
    };
  }
}

/** Without the part that cannot be read. */
async function readAuth(auth: AuthArgs, refuse: Refuse): Promise<AuthArgs | undefined> {
  const { jwt, ...others } = auth;
  ownClients
    .filter((name) => isObject(others.apiKeys) && name in others.apiKeys!)
    .forEach((name) =>
      refuse(`auth.apiKeys.${name}`, "is a client that the stack itself has: use another name"),
    );
  if (!isObject(jwt)) {
    return auth;
  }
  const jwks = await readJwks(jwt);
  if (typeof jwks === "string") {
    return { ...others, jwt: { ...jwt, jwks } };
  }
  refuse(`auth.jwt.${jwks.field ?? "jwks"}`, jwks.reason);
  return others.apiKeys === undefined ? undefined : others;
}

/** The text of a set of keys: of a file, of an URL, or of the issuer; or why there is none. */
async function readJwks({
  issuer,
  jwks,
}: JwtArgs): Promise<string | { reason: string; field?: string }> {
  const isUrl = jwks?.startsWith("https://");
  return jwks === undefined || isUrl ? issuerKeys(issuer, jwks) : readFile(jwks, "or an https URL");
}

/** What is not undefined. */
function given<Values extends object>(values: Values): Values {
  const found = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as Values;
}
