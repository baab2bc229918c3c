import { heldOutPictures, readPicture } from "../../commands/lib/pictures.mjs";
import { root } from "../../commands/lib/workspace.mjs";
import { serializePredict } from "./servingGrpc";

const [height, width, channels] = [224, 224, 3];

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
  return Promise.all(
    heldOutPictures(root)
      .slice(0, count)
      .map((picture) => readPicture(root, picture)),
  );
}
