import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { root } from "../../cli/setup/folders";
import { predictMethod, serializePredict } from "./servingGrpc";
import type { GrpcTarget, RestTarget } from "./load";

const source = path.join(root, "model/classifier/my_model");

/** The sample model under version numbers of a test's own, in a folder of its own. */
export interface SampleModel {
  /** For the setting modelFolder. */
  folder: string;
  /** Adds the sample model as a version; gives its folder. */
  add: (version: number) => string;
  remove: () => void;
}

export function sampleModel(...versions: number[]): SampleModel {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-model-"));
  const add = (version: number) => {
    const target = path.join(folder, "my_model", String(version));
    fs.cpSync(path.join(source, newestVersion()), target, { recursive: true });
    return target;
  };
  versions.forEach(add);
  return { folder, add, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** A prediction over REST of one picture, with a body of about 2 MB. */
export function restPrediction(port: number, path = "my_model"): RestTarget {
  const noise = pixels().map((value) => Number(value.toFixed(9)));
  const rows = Array.from({ length: side * side }, (_, at) => noise.slice(3 * at, 3 * at + 3));
  const picture = Array.from({ length: side }, (_, at) => rows.slice(side * at, side * (at + 1)));
  return {
    api: "rest",
    url: `http://127.0.0.1:${port}/v1/models/${path}:predict`,
    body: Buffer.from(JSON.stringify({ instances: [picture] })),
  };
}

/** A prediction over gRPC of one picture, with a message of about 0.6 MB. */
export function grpcPrediction(port: number): GrpcTarget {
  const call = { model: "my_model", input: "images", data: pixels(), shape: [1, side, side, 3] };
  return {
    api: "grpc",
    address: `127.0.0.1:${port}`,
    method: predictMethod,
    request: serializePredict(call),
  };
}

const side = 224;

/** Numbers that look like a picture's and are the same in every run. */
function pixels(): number[] {
  return Array.from({ length: side * side * 3 }, (_, at) => 127.5 + 127.5 * Math.sin(at * 12.9898));
}

function newestVersion(): string {
  const versions = fs.readdirSync(source).filter((name) => /^\d+$/.test(name));
  return versions.sort((a, b) => Number(b) - Number(a))[0];
}
