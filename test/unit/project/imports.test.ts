// Data flows one way through the house's folders: see docs/architecture.md.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../../support/stackConfig";

/** The folders of the library, each with those that it may import. */
const base = ["arguments", "stack"];
const below = [...base, "tfserving", "serving", "engine", "modelSource", "image"];
const mayImport: Record<string, string[]> = {
  arguments: [],
  stack: ["arguments"],
  tfserving: base,
  serving: [...base, "tfserving"],
  engine: [...base, "tfserving", "serving"],
  modelSource: [...base, "tfserving", "engine"],
  image: [...base, "tfserving", "serving", "engine", "modelSource"],
  evaluation: below,
  docker: below,
  swarm: [...below, "docker"],
  aws: below,
  kubernetes: below,
};

const internal = "@tf-model-serving/core/internal/";

interface Import {
  from: string;
  to: string;
}

const imports = execFileSync(
  "git",
  ["ls-files", "-z", "components", "program", "cli", "index.ts"],
  {
    cwd: repository,
    encoding: "utf8",
  },
)
  .split("\0")
  .filter((file) => file.endsWith(".ts") && fs.existsSync(path.join(repository, file)))
  .flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = fs.readFileSync(path.join(repository, file), "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*\(?"([^"]+)"/g)].map(([, named]) => ({
    from: file,
    to: named.startsWith(".")
      ? path.posix.join(path.posix.dirname(file), named)
      : named.replace(internal, "components/core/"),
  }));
}

const folderOf = (file: string) => /^components\/(?:core\/)?(?!core\/)([^/]+)\//.exec(file)?.[1];
const shown = ({ from, to }: Import) => `${from} -> ${to}`;

describe("the library's folders", () => {
  it("are all known", () => {
    const found = new Set(imports.map(({ from }) => folderOf(from)).filter(Boolean));
    expect([...found].sort()).toEqual(Object.keys(mayImport).sort());
  });

  it("import only what lies below them", () => {
    const against = imports.filter(({ from, to }) => {
      const [folder, other] = [folderOf(from), folderOf(to)];
      return folder && other && folder !== other && !mayImport[folder].includes(other);
    });
    expect(against.map(shown)).toEqual([]);
  });

  it("have knowledge of TensorFlow Serving and schemas that need no Pulumi", () => {
    const pure =
      /^components\/core\/(tfserving\/|arguments\/(schema|problem|checks|images|nearestName)\.ts)/;
    const pulumi = imports.filter(({ from, to }) => pure.test(from) && to.startsWith("@pulumi/"));
    expect(pulumi.map(shown)).toEqual([]);
  });

  it("know neither the program nor the commands", () => {
    const outside = imports.filter(
      ({ from, to }) => folderOf(from) && /^(program|cli|settings|index)\b/.test(to),
    );
    expect(outside.map(shown)).toEqual([]);
  });
});

it("the program and the commands use the library by what its packages export", () => {
  const deep = imports.filter(({ from, to }) => !from.startsWith("components/") && folderOf(to));
  expect(deep.map(shown)).toEqual([]);
});
