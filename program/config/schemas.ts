import { z } from "zod";
import {
  anyText,
  isObject,
  ModelConfigOptions,
  objectOf,
  recordOf,
  textLike,
} from "../../components";

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

/** A port that 0 turns off. */
export const portOrNone = z.number().transform((port) => port || undefined);

/** Tags or labels. */
export const texts = recordOf(anyText());

/** An object with these fields and no others, whatever they hold: the component judges that. */
export function fields<Args extends object = Record<string, unknown>>() {
  return (...names: (keyof Args & string)[]) =>
    objectOf<Record<string, unknown>>(
      Object.fromEntries(names.map((name) => [name, z.any().optional()])),
    );
}

/** An object with a component's fields, less those that the program itself gives. */
export function fieldsOf(component: z.ZodObject, ...given: string[]) {
  return fields()(...Object.keys(component.shape).filter((name) => !given.includes(name)));
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
