import { heldOutPictures, type Picture, readPicture } from "../../cli/predict/pictures";
import { root } from "../../cli/setup/folders";
import { serializePredict } from "./servingGrpc";

const [height, width, channels] = [224, 224, 3] as const;

/**
 * Body of a REST call that asks the sample model about held-out pictures: about 0.55 MB each.
 *
 * @param pictures - how many, 1 to 10
 */
export async function samplePredictBody(pictures = 1): Promise<Buffer> {
  const instances = await readPictures(pictures);
  return Buffer.from(JSON.stringify({ signature_name: "serving_default", instances }));
}

/**
 * The same question as a gRPC message, for `predictMethod`: 0.6 MB for each picture.
 *
 * @param input - name of the signature's input; see the stack's output `signature`
 */
export async function samplePredictMessage(
  input: string,
  pictures = 1,
  model = "my_model",
): Promise<Buffer> {
  const data = (await readPictures(pictures)).flat(3);
  const shape = [pictures, height, width, channels];
  return serializePredict({ model, input, data, shape });
}

function readPictures(count: number): Promise<number[][][][]> {
  return Promise.all(heldOutPictures(root).slice(0, count).map(pixelsOf));
}

/** A held-out picture as the sample model takes it: height x width x RGB, 0 to 255. */
export async function pixelsOf({ file }: Picture): Promise<number[][][]> {
  return (await readPicture(file, { height, width, channels })) as number[][][];
}
