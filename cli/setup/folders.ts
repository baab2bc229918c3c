import * as path from "node:path";

/** The project's folder. */
export const root = path.resolve(__dirname, "../..");

/** What belongs to this project's own backend and to no commit. */
export const ownFolder = path.join(root, ".pulumi");
