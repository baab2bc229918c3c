// Writes what comes from the sources: `npm run generate`.
import * as fs from "fs";
import * as path from "path";
import * as prettier from "prettier";
import { parseDocument } from "yaml";
import { packages } from "../components/build";
import { packageSchema } from "../components/packageSchema";
import { type Schema, surfaceOf } from "../components/surface";
import { defaultText, Key, targetNames, targetsOf, typeOf } from "../program/config/key";
import { sections, table } from "../program/config/table";
import { referencePages } from "./reference";

const root = path.join(__dirname, "..");

/** Pulumi.yaml, whose hand-written part stays, and the page of settings: by path, what they have to hold. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const project = parseDocument(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
  project.set("config", project.createNode(configBlock(), { aliasDuplicateObjects: false }));
  const contents = {
    "Pulumi.yaml": project.toString({ lineWidth: 0 }),
    "docs/settings.md": settingsPage(),
  };
  return formatted(contents);
}

/** The schemas of the packages: by path, what they have to hold. */
export async function generatedSchemas(): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const name of packages) {
    contents[`components/${name}/schema.json`] = await packageSchema(name);
  }
  return formatted(contents);
}

/** What packages promise from now on, whose version in these schemas is another than the last release's. */
function newReleases(schemas: Record<string, string>): Record<string, string> {
  const files = packages.map((name): [string, Schema] => [
    `components/released/${name}.json`,
    JSON.parse(schemas[`components/${name}/schema.json`]),
  ]);
  const isNew = ([file, { version }]: [string, Schema]) => {
    const last = path.join(root, file);
    return !fs.existsSync(last) || JSON.parse(fs.readFileSync(last, "utf8")).version !== version;
  };
  return Object.fromEntries(
    files
      .filter(isNew)
      .map(([file, schema]) => [file, `${JSON.stringify(surfaceOf(schema), null, 2)}\n`]),
  );
}

async function formatted(contents: Record<string, string>): Promise<Record<string, string>> {
  const entries = Object.entries(contents).map(async ([file, text]) => {
    const options = await prettier.resolveConfig(path.join(root, file));
    return [file, await prettier.format(text, { ...options, filepath: file })];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

/** The config block of Pulumi.yaml. */
function configBlock(): Record<string, object> {
  return Object.fromEntries(
    Object.entries<Key>(table).map(([name, key]) => [
      name,
      {
        type: typeOf(key),
        ...(typeOf(key) === "array" && { items: { type: "string" } }),
        default: key.default,
        description: sentence(key),
      },
    ]),
  );
}

/** docs/settings.md. */
function settingsPage(): string {
  return [
    "# Settings",
    "",
    "Every key of a stack's configuration: `npm run pulumi -- config set KEY VALUE`, or `tfserving:KEY` in",
    "`Pulumi.<stack>.yaml`. A key that is not set is left to the target, and one that is set where it does",
    "not apply is refused. This page and the config block of `Pulumi.yaml` come from",
    "[program/config/table.ts](../program/config/table.ts) by `npm run generate`.",
    ...Object.entries<Record<string, Key>>(sections).flatMap(([section, keys]) => [
      `\n## ${section}\n`,
      ...Object.entries(keys).map(([name, key]) => entry(name, key)),
    ]),
    "",
  ].join("\n");
}

function entry(name: string, key: Key): string {
  const usual = key.own || key.default === "" ? "" : `, default \`${defaultText(key)}\``;
  const places = targetsOf(key);
  const elsewhere = Object.entries(key.instead ?? {}).map(
    ([target, instead]) => `  - Not on ${target}: ${instead}.`,
  );
  const isAll = places.length + elsewhere.length === targetNames.length;
  const only = isAll ? "" : ` Only on ${list(places)}.`;
  const release = key.release ? " Another value is another release." : "";
  const text = escaped(`${sentence(key)}.${only}${release}`);
  return [`- **${name}** (${typeOf(key)}${usual}): ${text}`, ...elsewhere.map(escaped)].join("\n");
}

/** `<` would begin a tag. */
function escaped(text: string): string {
  return text.replace(/[<*]/g, "\\$&");
}

/** What a key says, with the defaults of targets that have their own. */
function sentence({ says, own, default: value }: Key): string {
  if (!own) {
    return says;
  }
  const values = [...new Set(Object.values(own))];
  const parts = values.map((one) => {
    const places = targetNames.filter((target) => own[target] === one);
    return `${one} on ${list(places)}`;
  });
  return `${says}; ${value === "" ? "empty" : String(value)} for the target's own: ${parts.join(", ")}`;
}

function list(names: string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join();
}

async function generate(): Promise<void> {
  const schemas = await generatedSchemas();
  const files = { ...(await generatedFiles()), ...schemas, ...newReleases(schemas) };
  for (const [file, text] of Object.entries({ ...files, ...(await referencePages()) })) {
    fs.writeFileSync(path.join(root, file), text);
  }
}

if (require.main === module) {
  void generate();
}
