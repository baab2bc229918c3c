import * as fs from "fs";
import * as path from "path";
import { root } from "../../../cli/setup/folders";

const source = path.join(root, "test/unit/tfserving/testdata/sharded/1");

/** A call of the model, whose vocabulary is a hidden file. */
export const request = JSON.stringify({ inputs: { words: ["Prawns"] } });

/** Adds the small model to a folder of models; two versions of it differ in something. */
export function addModel(models: string, name: string, version: number): void {
  const folder = path.join(models, name, String(version));
  fs.cpSync(source, folder, { recursive: true });
  fs.mkdirSync(path.join(folder, "assets.extra"), { recursive: true });
  fs.writeFileSync(path.join(folder, "assets.extra/note.txt"), String(version));
}
