import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  type PictureInput,
  pictureInput as inputOf,
  pictureInstance,
} from "@tf-model-serving/core/facts";
import { Failure } from "../output/failure";
import type { ModelSignature } from "../targets/target";

/** The model that the held-out pictures fit, by the stack's settings. */
const sample = { modelFolder: "model/classifier", modelName: "my_model" };

/** A picture that the sample model has never seen. */
export interface Picture {
  /** Absolute. */
  readonly file: string;
  /** Of its class in the model's output. */
  readonly index: number;
  /** Of its class. */
  readonly name: string;
}

/** Whether a stack serves the sample model, by its settings. */
export function servesSample(setting: (key: string) => unknown): boolean {
  const folder = path.posix.normalize(String(setting("modelFolder")).replace(/\\/g, "/"));
  return (
    !setting("modelSource") &&
    folder.replace(/\/$/, "") === sample.modelFolder &&
    setting("modelName") === sample.modelName
  );
}

/** The held-out pictures, in the order of their classes. */
export function heldOutPictures(root: string): Picture[] {
  const folder = path.join(root, "model", "held_out");
  const list = path.join(folder, "held_out.json");
  if (!existsSync(list)) {
    throw new Failure(`There is no ${list}.`, "git checkout -- model/held_out restores it.");
  }
  const entries: { file: string; classIndex: number; className: string }[] = JSON.parse(
    readFileSync(list, "utf8"),
  );
  return entries.map(({ file, classIndex, className }) => ({
    file: path.join(folder, file),
    index: classIndex,
    name: className,
  }));
}

/**
 * How a model takes pictures, by its signature.
 *
 * @throws Failure where it takes none
 */
export function pictureInput(signature: ModelSignature): PictureInput {
  try {
    return inputOf(signature);
  } catch (error) {
    throw new Failure(
      (error as Error).message,
      "give a file of JSON, with a list of instances or a whole request for :predict.",
      2,
    );
  }
}

/**
 * A picture as a model takes it.
 *
 * @param file - PNG, JPEG, WebP, GIF or TIFF
 * @throws Failure where it is none
 */
export async function readPicture(file: string, input: PictureInput): Promise<unknown> {
  const content = readFile(file);
  try {
    return await pictureInstance(content, input);
  } catch (error) {
    throw new Failure(
      `${file} is no picture that can be read: ${(error as Error).message}.`,
      "give a PNG, JPEG, WebP, GIF or TIFF, or a file of JSON whose name ends in .json.",
      2,
    );
  }
}

/** @throws Failure where there is no such file */
export function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(
      `${file} cannot be read (${code === "ENOENT" ? "there is no such file" : code}).`,
      "name a picture or a file of JSON.",
      2,
    );
  }
}
