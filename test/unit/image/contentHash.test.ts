import * as fs from "node:fs";
import * as path from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contentHash } from "../../../components/image/contentHash";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

type Files = Record<string, string>;

const sample: Files = {
  "my_model/1/saved_model.pb": "graph",
  "my_model/1/variables/variables.index": "index",
};

function hashOf(files: Files, settings: Record<string, string> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return contentHash({ models: folder }, settings);
}

/** Names without a dot in front, which would be hidden, and no two that differ in case only. */
const name = fc.stringMatching(/^[a-z0-9_][a-z0-9_. -]{0,6}[a-z0-9_]$/);
const files = fc.dictionary(name, fc.string(), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const few = { numRuns: 30 };

it("is 12 hexadecimal digits, fit for a tag", () => {
  expect(hashOf(sample)).toMatch(/^[0-9a-f]{12}$/);
});

describe("texts", () => {
  const hashOfText = (text: string) => {
    const folder = temporaryFolder();
    writeFiles(folder, { run: text });
    return contentHash({}, {}, { script: folder });
  };

  it("have the same hash whatever git ended their lines with", () => {
    expect(hashOfText("a\r\nb\r\n")).toBe(hashOfText("a\nb\n"));
    expect(hashOfText("a\rb\n")).not.toBe(hashOfText("a\nb\n"));
    expect(hashOf({ asset: "a\r\n" })).not.toBe(hashOf({ asset: "a\n" }));
  });
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
    const folder = temporaryFolder();
    writeFiles(folder, sample);
    const before = contentHash({ models: folder }, {});
    const file = path.join(folder, "my_model/1/saved_model.pb");
    fs.chmodSync(file, 0o600);
    fs.chmodSync(path.dirname(file), 0o700);
    fs.utimesSync(file, 1, 1);
    expect(contentHash({ models: folder }, {})).toBe(before);
  });

  it("with an empty folder, which git would not keep", () => {
    const folder = temporaryFolder();
    writeFiles(folder, sample);
    const before = contentHash({ models: folder }, {});
    fs.mkdirSync(path.join(folder, "my_model/1/assets"));
    expect(contentHash({ models: folder }, {})).toBe(before);
  });

  it("whatever order its parts are given in", () => {
    const one = temporaryFolder();
    const two = temporaryFolder();
    writeFiles(two, sample);
    expect(contentHash({ one, two }, { a: "1", b: "2" })).toBe(
      contentHash({ two, one }, { b: "2", a: "1" }),
    );
  });

  it("whatever hidden files lie beside it", () => {
    expect(
      hashOf({
        ...sample,
        ".DS_Store": "x",
        ".git/HEAD": "y",
        "my_model/.ipynb_checkpoints/z": "",
        "assets/.DS_Store": "x",
        "assets/._names.txt": "x",
        "assets/.ipynb_checkpoints/names.txt": "x",
        "assets/below/.names.txt": "x",
      }),
    ).toBe(hashOf(sample));
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
        const [first, ...rest] = Object.keys(content);
        const other = {
          [renamed]: content[first],
          ...Object.fromEntries(rest.map((key) => [key, content[key]])),
        };
        expect(hashOf(other)).not.toBe(hashOf(content));
      }),
      few,
    );
  });

  it.each([".vocab.txt", ".hidden"])("a hidden file right in assets/, %s", (file) => {
    const [bare, one, other] = [{}, { [`assets/${file}`]: "a" }, { [`assets/${file}`]: "b" }].map(
      (further) => hashOf({ "saved_model.pb": "graph", ...further } as Files),
    );
    expect(new Set([bare, one, other]).size).toBe(3);
  });

  it.each<[string, Files]>([
    ["a further file", { ...sample, "my_model/1/assets/names.txt": "" }],
    ["a file less", { "my_model/1/saved_model.pb": "graph" }],
    [
      "a moved file",
      { "my_model/2/saved_model.pb": "graph", "my_model/1/variables/variables.index": "index" },
    ],
  ])("%s", (_, other) => {
    expect(hashOf(other)).not.toBe(hashOf(sample));
  });

  it("bytes that move from one file's end to the next one's start", () => {
    expect(hashOf({ a: "ab", b: "c" })).not.toBe(hashOf({ a: "a", b: "bc" }));
  });

  it("one file that reads like two", () => {
    expect(hashOf({ a: "xfile 8 models/b\ny" })).not.toBe(hashOf({ a: "x", b: "y" }));
  });

  it("another setting", () => {
    expect(hashOf(sample, { baseImage: "tensorflow/serving:2.19.1" })).not.toBe(
      hashOf(sample, { baseImage: "tensorflow/serving:2.18.0" }),
    );
  });

  it("a link that points elsewhere", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { a: "1", b: "1" });
    fs.symlinkSync("a", path.join(folder, "link"));
    const before = contentHash({ models: folder }, {});
    fs.rmSync(path.join(folder, "link"));
    fs.symlinkSync("b", path.join(folder, "link"));
    expect(contentHash({ models: folder }, {})).not.toBe(before);
  });
});

it("reads a file larger than its buffer to the end", () => {
  const large = "x".repeat(3 * (1 << 20));
  expect(hashOf({ a: `${large}1` })).not.toBe(hashOf({ a: `${large}2` }));
});
