import path from "node:path";
import { Failure } from "../output/failure";
import type { ModelSignature } from "../targets/target";
import { pictureInput, readFile, readPicture } from "./pictures";
import type { PredictBody } from "./service";

/** A request for predictions, and what each row of it is. */
export interface PredictRequest {
  readonly body: PredictBody;
  /** A row's name: its file, or its number in it. @default - columns */
  readonly rows?: string[];
}

/**
 * The requests for files: pictures together, each file of JSON by itself.
 *
 * @param signature - is read where there is a picture
 */
export async function requestsFor(
  files: string[],
  signature: () => Promise<ModelSignature>,
): Promise<PredictRequest[]> {
  const pictures = files.filter((file) => !isJson(file));
  return [
    ...(pictures.length > 0 ? [await pictureRequest(pictures, await signature())] : []),
    ...files.filter(isJson).map(jsonRequest),
  ];
}

/** The request for pictures. */
export async function pictureRequest(
  files: string[],
  signature: ModelSignature,
): Promise<PredictRequest> {
  const input = pictureInput(signature);
  const instances = await Promise.all(files.map((file) => readPicture(file, input)));
  return { body: { instances }, rows: files.map((file) => path.basename(file)) };
}

/** A list is one of instances, else the file is a whole request. */
function jsonRequest(file: string): PredictRequest {
  const name = path.basename(file);
  const content = readJson(file);
  const body = (Array.isArray(content) ? { instances: content } : content) as PredictBody | null;
  if (Array.isArray(body?.instances)) {
    const rows = body.instances.map((_, at) => `${name} ${at + 1}`);
    return { body, rows };
  }
  if (body?.inputs !== undefined) {
    return { body };
  }
  throw new Failure(
    `${file} is no request: it has neither a list of instances nor inputs.`,
    'write [INSTANCE, ...], {"instances": [...]} or {"inputs": ...}, as :predict takes it ' +
      "(https://www.tensorflow.org/tfx/serving/api_rest#predict_api).",
    2,
  );
}

/** By its content: no picture begins as JSON does. */
function isJson(file: string): boolean {
  return /^\s*[[{]/.test(readFile(file).subarray(0, 100).toString("latin1"));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFile(file).toString());
  } catch (error) {
    throw new Failure(
      `${file} is not JSON: ${(error as Error).message}.`,
      "put it right; pictures are given as they are.",
      2,
    );
  }
}
