import type { Moment } from "../../support/killedUp";
import type { Fixed, Row } from "./rows";

/** An event that only one target has. */
export interface OwnChange {
  settings: (row: Row) => Record<string, unknown>;
  /** Why the update after it may put something right. @default - it changes nothing */
  settles?: string;
}

/** Where a scenario runs. */
export interface MatrixTarget {
  /** What it leaves no choice for. */
  fixed: Fixed;
  /** Of the npm commands, beside this process' own. */
  env: Record<string, string>;
  /** Types whose resources serve, as the end of a URN's type. */
  serving: RegExp;
  /** A moment at which an update is killed: a replica has just begun to be replaced. */
  replacing: Moment;
  /** Settings that every row has, and those that a row's values stand for here. */
  settings: (row: Row) => Record<string, unknown>;
  /** Options of the server, other ones for each number, and with them all that may change at once. */
  flags: (number: number) => Record<string, unknown>;
  /** Events that only this target has. */
  changes?: Record<string, OwnChange>;
  /** Port of 127.0.0.1 that leads to the service's REST API. */
  open: () => Promise<number>;
  /**
   * What its own tools tell of a stack: all objects but those that are kept for secrets, and logs.
   *
   * @param label - value of the label tfserving.stack
   */
  told: (label: string) => string;
  stop: () => Promise<void>;
}
