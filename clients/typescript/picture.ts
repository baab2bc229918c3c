import sharp from "sharp";

/** Pixels of a picture as the model takes them: height x width x RGB, 0 to 255, row by row. */
export async function readPicture(file: string) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: Float32Array.from(data), shape: [1, info.height, info.width, info.channels] };
}

export function say(probabilities: ArrayLike<number>): void {
  const values = Array.from(probabilities);
  const best = values.indexOf(Math.max(...values));
  console.log(`predicted class= ${best} with confidence level of ${values[best].toFixed(2)}`);
}
