import * as fs from "fs";
import * as path from "path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";

/** The scope of the packages on npm, and of the SDKs that Pulumi writes. */
const scope = "tf-model-serving";

/** What Python imports: `tf_model_serving`, `tf_model_serving_aws`; not `tf_model_serving_tfserving`. */
function pythonName(folder: string): string {
  const words = folder === "core" ? [scope] : [scope, folder];
  return words.join("_").replaceAll("-", "_");
}

/**
 * What a package offers to programs in every language, from its sources: its schema.json. Throws at
 * what a schema cannot have: unions, tuples, callbacks, type aliases for arguments.
 *
 * @param folder - the package's folder in components/
 */
export async function packageSchema(folder: string): Promise<string> {
  const directory = path.join(__dirname, folder);
  const manifest = JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8"));
  const components = getPulumiComponents(await import(path.join(directory, "index.ts")));
  const names = new Set(components.map(({ name }) => name));
  const name = folder === "core" ? "tfserving" : `tfserving-${folder}`;
  const found = new Analyzer(directory, name, manifest, names).analyze();
  const schema = generateSchema(
    ...([name, manifest.version, manifest.description] as const),
    ...([found.components, found.typeDefinitions, found.dependencies, scope] as const),
  );
  const language = {
    ...schema.language,
    python: { ...schema.language?.python, packageName: pythonName(folder) },
  };
  return `${JSON.stringify({ ...schema, language }, null, 2)}\n`;
}
