import type { Problem } from "../../arguments/problem";
import type { ServerOptions } from "../../tfserving/serverOptions";
import { namesModels } from "../balancer/callers";
import { balancerMemoryMb } from "../balancer/size";
import { checkApiKeys, ownClients } from "./apiKeys";
import { certificateWarnings, checkCertificates } from "./certificates";
import { hasTls } from "./edge";
import { type AuthArgs, type EdgeArgs, edgeDefaults, type TlsArgs } from "./edgeArgs";
import { checkJwt } from "./jwks";

/** What decides on the edge of a service, as far as it is known. */
export interface CheckedEdge extends EdgeArgs {
  modelName?: string;
  server?: ServerOptions;
}

/** Rules across the arguments of the edge. */
export function checkEdge(args: CheckedEdge): Problem[] {
  const { tls, auth = {} } = args;
  return [
    ...(tls ? [...checkChoice(tls), ...checkCertificates(tls, "tls")] : []),
    ...(auth.apiKeys ? checkApiKeys(auth.apiKeys, "auth.apiKeys") : []),
    ...(auth.jwt ? checkJwt(auth.jwt, "auth.jwt") : []),
    ...checkClients(auth),
    ...checkModels(args),
    ...checkMemory(args),
  ];
}

/** What works, and perhaps not much longer. */
export function edgeWarnings({ tls }: EdgeArgs): string[] {
  return tls ? certificateWarnings(tls, "tls") : [];
}

/** A certificate with its key, or one of the stack's own. */
function checkChoice(tls: TlsArgs): Problem[] {
  const { certificate, privateKey, selfSigned, clientCa } = tls;
  const at = (field: keyof TlsArgs, reason: string): Problem => ({
    propertyPath: `tls.${field}`,
    reason,
  });
  const given = certificate !== undefined || privateKey !== undefined;
  return [
    ...(selfSigned && given
      ? [at("selfSigned", "excludes tls.certificate and tls.privateKey: leave one of them out")]
      : []),
    ...(given && certificate === undefined
      ? [at("certificate", "is missing, and privateKey is given: give both")]
      : []),
    ...(given && privateKey === undefined
      ? [at("privateKey", "is missing, and certificate is given: give both")]
      : []),
    ...(clientCa !== undefined && !given && !hasTls(tls)
      ? [at("clientCa", "needs a certificate of the service: tls.certificate, or tls.selfSigned")]
      : []),
  ];
}

/** Without tokens nobody else can have a name; the stack's own get their keys later. */
function checkClients({ apiKeys, jwt, clients = {} }: AuthArgs): Problem[] {
  const known = Object.keys(apiKeys ?? {});
  const named: string[] = [...known, ...ownClients];
  const refused = Object.keys(clients).filter((name) => /^$|\p{Cc}/u.test(name));
  return jwt
    ? refused.map((name) => ({
        propertyPath: `auth.clients.${JSON.stringify(name)}`,
        reason: "is no client's name: use the text of the claim, without control characters",
      }))
    : Object.keys(clients)
        .filter((name) => !named.includes(name))
        .map((name) => ({
          propertyPath: `auth.clients.${name}`,
          reason: `has no key: add one to auth.apiKeys.${name}, or leave it out (there are ${known.join(", ") || "none"})`,
        }));
}

function checkModels(args: CheckedEdge): Problem[] {
  const { auth, limits = {}, modelName, server, maxRequestMb } = args;
  const served = server?.models?.map(({ name }) => name) ?? (modelName ? [modelName] : []);
  const lists: [string, string[] | undefined][] = [
    ["limits.models", limits.models],
    ...Object.entries(auth?.clients ?? {}).map(
      ([name, { models }]): [string, string[] | undefined] => [
        `auth.clients.${name}.models`,
        models,
      ],
    ),
  ];
  const unknown = lists.flatMap(([path, models = []]) =>
    models
      .filter((model) => served.length > 0 && !served.includes(model))
      .map((model) => ({
        propertyPath: path,
        reason: `has "${model}", which is not served: use ${served.join(", ")}`,
      })),
  );
  const unread =
    maxRequestMb === undefined && namesModels({ clients: auth?.clients ?? {}, limits })
      ? lists
          .filter(([, models]) => models)
          .map(([propertyPath]) => ({
            propertyPath,
            reason:
              "needs maxRequestMb: a gRPC call names its model in its body, which the balancer has to hold whole",
          }))
      : [];
  return [...unknown, ...unread];
}

const mostMemoryMb = 65_536;

function checkMemory({ maxRequestMb, maxConnections }: EdgeArgs): Problem[] {
  const needed = balancerMemoryMb({ maxRequestMb, maxConnections });
  return needed > mostMemoryMb
    ? [
        {
          propertyPath: "maxRequestMb",
          reason:
            `is ${maxRequestMb}, for which a balancer needs ${Math.ceil(needed / 1024)} GiB: two requests for each of ` +
            `${maxConnections ?? edgeDefaults.maxConnections} connections; lower it, or maxConnections`,
        },
      ]
    : [];
}
