import {
  anyText,
  type FieldsOf,
  laterOr,
  listOf,
  numberFrom,
  objectOf,
  oneOf,
  recordOf,
  textLike,
  trueOrFalse,
  wholeNumberFrom,
} from "../../arguments/schema";
import { verbNames } from "../../tfserving/verbs";
import type {
  AccessLogArgs,
  AuthArgs,
  ClientArgs,
  EdgeArgs,
  JwtArgs,
  LimitArgs,
  TlsArgs,
} from "./edgeArgs";

const mostCalls = 100_000;
const count = () => wholeNumberFrom(1, mostCalls).optional();
const models = () => listOf(anyText()).optional();
const verbs = () => listOf(oneOf(verbNames)).optional();

/** Schemas of the fields of TlsArgs. */
export const tlsFields: FieldsOf<TlsArgs> = {
  certificate: laterOr(anyText()).optional(),
  privateKey: laterOr(anyText()).optional(),
  selfSigned: trueOrFalse().optional(),
  clientCa: laterOr(anyText()).optional(),
};

const client = objectOf<ClientArgs>({
  models: models(),
  verbs: verbs(),
  requestsPerSecond: count(),
  callsAtATime: count(),
});

const auth = objectOf<AuthArgs>({
  apiKeys: recordOf(laterOr(listOf(laterOr(anyText())))).optional(),
  jwt: objectOf<JwtArgs>({
    issuer: anyText(),
    audience: anyText(),
    jwks: anyText(),
    clientClaim: textLike(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      "use the name of a claim, such as sub",
    ).optional(),
  }).optional(),
  clients: recordOf(client).optional(),
});

const limits = objectOf<LimitArgs>({
  requestsPerSecond: count(),
  callsAtATime: count(),
  callsPerReplica: count(),
  queuedPerReplica: wholeNumberFrom(0, mostCalls).optional(),
  queueMilliseconds: wholeNumberFrom(1, 60_000).optional(),
  models: models(),
  verbs: verbs(),
});

/** Schemas of the fields of EdgeArgs. */
export const edgeFields: FieldsOf<EdgeArgs> = {
  tls: objectOf<TlsArgs>(tlsFields).optional(),
  auth: auth.optional(),
  limits: limits.optional(),
  accessLog: objectOf<AccessLogArgs>({ sample: numberFrom(0, 1).optional() }).optional(),
  maxRequestMb: wholeNumberFrom(1, 64).optional(),
  maxConnections: wholeNumberFrom(16, 65_536).optional(),
};
