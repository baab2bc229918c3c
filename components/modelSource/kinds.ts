import type { SourceKind } from "./source";

/** Every kind of model source but a folder, which has no prefix of its own. */
export const kinds: readonly SourceKind[] = [];
