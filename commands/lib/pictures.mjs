// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./command.mjs";

/** The model that the held-out pictures fit, by the stack's settings. */
const sample = { modelFolder: "model/classifier", modelName: "my_model" };

/**
 * A picture that the sample model has never seen.
 *
 * @typedef {object} Picture
 * @property {string} file - PNG beside held_out.json
 * @property {number} index - of its class in the model's output
 * @property {string} name - of its class
 */

/**
 * Whether a stack serves the sample model, by its settings.
 *
 * @param {(key: string) => unknown} setting
 * @returns {boolean}
 */
export function servesSample(setting) {
  const folder = path.posix.normalize(String(setting("modelFolder")).replaceAll("\\", "/"));
  return (
    folder.replace(/\/$/, "") === sample.modelFolder && setting("modelName") === sample.modelName
  );
}

/**
 * The list of the held-out pictures.
 *
 * @param {string} root - project folder
 * @returns {Picture[]}
 */
export function heldOutPictures(root) {
  const file = path.join(root, "model", "held_out", "held_out.json");
  if (!existsSync(file)) {
    throw new Failure(`There is no ${file}.`, "git checkout -- model/held_out restores it.");
  }
  /** @type {{ file: string, classIndex: number, className: string }[]} */
  const entries = JSON.parse(readFileSync(file, "utf8"));
  return entries.map(({ file, classIndex, className }) => ({
    file,
    index: classIndex,
    name: className,
  }));
}

/**
 * The names of the classes, in the order of the model's output.
 *
 * @param {string} root - project folder
 * @returns {string[]}
 */
export function classNames(root) {
  const text = readFileSync(path.join(root, "model", "class_names.txt"), "utf8");
  return text.split(/\r?\n/).filter(Boolean);
}

/**
 * A PNG as the model takes it.
 *
 * @param {string} root - project folder
 * @param {Picture} picture
 * @returns {Promise<number[][][]>} height x width x RGB, 0 to 255
 */
export async function readPicture(root, picture) {
  const { PNG } = (await import("pngjs")).default;
  const file = path.join(root, "model", "held_out", picture.file);
  return pixels(PNG.sync.read(readFileSync(file)));
}

/**
 * @param {{ width: number, height: number, data: Uint8Array }} image - four bytes per pixel: RGB and alpha
 * @returns {number[][][]} height x width x RGB
 */
export function pixels({ width, height, data }) {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * 4;
      return [data[at], data[at + 1], data[at + 2]];
    }),
  );
}
