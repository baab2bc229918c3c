import * as fs from "node:fs";
import * as path from "node:path";
import { FetchedModel, fetchModel } from "../../components/core/modelSource/fetchModel";
import { temporaryFolder } from "./modelFolder";

/** A model that a test has fetched, with what is in its folder. */
export interface FetchedFiles extends FetchedModel {
  /** Paths such as `3/saved_model.pb`, with what the files hold. */
  files: Record<string, Buffer>;
}

/** Fetches a model as a run of its own would on a new machine. */
export async function fetched(source: string, modelName = "multiply"): Promise<FetchedFiles> {
  process.env.TFSERVING_CACHE = temporaryFolder();
  const model = await fetchModel(source, { modelName });
  const folder = path.join(model.modelFolder, modelName);
  const entries = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const names = entries.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  const files = names.map((name) => [name, fs.readFileSync(path.join(folder, name))] as const);
  fs.rmSync(model.modelFolder, { recursive: true });
  return { ...model, files: Object.fromEntries(files) };
}

/** The SavedModel whose answers are the double of what it is asked. */
export const doubles = path.join(__dirname, "models/multiply/2");

/** Its graph. */
export const graph = fs.readFileSync(path.join(doubles, "saved_model.pb"));
