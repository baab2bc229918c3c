import type { Api } from "../api";
import type { Plain } from "../../provider/provider";

/** What an await sees of a cluster. */
export interface Look {
  api: Api;
  /** The object as it is now. */
  live: Plain;
}

/** What keeps the object from being ready; nothing: it is ready. */
export type Reasons = string[];

/** An end that no waiting can change. */
export class NeverReadyError extends Error {}

/** When objects of a kind are ready, by the rules of the official provider. */
export interface Await {
  /** @default 600 */
  defaultSeconds?: number;
  /** Throws NeverReadyError where waiting is in vain. */
  notReady(look: Look): Promise<Reasons>;
}

/** Whether `owner` made the object. */
export function isOwnedBy(object: Plain, owner: Plain): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    ({ uid }: Plain) => uid === owner.metadata.uid,
  );
}

export function conditionOf(object: Plain, type: string): Plain | undefined {
  return object.status?.conditions?.find((condition: Plain) => condition.type === type);
}

/** `[reason] message` of a condition. */
export function conditionText({ reason, message }: Plain): string {
  return `[${reason}] ${message}`;
}
