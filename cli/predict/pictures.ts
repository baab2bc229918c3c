import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
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

/** How a model takes a picture: as its file, or as pixels. A side that it leaves open is -1. */
type PictureInput = "file" | { height: number; width: number; channels: 1 | 3 };

/**
 * How a model takes pictures, by its signature.
 *
 * @throws Failure where it takes none
 */
export function pictureInput({ inputs }: ModelSignature): PictureInput {
  const [[name, input] = ["", undefined], ...more] = Object.entries(inputs);
  const { dtype, shape } = input ?? { dtype: "" };
  if (more.length === 0 && dtype === "string" && (shape?.length ?? 1) <= 1) {
    return "file";
  }
  const [, height, width, channels] = shape ?? [];
  if (more.length === 0 && shape?.length === 4 && (channels === 1 || channels === 3)) {
    return { height, width, channels };
  }
  const takes = Object.entries(inputs).map(
    ([key, one]) => `${key}: ${one.dtype}${one.shape ? ` [${one.shape.join(", ")}]` : ""}`,
  );
  throw new Failure(
    `The model takes no picture: its ${more.length > 0 ? "inputs are" : "input is"} ${takes.join("; ") || name}.`,
    "give a file of JSON, with a list of instances or a whole request for :predict.",
    2,
  );
}

/**
 * A picture as a model takes it: the file's bytes, or rows of pixels of numbers from 0 to 255,
 * scaled to the size that the model wants.
 *
 * @param file - PNG, JPEG, WebP, GIF or TIFF
 */
export async function readPicture(file: string, input: PictureInput): Promise<unknown> {
  if (input === "file") {
    return { b64: readFile(file).toString("base64") };
  }
  const { default: sharp } = await import("sharp");
  const picture = sharp(readFile(file)).autoOrient().removeAlpha();
  const coloured = picture.toColourspace(input.channels === 1 ? "b-w" : "srgb");
  const side = (length: number) => (length > 0 ? length : undefined);
  const sized = coloured.resize({
    ...{ width: side(input.width), height: side(input.height), fit: "fill", kernel: "linear" },
  });
  try {
    const { data, info } = await sized
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return pixels(data, info);
  } catch (error) {
    throw new Failure(
      `${file} is no picture that can be read: ${(error as Error).message}.`,
      "give a PNG, JPEG, WebP, GIF or TIFF, or a file of JSON whose name ends in .json.",
      2,
    );
  }
}

/** Rows of pixels of channels. */
function pixels(
  data: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
): number[][][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * channels;
      return [...data.subarray(at, at + channels)];
    }),
  );
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
