import * as fs from "node:fs";
import * as path from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contentHash } from "../../../components/core/image/contentHash";
import { modelFolder as folderOf } from "../../support/modelFolder";

type Files = Record<string, string>;

const sample: Files = {
  "my_model/1/saved_model.pb": "graph",
  "my_model/1/variables/variables.index": "index",
};
const noise = {
  ...{ ".DS_Store": "x", ".git/HEAD": "y", "my_model/.ipynb_checkpoints/z": "" },
  ...{ "assets/.DS_Store": "x", "assets/._names.txt": "x", "assets/below/.names.txt": "x" },
  "assets/.ipynb_checkpoints/names.txt": "x",
};

function hashOf(files: Files, settings: Record<string, string> = {}): string {
  return contentHash({ models: folderOf(files) }, settings);
}

/** Whether the hash of the sample stays with what is done to its folder. */
function staysWith(change: (folder: string) => void): boolean {
  const models = folderOf(sample);
  const before = contentHash({ models }, {});
  change(models);
  return contentHash({ models }, {}) === before;
}

/** Names without a dot in front, which would be hidden, and no two that differ in case only. */
const name = fc.stringMatching(/^[a-z0-9_][a-z0-9_. -]{0,6}[a-z0-9_]$/);
const files = fc.dictionary(name, fc.string(), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const few = { numRuns: 30 };

it("is 12 hexadecimal digits, fit for a tag", () => {
  expect(hashOf(sample)).toMatch(/^[0-9a-f]{12}$/);
});

describe("the same content has the same hash", () => {
  it("in another folder", () => {
    fc.assert(
      fc.property(files, (content) => {
        expect(hashOf(content)).toBe(hashOf(content));
      }),
      few,
    );
  });

  it("whatever modes and times the files have", () => {
    const stays = staysWith((folder) => {
      const file = path.join(folder, "my_model/1/saved_model.pb");
      fs.chmodSync(file, 0o600);
      fs.chmodSync(path.dirname(file), 0o700);
      fs.utimesSync(file, 1, 1);
    });
    expect(stays).toBe(true);
  });

  it("with an empty folder, which git would not keep", () => {
    expect(staysWith((folder) => fs.mkdirSync(path.join(folder, "my_model/1/assets")))).toBe(true);
  });

  it("whatever order its parts are given in", () => {
    const [one, two] = [folderOf({}), folderOf(sample)];
    expect(contentHash({ one, two }, { a: "1", b: "2" })).toBe(
      contentHash({ two, one }, { b: "2", a: "1" }),
    );
  });

  it("whatever hidden files lie beside it", () => {
    expect(hashOf({ ...sample, ...noise })).toBe(hashOf(sample));
  });

  it("whatever git ended the lines of a text with, but not of an asset", () => {
    const hashOfText = (run: string) => contentHash({}, {}, { script: folderOf({ run }) });
    expect(hashOfText("a\r\nb\r\n")).toBe(hashOfText("a\nb\n"));
    expect(hashOfText("a\rb\n")).not.toBe(hashOfText("a\nb\n"));
    expect(hashOf({ asset: "a\r\n" })).not.toBe(hashOf({ asset: "a\n" }));
  });
});

describe("another hash comes of", () => {
  it("any changed byte", () => {
    fc.assert(
      fc.property(files, fc.nat(), fc.nat(), (content, which, where) => {
        const changed = Object.keys(content)[which % Object.keys(content).length];
        const text = content[changed];
        const at = where % (text.length + 1);
        const other = `${text.slice(0, at)}#${text.slice(at)}`;
        expect(hashOf({ ...content, [changed]: other })).not.toBe(hashOf(content));
      }),
      few,
    );
  });

  it("any changed name", () => {
    fc.assert(
      fc.property(files, name, (content, renamed) => {
        fc.pre(!(renamed in content));
        const [[, first], ...rest] = Object.entries(content);
        expect(hashOf({ [renamed]: first, ...Object.fromEntries(rest) })).not.toBe(hashOf(content));
      }),
      few,
    );
  });

  const large = "x".repeat(3 * (1 << 20));
  const { "my_model/1/saved_model.pb": graph, ...index } = sample;

  it.each<[string, Files, Files]>([
    ["a further file", sample, { ...sample, "my_model/1/assets/names.txt": "" }],
    ["a file less", sample, index],
    ["a moved file", sample, { "my_model/2/saved_model.pb": graph, ...index }],
    ["a hidden file right in assets/", sample, { ...sample, "assets/.vocab.txt": "a" }],
    ["another such file", { "assets/.hidden": "a" }, { "assets/.hidden": "b" }],
    ["bytes that move to the next file's start", { a: "ab", b: "c" }, { a: "a", b: "bc" }],
    ["one file that reads like two", { a: "xfile 8 models/b\ny" }, { a: "x", b: "y" }],
    ["the end of a file that is larger than the buffer", { a: large + "1" }, { a: large + "2" }],
  ])("%s", (_, one, other) => {
    expect(hashOf(other)).not.toBe(hashOf(one));
  });

  it("another setting", () => {
    const [one, other] = ["2.19.1", "2.18.0"].map((baseImage) => hashOf(sample, { baseImage }));
    expect(one).not.toBe(other);
  });

  it("a link that points elsewhere", () => {
    const hashes = ["a", "b"].map((target) => {
      const models = folderOf({ a: "1", b: "1" });
      fs.symlinkSync(target, path.join(models, "link"));
      return contentHash({ models }, {});
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});
