import type { StackContext, Target } from "./target";

/** The target of a stack, by its setting. Nothing is asked yet. */
export function targetOf(context: StackContext): Target {
  throw new Error(`The target ${context.setting("target")} is not there yet.`);
}
