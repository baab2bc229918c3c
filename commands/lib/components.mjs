// @ts-check
import path from "node:path";

/**
 * Loads a TypeScript module of the components or the program: what they know, the commands know from
 * them. It takes a moment and the npm packages, so only where it is needed.
 *
 * @param {string} root - project folder
 * @param {string} file - relative to it
 * @returns {Promise<any>} its exports
 */
export async function loadTypeScript(root, file) {
  const { require } = await import("tsx/cjs/api");
  return require(path.join(root, file), import.meta.url);
}
