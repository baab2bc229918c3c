import * as fs from "node:fs";
import * as path from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { classNames, predictionLine, topClasses } from "../../../cli/predict/classes";
import { pictureInput, readPicture, servesSample } from "../../../cli/predict/pictures";
import { requestsFor } from "../../../cli/predict/requests";
import { scoresIn } from "@tf-model-serving/core/facts";
import { temporaryFolder } from "../../support/modelFolder";

describe("the classes of an answer", () => {
  it.each<[string, unknown, number[]?]>([
    ["a vector", [0.1, 0.9], [0.1, 0.9]],
    ["the only vector of several outputs", { id: 7, scores: [0.1, 0.9] }, [0.1, 0.9]],
    ["none of two vectors", { a: [1, 2], b: [3, 4] }],
    ["none of a single number", [0.5]],
    ["none of texts", ["a", "b"]],
    ["none of a matrix", Array(2).fill([1, 2])],
  ])("are those of %s", (_, answer, scores) => {
    expect(scoresIn(answer)).toEqual(scores);
  });

  it("are the best first, by their names", () => {
    expect(topClasses([0.1, 0.7, 0.2], 2, ["a", "b", "c"])).toEqual([
      { index: 1, name: "b", score: 0.7 },
      { index: 2, name: "c", score: 0.2 },
    ]);
  });

  it("have no names where those of another model are at hand", () => {
    expect(topClasses([0.1, 0.9], 1, ["a", "b", "c"])).toEqual([
      { index: 1, name: undefined, score: 0.9 },
    ]);
  });

  it("are none where no score is a number", () => {
    expect(topClasses([NaN, NaN], 1)).toEqual([]);
    expect(topClasses([NaN, 0.2], 2)).toMatchObject([{ index: 1 }]);
  });

  it("are printed with two decimals, as confidence where it can be one", () => {
    const lines = [
      { index: 77, name: "Nassarius", score: 0.966 },
      { index: 3, score: 12.5 },
    ];
    expect(lines.map(predictionLine)).toEqual([
      "predicted class= Nassarius with confidence level of 0.97",
      "predicted class= number 3 with score of 12.50",
    ]);
  });

  it("are named in a file beside the model's folder", () => {
    const folder = temporaryFolder();
    expect(classNames(path.join(folder, "models"))).toEqual([]);
    fs.writeFileSync(path.join(folder, "class_names.txt"), "cat\r\ndog\r\n");
    expect(classNames(path.join(folder, "models"))).toEqual(["cat", "dog"]);
  });
});

describe("how a model takes a picture", () => {
  const input = (dtype: string, shape?: number[]) => ({
    inputs: { x: { dtype, shape } },
    outputs: {},
  });

  it.each([
    [input("float32", [-1, 224, 224, 3]), { height: 224, width: 224, channels: 3 }],
    [input("uint8", [-1, -1, -1, 1]), { height: -1, width: -1, channels: 1 }],
    [input("string", [-1]), "file"],
  ])("is read from %j", (signature, expected) => {
    expect(pictureInput(signature)).toEqual(expected);
  });

  it.each([
    [input("float32", [-1, 4]), "its input is x: float32 [-1, 4]"],
    [
      { inputs: { a: { dtype: "int64" }, b: { dtype: "string" } }, outputs: {} },
      "its inputs are a: int64; b: string",
    ],
  ])("is refused where it takes none: %j", (signature, message) => {
    expect(() => pictureInput(signature)).toThrow(`The model takes no picture: ${message}.`);
  });
});

describe("a picture", () => {
  // Two pixels above two others.
  const data = Buffer.from([1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 0]);
  const write = async () => {
    const file = path.join(temporaryFolder(), "picture.png");
    await sharp(data, { raw: { width: 2, height: 2, channels: 4 } })
      .png()
      .toFile(file);
    return file;
  };

  it("is rows of pixels of red, green and blue, without alpha", async () => {
    const file = await write();
    const rows = await readPicture(file, { height: 2, width: 2, channels: 3 });
    expect(JSON.stringify(rows)).toBe("[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]");
  });

  it("is scaled to what the model wants", async () => {
    const file = await write();
    const scaled = (await readPicture(file, { height: 4, width: 6, channels: 1 })) as number[][][];
    expect([scaled.length, scaled[0].length, scaled[0][0].length]).toEqual([4, 6, 1]);
  });

  it("is its file where the model decodes it itself", async () => {
    const file = await write();
    expect(await readPicture(file, "file")).toEqual({
      b64: fs.readFileSync(file).toString("base64"),
    });
  });

  it("is refused by name where it is none", async () => {
    const text = path.join(temporaryFolder(), "notes.png");
    fs.writeFileSync(text, "hello");
    await expect(readPicture(text, { height: 2, width: 2, channels: 3 })).rejects.toThrow(
      `${text} is no picture that can be read`,
    );
    await expect(readPicture("/no/such.png", "file")).rejects.toThrow(
      "/no/such.png cannot be read (there is no such file).",
    );
  });
});

describe("a file of JSON", () => {
  const unused = () => Promise.reject(new Error("the signature is not needed"));
  const requests = (content: string) => {
    const file = path.join(temporaryFolder(), "request");
    fs.writeFileSync(file, content);
    return requestsFor([file], unused);
  };

  it.each([
    ["[[1], [2]]", { body: { instances: [[1], [2]] }, rows: ["request 1", "request 2"] }],
    [
      '{"instances": [1], "signature_name": "s"}',
      { body: { instances: [1], signature_name: "s" }, rows: ["request 1"] },
    ],
    ['{"inputs": {"x": [1]}}', { body: { inputs: { x: [1] } } }],
  ])("%s is a request", async (content, request) => {
    expect(await requests(content)).toEqual([request]);
  });

  it.each([
    ["{}", "is no request: it has neither a list of instances nor inputs."],
    ["[1", "is not JSON: "],
  ])("%s is refused", async (content, message) => {
    await expect(requests(content)).rejects.toThrow(message);
  });
});

describe("the held-out pictures", () => {
  const settings = (modelFolder: string, modelName: string) => (key: string) =>
    ({ modelFolder, modelName })[key];

  it.each([
    ["model/classifier", "my_model", true],
    ["./model/classifier/", "my_model", true],
    ["model/classifier", "other", false],
    ["other/classifier", "my_model", false],
  ])("fit %s with %s: %s", (modelFolder, modelName, fits) => {
    expect(servesSample(settings(modelFolder, modelName))).toBe(fits);
  });
});
