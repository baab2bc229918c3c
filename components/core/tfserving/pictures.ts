import type { Signature } from "./savedModel";

/** How a model takes a picture: as its file, or as pixels. A side that it leaves open is -1. */
export type PictureInput = "file" | { height: number; width: number; channels: 1 | 3 };

/** What is read of a signature here. */
export interface PictureSignature {
  inputs: Record<string, Pick<Signature["inputs"][string], "dtype" | "shape">>;
}

/**
 * How a model takes pictures, by its signature.
 *
 * @throws Error with a sentence where it takes none
 */
export function pictureInput({ inputs }: PictureSignature): PictureInput {
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
  throw new Error(
    `The model takes no picture: its ${more.length > 0 ? "inputs are" : "input is"} ${takes.join("; ") || name}.`,
  );
}

/**
 * A picture as a row of a request: the file's bytes, or rows of pixels of numbers from 0 to 255,
 * scaled to the size that the model wants.
 *
 * @param file - content of a PNG, JPEG, WebP, GIF or TIFF
 * @throws Error where it is none
 */
export async function pictureInstance(file: Buffer, input: PictureInput): Promise<unknown> {
  if (input === "file") {
    return { b64: file.toString("base64") };
  }
  const { default: sharp } = await import("sharp");
  const picture = sharp(file).autoOrient().removeAlpha();
  const coloured = picture.toColourspace(input.channels === 1 ? "b-w" : "srgb");
  const side = (length: number) => (length > 0 ? length : undefined);
  const sized = coloured.resize({
    ...{ width: side(input.width), height: side(input.height), fit: "fill", kernel: "linear" },
  });
  const { data, info } = await sized.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return pixels(data, info);
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
