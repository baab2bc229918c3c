/** Values as they travel; what they are is the provider's to say. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Plain = any;

/** How a value travels that is known only after the update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An input that cannot work. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** Inputs as the provider will get them, with what is wrong with them. */
export interface Checked {
  inputs: Plain;
  failures: CheckFailure[];
}

/** What an update would change. */
export interface Difference {
  changed: string[];
  replaces: string[];
  deleteFirst?: boolean;
}

/** A provider of the tests, as `serve` makes it one of Pulumi's engine. */
export interface Provider {
  /** Of the npm package whose programs it serves. */
  readonly version: string;
  checkConfig(inputs: Plain): Checked;
  diffConfig(olds: Plain, news: Plain): Difference | Promise<Difference>;
  configure(inputs: Plain): void | Promise<void>;
  invoke(token: string, inputs: Plain): Promise<Record<string, unknown>>;
  check(urn: string, olds: Plain, news: Plain): Checked | Promise<Checked>;
  /** `olds` and `news` are inputs, `state` holds the outputs before. */
  diff(urn: string, olds: Plain, news: Plain, state: Plain): Difference | Promise<Difference>;
  /** The outputs that a create would have, as far as a preview can know them. */
  planCreate(urn: string, inputs: Plain): Plain | Promise<Plain>;
  create(urn: string, inputs: Plain): Promise<{ id: string; outputs: Plain }>;
  /** Undefined: the resource is gone. */
  read(
    urn: string,
    id: string,
    state: Plain,
    inputs: Plain,
  ): Promise<{ outputs: Plain; inputs: Plain } | undefined>;
  planUpdate(urn: string, state: Plain, olds: Plain, news: Plain): Plain | Promise<Plain>;
  update(urn: string, id: string, state: Plain, olds: Plain, news: Plain): Promise<Plain>;
  delete(urn: string, id: string, state: Plain): Promise<void>;
  /** How an error reads. */
  textOf(error: Error): string;
}
