// Writes what stands in other files of the table of keys: `npm run generate`.
import * as fs from "fs";
import * as path from "path";
import * as prettier from "prettier";
import { parseDocument } from "yaml";
import { configBlock, settingsPage } from "./describe";

const root = path.join(__dirname, "../..");

/** What the files have to hold, by path; the hand-written part of Pulumi.yaml stays. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const project = parseDocument(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
  project.set("config", project.createNode(configBlock(), { aliasDuplicateObjects: false }));
  const contents = {
    "Pulumi.yaml": project.toString({ lineWidth: 0 }),
    "docs/settings.md": settingsPage(),
  };
  const formatted = Object.entries(contents).map(async ([file, text]) => {
    const options = await prettier.resolveConfig(path.join(root, file));
    return [file, await prettier.format(text, { ...options, filepath: file })];
  });
  return Object.fromEntries(await Promise.all(formatted)) as Record<string, string>;
}

if (require.main === module) {
  void generatedFiles().then((files) => {
    for (const [file, text] of Object.entries(files)) {
      fs.writeFileSync(path.join(root, file), text);
    }
  });
}
