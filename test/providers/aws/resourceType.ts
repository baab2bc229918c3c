import type { CheckFailure, Plain } from "../host/provider";
import type { Fields } from "./shapes";

/** One resource type of @pulumi/aws: what it takes and the calls of the AWS SDK behind it. */
export interface ResourceType<Args = Record<string, unknown>> {
  inputs: Fields<Args>;
  /** The input that gets `<name>-<7 hex digits>` when it is left out. */
  autoname?: keyof Args & string;
  /** Auto-names are made of lower-case letters. */
  lowerCase?: boolean;
  /** Outputs that an update can change. */
  changing?: string[];
  /** Two of it cannot be there at the same time. */
  deleteFirst?: boolean;
  /** What AWS refuses beyond the shapes; inputs may be unknown. */
  check?(inputs: Plain): CheckFailure[];
  /** Inputs hold all tags, those of the provider too. */
  create(inputs: Plain): Promise<{ id: string; outputs?: Record<string, unknown> }>;
  /** Without it, no change but one that replaces is possible. Returns outputs that changed. */
  update?(update: Update): Promise<Record<string, unknown> | void>;
  exists(id: string, state: Plain): Promise<boolean>;
  delete(id: string, state: Plain): Promise<void>;
}

/** A change of a resource that stays. */
export interface Update {
  id: string;
  state: Plain;
  olds: Plain;
  news: Plain;
  /** Whether one of these top-level inputs changed. */
  changed(...names: string[]): boolean;
}

/** Resource types by token. */
export type ResourceTypes = Record<string, ResourceType>;

/** Functions by token. */
export type Functions = Record<string, (inputs: Plain) => Promise<Record<string, unknown>>>;

/** A service of AWS, or a part of one, as the provider knows it. */
export interface Service {
  resources: ResourceTypes;
  functions?: Functions;
}

/** Declares a resource type; `Args` names what @pulumi/aws takes. */
export function resource<Args>(type: ResourceType<Args>): ResourceType {
  return type as unknown as ResourceType;
}

/** Whether a look-up finds something, by the errors that AWS has for what is not there. */
export async function found(lookUp: Promise<unknown>): Promise<boolean> {
  try {
    const answer = await lookUp;
    return Array.isArray(answer) ? answer.length > 0 : answer !== undefined && answer !== null;
  } catch (error) {
    if (
      /NotFound|NoSuch|NonExistent|does not exist|not found|Unable to describe/i.test(String(error))
    ) {
      return false;
    }
    throw error;
  }
}

/** Ends a resource; one that is gone already is no error, as in the real provider. */
export async function gone(deletion: Promise<unknown>): Promise<void> {
  await found(deletion);
}

/** `[{Key, Value}]`, as most services want tags. */
export function keyValues(values: Record<string, string> = {}): { Key: string; Value: string }[] {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}

/** The same with names that begin with a capital letter, as most services want parameters. */
export function pascal(value: Plain): Plain {
  if (Array.isArray(value)) {
    return value.map(pascal);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key[0].toUpperCase() + key.slice(1),
          // Keys of a map are the user's.
          /^(tags|dimensions)$/.test(key) ? entry : pascal(entry as Plain),
        ]),
      )
    : value;
}
