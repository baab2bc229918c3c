import { readFileSync } from "node:fs";
import https from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import type { ConnectionOptions } from "node:tls";
import { npmRun } from "../output/console";
import { Failure } from "../output/failure";
import type { Outputs } from "../targets/target";

/** As whom a service is called from here, and whom that trusts. */
export interface Caller {
  /** Secret: it is shown nowhere. @default - the service asks for none */
  readonly apiKey?: string;
  /** How TLS is spoken with a service that speaks it. */
  readonly tls?: ConnectionOptions;
}

/** The service answers, but what was asked is not for the commands of this machine. */
export class NotForUs extends Failure {}

/**
 * The caller that a stack has for its own commands.
 *
 * A name in its URL is what its certificate has to be for, whatever port leads there. The stack's own
 * authority has signed one certificate, so that it vouches for the service under every address; and
 * a certificate of somebody else has no name of the loopback interface.
 */
export function callerOf(
  { restUrl, predictKey, caCertificate }: Pick<Outputs, "restUrl" | "predictKey" | "caCertificate">,
  env: Record<string, string | undefined> = process.env,
): Caller {
  const host = new URL(restUrl).hostname;
  const servername = isIP(host) ? undefined : host;
  const anyName = caCertificate !== undefined || /^(127\.|0\.0\.0\.0$)/.test(host);
  const file = (name: string) => (env[name] ? readCredential(name, env[name]) : undefined);
  return {
    // A stack has none of its own where a load balancer checks tokens of an issuer.
    apiKey: predictKey ?? file("TF_SERVING_API_KEY_FILE")?.toString().trim(),
    tls: {
      ca: caCertificate,
      servername,
      ...(anyName ? { checkServerIdentity: () => undefined } : {}),
      cert: file("TF_SERVING_CERTIFICATE_FILE"),
      key: file("TF_SERVING_PRIVATE_KEY_FILE"),
    },
  };
}

function readCredential(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(
      `${variable} names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      `name a file that is there, or unset ${variable}.`,
    );
  }
}

/** What a service answers. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks a service as a caller: with its key, and with TLS as it trusts it. */
export async function send(
  url: string,
  init: { method?: string; body?: string; signal: AbortSignal },
  { apiKey, tls }: Caller,
): Promise<Answer> {
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  if (url.startsWith("https:")) {
    return sendOverTls(url, { ...init, ...tls, headers }, init.body);
  }
  const response = await fetch(url, { ...init, headers });
  return { status: response.status, text: await response.text() };
}

/** Unlike fetch of Node.js it takes an authority, and says why a handshake failed. */
function sendOverTls(url: string, options: https.RequestOptions, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (response) => {
      text(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.on("error", reject).end(body);
  });
}

const trust: Record<string, [why: string, advice: string]> = {
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for other names",
    "give it a certificate that has the host of this URL among its names (tls.certificate).",
  ],
  CERT_HAS_EXPIRED: [
    "its certificate has expired",
    "give it a new one (tls.certificate); one of the stack's own is made anew by npm run up.",
  ],
};
const untrusted: [string, string] = [
  "nobody whom this machine trusts has signed its certificate",
  "name a file with its authority: NODE_EXTRA_CA_CERTS=ca.pem npm run ...",
];
const unknownAuthority =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_SIGNATURE_FAILURE)$/;

/** Why a service could not be asked, from the code of the connection's error. */
export function connectionFailure(url: string, code: string, stack: string): Failure {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code)) {
    return new NotForUs(
      `The service at ${url} asks its callers for a certificate (tls.clientCa).`,
      "name files with one and with its key: TF_SERVING_CERTIFICATE_FILE, TF_SERVING_PRIVATE_KEY_FILE.",
    );
  }
  const [why, advice] = trust[code] ?? (unknownAuthority.test(code) ? untrusted : []);
  return why !== undefined && advice !== undefined
    ? new Failure(`The service at ${url} cannot be trusted: ${why} (${code}).`, advice)
    : new Failure(
        `The service at ${url} does not answer (${code}).`,
        `${npmRun("status", stack)} shows what runs; ${npmRun("up", stack)} starts it.`,
      );
}

/** What an answer that is none means. */
export function refusal(url: string, status: number, said: string, stack: string): Failure {
  const message = `The service at ${url} answered ${status}: ${said}`;
  switch (status) {
    case 401:
      return new Failure(
        message,
        `${npmRun("up", stack)} gives it and the commands the same key; on target ecs name a file ` +
          "with a token of the issuer: TF_SERVING_API_KEY_FILE.",
      );
    case 403:
      return new NotForUs(
        message,
        "limits, and auth.clients.predict in the stack's file, say what the commands may ask for.",
      );
    case 429:
      return new Failure(
        message,
        "ask again in a second; limits, and auth.clients.predict in the stack's file, say how much is let through.",
      );
    case 503:
      return new Failure(
        message,
        `ask again in a second; ${npmRun("status", stack)} shows whether its replicas are well, ` +
          "and more of them, or limits.callsPerReplica, let it do more.",
      );
    default:
      return new Failure(
        message,
        `${npmRun("status", stack)} shows what runs, ${npmRun("logs", stack)} what it says.`,
      );
  }
}
