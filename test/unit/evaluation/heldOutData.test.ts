import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { hashOfData, readHeldOutData } from "../../../components/core/evaluation/heldOutData";
import { readAnswers, writeRequests } from "../../../components/core/evaluation/requests";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

function written(files: Record<string, string>): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

const examplesOf = (name: string, content: string) =>
  readHeldOutData(path.join(written({ [name]: content }), name)).examples;

describe("held-out data", () => {
  const expected = [
    { instance: [1], label: 0 },
    { instance: [2], label: 1 },
  ];

  it.each([
    ["lines.jsonl", '{"instance": [1], "label": 0}\r\n\n{"instance": [2], "label": 1}\n'],
    ["list.json", '[{"instance": [1], "label": 0}, {"instance": [2], "label": 1}]'],
    ["columns.json", '{"instances": [[1], [2]], "labels": [0, 1]}'],
  ])("is read from %s", (name, content) => {
    expect(examplesOf(name, content)).toMatchObject(expected);
  });

  it("has pictures that lie beside the list, as the sample's", () => {
    const { examples } = readHeldOutData("model/held_out");
    expect(examples).toHaveLength(10);
    const { file, label } = examples[1];
    expect([path.basename(file!), label]).toEqual(["057_Hippasteria_phrygiana.png", 57]);
  });

  it.each([
    ["{}", "which is neither a list nor"],
    ["[", "which is not JSON"],
    ["[]", "which is empty: list at least one example"],
    ["", "which is empty"],
    ['{"instances": [1], "labels": []}', "with 1 instances and 0 labels"],
    ['[{"instance": 1, "label": 0}, {"instance": 1}]', "whose example 2 has no label"],
    ['[{"label": 0}]', "whose example 1 has neither an instance nor the file of a picture"],
    ['[{"file": "no.png", "label": 0}]', "whose example 1 names no.png, which is not there"],
    ['{"accuracy": 0.9}', "which is neither a list nor"],
  ])("is refused as %s", (content, message) => {
    expect(() => examplesOf("data.json", content)).toThrow(message);
  });

  it("is refused where it is not there, of another kind, or several in a folder", () => {
    expect(() => readHeldOutData("/no/such")).toThrow("there is no such file or folder");
    expect(() => examplesOf("data.csv", "a,b")).toThrow("whose name ends neither in .json");
    const folder = written({ "a.json": "[]", "b.jsonl": "" });
    expect(() => readHeldOutData(folder)).toThrow("a folder with 2 files .json or .jsonl");
    expect(() => examplesOf("data.jsonl", "{}\n{")).toThrow("whose line 2 is not JSON");
  });

  it("has another hash with another picture, label or way to ask, and the same elsewhere", () => {
    const list = '[{"file": "a.png", "classIndex": 1}]';
    const hash = (files: Record<string, string>, asked = {}) =>
      hashOfData(readHeldOutData(written(files)), asked);
    const first = hash({ "list.json": list, "a.png": "1" });
    expect(hash({ "list.json": list, "a.png": "1" })).toBe(first);
    const others = [
      hash({ "list.json": list, "a.png": "2" }),
      hash({ "list.json": list.replace("1", "2"), "a.png": "1" }),
      hash({ "list.json": list, "a.png": "1" }, { output: "y" }),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });
});

describe("requests for examples", () => {
  const signature = (shape: number[]) => ({
    ...{ methodName: "", outputs: {} },
    inputs: { x: { name: "x", dtype: "float32", shape } },
  });
  const examples = Array.from({ length: 20 }, (_, at) => ({ place: "", instance: [at], label: 0 }));

  it.each([
    ["16 at a time", signature([-1, 1]), undefined, [16, 4]],
    ["as many as the model takes", signature([10, 1]), undefined, [10, 10]],
    ["no more than the server joins into a batch", signature([-1, 1]), 8, [8, 8, 4]],
  ])("hold %s", async (_, its, maxBatchSize, sizes) => {
    const folder = path.join(temporaryFolder(), "requests");
    const asked = { modelName: "m", signature: its, signatureName: "s", maxBatchSize };
    expect(await writeRequests(folder, examples, asked)).toBe(sizes.length);
    const requests = fs
      .readdirSync(folder)
      .sort()
      .map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
    expect(requests.map((text) => JSON.parse(text.split("\r\n\r\n")[1]).instances.length)).toEqual(
      sizes,
    );
    expect(requests[0]).toMatch(/^POST \/v1\/models\/m:predict HTTP\/1\.1\r\n/);
  });

  it("have their answers in the order of the examples, or the server's words", async () => {
    const answer = (status: string, body: string) => `HTTP/1.1 ${status}\r\nA: b\r\n\n${body}`;
    const good = written({
      "000000": answer("200 OK", '{"predictions": [1, NaN]}'),
      "000001": answer("200 OK", '{"predictions": [3]}'),
    });
    expect(await readAnswers(good)).toEqual([1, NaN, 3]);
    const bad = written({ "000000": answer("400 Bad Request", '{"error": "no such input"}') });
    await expect(readAnswers(bad)).rejects.toThrow("its server answered 400: no such input");
    await expect(readAnswers(written({ "000000": "" }))).rejects.toThrow("no HTTP status");
  });
});
