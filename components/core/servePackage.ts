import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readText } from "./arguments/readText";

/** What an index exports: components by their names, and other things. */
type Library = Record<string, unknown>;

type Component = new (
  name: string,
  args: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/**
 * A package as Pulumi's engine asks for it, on behalf of programs in every language
 * (`pulumi package add`). Its schema is the file that `npm run generate` has written: nothing is
 * analysed, and no TypeScript is compiled, when a program starts.
 *
 * @param folder - where the package's schema.json lies
 * @param library - the components that the schema names, by the names of their classes
 */
export function packageProvider(folder: string, library: Library): pulumi.provider.Provider {
  const schema = readText(path.join(folder, "schema.json"));
  const { resources, version } = JSON.parse(schema) as PackageSchema;
  return {
    version,
    schema,
    construct: async (name, type, inputs, options) => {
      if (!resources[type]) {
        const known = Object.keys(resources).join(", ");
        throw new pulumi.RunError(`this package has no component ${type}, only ${known}`);
      }
      const constructor = library[type.split(":")[2]] as Component;
      const component = new constructor(name, inputs, options);
      const outputs = Object.keys(resources[type].properties ?? {});
      const valueOf = (output: string) => component[output as keyof pulumi.ComponentResource];
      return {
        urn: component.urn,
        state: Object.fromEntries(outputs.map((output) => [output, valueOf(output)])),
      };
    },
  };
}

interface PackageSchema {
  version: string;
  resources: Record<string, { properties?: Record<string, object> }>;
}

/** Serves a package until the engine hangs up; it is what `main` of package.json calls. */
export function servePackage(folder: string, library: Library): Promise<void> {
  return pulumi.provider.main(packageProvider(folder, library), process.argv.slice(2));
}
