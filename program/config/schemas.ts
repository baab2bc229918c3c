import { z } from "zod";
import {
  AuthArgs,
  isObject,
  JwtArgs,
  LimitArgs,
  ModelConfigOptions,
  modelEvaluationSchema,
  objectOf,
  textLike,
} from "@tf-model-serving/core";

// Typed config has neither fractions nor a number that is not set, so that some numbers are texts.

/** A text that is a number. */
export function numberText(example: string) {
  return textLike(/^\d+(\.\d+)?$/, `use a number, such as ${example}`).transform(Number);
}

/** GPUs are whole devices for a scheduler, and texts for Docker. */
export function gpuCount(target: string) {
  return z
    .string()
    .regex(/^\d+$/, {
      error: ({ input }) =>
        `is "${String(input)}": on ${target} use the number of GPUs per replica`,
    })
    .transform(Number);
}

/** Addresses that Swarm publishes on. */
export const everyAddress = textLike(
  /^0\.0\.0\.0$/,
  "leave it out, since Swarm publishes on all addresses of a node, and close the ports of the " +
    "others in the nodes' firewalls",
);

/** A port that 0 turns off. */
export const portOrNone = z.number().transform((port) => port || undefined);

/**
 * Fields of a component's arguments, less those that the program itself gives and those that have a
 * key of their own. What they hold is for the component to judge.
 */
export function fieldsOf<Shape extends z.ZodRawShape>(
  component: z.ZodObject<Shape>,
  given: readonly (keyof Shape & string)[],
) {
  return (keyed: string[] = []) => {
    const taken: string[] = [...given, ...keyed];
    const names = Object.keys(component.shape).filter((name) => !taken.includes(name));
    return objectOf<Record<string, unknown>>(
      Object.fromEntries(names.map((name) => [name, z.any().optional()])),
    );
  };
}

/**
 * Options of the server. Versions that are numbers there become text, which is what
 * `pulumi config set --path 'server.models[0].versions[0]' 123` and YAML without quotes give. One
 * that JSON has rounded stays a number, and is refused where versions are checked.
 */
export const serverOptions = z.any().transform((server: unknown) => {
  const { models } = (isObject(server) ? server : {}) as { models?: unknown };
  return Array.isArray(models) ? { ...(server as object), models: models.map(withTexts) } : server;
});

function withTexts(model: unknown): unknown {
  if (!isObject(model)) {
    return model; // refused where models are checked
  }
  const { versions, labels } = model as Partial<Record<keyof ModelConfigOptions, unknown>>;
  return {
    ...model,
    ...(Array.isArray(versions) && { versions: versions.map(asText) }),
    ...(isObject(labels) && {
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, version]) => [label, asText(version)]),
      ),
    }),
  };
}

function asText(version: unknown): unknown {
  return Number.isSafeInteger(version) ? String(version) : version;
}

/** Limits of the gate; `pulumi config set --path evaluate.atLeast 0.9` gives a text. */
const number = z
  .any()
  .transform((value) => (/^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : value));

/** The gate. Whether it compares with what serves, and by how much a model may be worse, is one field. */
export const evaluate = (keyed: string[]) =>
  fieldsOf(modelEvaluationSchema, [
    ...(["image", "signature", "servedImage", "recorded", "notWorseBy"] as const),
    ...(["host", "sshOptions"] as const),
  ])(keyed)
    .extend({
      ...{ atLeast: number.optional(), atMost: number.optional() },
      timeoutSeconds: number.optional(),
      notWorseThanServed: number
        .refine((value) => typeof value === "boolean" || typeof value === "number", {
          error: ({ input }) =>
            `is ${JSON.stringify(input)}: use true, or by how much it may be worse, such as 0.01`,
        })
        .optional(),
    })
    .transform(({ notWorseThanServed: by, ...others }) => ({
      ...others,
      notWorseBy: typeof by === "boolean" ? (by ? 0 : undefined) : by,
    }));

/** A field that a load balancer on AWS has no way to honour. */
function notOnEcs(why: string) {
  return z
    .undefined({
      error: () => `is set, and target ecs does not use it: leave it out, since ${why}`,
    })
    .optional();
}

const rates =
  "the load balancer counts no calls; a rate-based rule of AWS WAF, in awsEndpoint.webAclArn, counts those of a minute or more";
const noQueue =
  "the load balancer has no queue; awsService.autoscaling adds replicas by their requests";

/** Who may call on AWS. */
export const ecsAuth = objectOf<AuthArgs>({
  jwt: objectOf<JwtArgs>({
    issuer: z.any().optional(),
    audience: z.any().optional(),
    jwks: z.any().optional(),
    clientClaim: notOnEcs("nothing there goes by who calls"),
  }).optional(),
  apiKeys: notOnEcs("the load balancer knows no keys and checks tokens, those of auth.jwt"),
  clients: notOnEcs("the load balancer has the same rights for all, those of limits.verbs"),
});

/** What may be called on AWS. */
export const ecsLimits = objectOf<LimitArgs>({
  verbs: z.any().optional(),
  models: notOnEcs(
    "a gRPC call names its model inside, where the load balancer does not look; serve only what may be called",
  ),
  requestsPerSecond: notOnEcs(rates),
  callsAtATime: notOnEcs(rates),
  callsPerReplica: notOnEcs(noQueue),
  queuedPerReplica: notOnEcs(noQueue),
  queueMilliseconds: notOnEcs(noQueue),
});
