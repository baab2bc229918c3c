import * as path from "path";

/**
 * Where a program keeps what is made anew where it is gone, below its folder: a path that is the same in
 * every checkout.
 */
export const projectCache = path.join("node_modules", ".cache", "tfserving");
