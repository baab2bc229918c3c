import * as fs from "node:fs/promises";
import * as path from "node:path";
import { errorIn, parseAnswer } from "../tfserving/answers";
import { pictureInput, pictureInstance } from "../tfserving/pictures";
import type { Signature } from "../tfserving/savedModel";
import { examplesPerRequest } from "./checkExamples";
import type { Example } from "./heldOutData";

const mostPerRequest = 16;

/** How a model is asked. */
export interface Asked {
  modelName: string;
  signature: Signature;
  signatureName: string;
  /** Most examples that the server takes at a time. @default - as many as wanted */
  maxBatchSize?: number;
}

/**
 * Writes requests for predictions as they go over the network into a new folder, a file for so many
 * examples; the order of their names is that of the examples.
 *
 * @returns how many there are
 * @throws Error that names a picture which cannot be read
 */
export async function writeRequests(
  folder: string,
  examples: Example[],
  { modelName, signature, signatureName, maxBatchSize = mostPerRequest }: Asked,
): Promise<number> {
  const each = examplesPerRequest(signature, Math.min(mostPerRequest, maxBatchSize));
  const count = Math.ceil(examples.length / each);
  await fs.mkdir(folder);
  for (let number = 0; number < count; number++) {
    const some = examples.slice(number * each, (number + 1) * each);
    const instances = await Promise.all(some.map((one) => instanceOf(one, signature)));
    const body = Buffer.from(JSON.stringify({ signature_name: signatureName, instances }));
    const head = [
      `POST /v1/models/${modelName}:predict HTTP/1.1`,
      ...["Host: 127.0.0.1", "Connection: close", "Content-Type: application/json"],
      `Content-Length: ${body.length}`,
    ];
    const file = path.join(folder, String(number).padStart(6, "0"));
    await fs.writeFile(file, Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]));
  }
  return count;
}

/**
 * The predictions in the answers to such requests, one for each example.
 *
 * @throws Error with the server's own words where it refused
 */
export async function readAnswers(folder: string): Promise<unknown[]> {
  const files = (await fs.readdir(folder)).sort();
  const all: unknown[] = [];
  for (const file of files) {
    const text = await fs.readFile(path.join(folder, file), "utf8");
    const end = text.search(/\r?\n\r?\n/);
    const body = text.slice(end).trimStart();
    const [, status = "no HTTP status"] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
    if (status !== "200") {
      throw new Error(`its server answered ${status}: ${errorIn(body)}`);
    }
    all.push(...(parseAnswer(body) as { predictions: unknown[] }).predictions);
  }
  return all;
}

async function instanceOf({ file, instance }: Example, signature: Signature): Promise<unknown> {
  if (file === undefined) {
    return instance;
  }
  try {
    return await pictureInstance(await fs.readFile(file), pictureInput(signature));
  } catch (error) {
    throw new Error(`${file} is no picture that can be read: ${(error as Error).message}`);
  }
}
