import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { checkModelFolder } from "../../../components/core/tfserving/modelFolder";
import { cardText, readModelCard } from "../../../components/core/tfserving/modelCard";
import { ModelVersionPolicy } from "../../../components/core/tfserving/modelConfig";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";
import { good } from "./modelFolders";

const whole = {
  commit: "2aca3eab7325263e9c02341f96c5c5541ae95870",
  changed: ["params.yaml"],
  dataHash: "md5:5f81b4441d5b722d19e6f6a11281ae05.dir",
  paramsHash: "sha256:7c561ab26af5",
  tensorflow: "2.19.1",
  trainedAt: "2026-11-26T06:00:00Z",
  trainedBy: "Ada",
  exportedAt: "2026-11-26T06:19:19Z",
  metrics: { accuracy: 0.9701, pictures: 1370 },
};

/** A version folder whose card is a text. */
function versionWith(card: string): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "assets.extra/model_card.json": card });
  return folder;
}

it("a card is read as far as it is shown, with fields for others passed over", () => {
  const card = { ...whole, name: "my_model", params: { seed: 1 } };
  expect(readModelCard(versionWith(JSON.stringify(card)))).toEqual({ card: whole, notes: [] });
  expect(readModelCard(temporaryFolder())).toEqual({ notes: [] });
});

it.each([
  ["no JSON", "{", "is no JSON"],
  ["a list", "[]", "says card"],
  ["a commit that is a number", '{"commit": 7}', "says card.commit is 7: use a line of 1 to 200"],
  ["control characters", '{"trainedBy": "\\u001b[2J"}', "says card.trainedBy is "],
  ["a number in words", '{"metrics": {"accuracy": "high"}}', 'card.metrics.accuracy is "high"'],
  ["numbers that are a list", '{"metrics": [1]}', "card.metrics is [1]: use an object"],
  ["a file for a library", `"${"x".repeat(70_000)}"`, "has 70002 bytes, more than 65536"],
])("a card with %s is a note and no failure", (_, text, why) => {
  const { card, notes } = readModelCard(versionWith(text));
  expect(card).toBeUndefined();
  expect(notes).toEqual([expect.stringContaining(why)]);
  expect(notes[0]).toMatch(
    /model_card\.json" is passed over, it .*: docs\/versioning\.md has the f/,
  );
});

it("a model with a bad card is served, and the version tells of it", () => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    "m/1/saved_model.pb": good,
    "m/1/assets.extra/model_card.json": "{",
    "m/2/saved_model.pb": good,
    "m/2/assets.extra/model_card.json": JSON.stringify(whole),
  });
  const version = (number: string) =>
    checkModelFolder(folder, "m", {
      choice: { versionPolicy: ModelVersionPolicy.Specific, versions: [number] },
    }).model?.versions[0];
  expect(version("1")?.notes).toEqual([expect.stringContaining("is no JSON")]);
  expect(version("2")?.card).toEqual(whole);
});

it("a card in a line begins with the numbers", () => {
  expect(cardText(whole)).toBe(
    "accuracy 0.9701, pictures 1370; code 2aca3eab7325 with changes in params.yaml; " +
      "data md5:5f81b4441d5b722d19e6f6a11281ae05.dir; trained 2026-11-26T06:00:00Z; by Ada",
  );
});

it("the sample's committed card can be read, and is of the committed version", () => {
  const model = path.resolve(__dirname, "../../../model/classifier/my_model");
  const [name] = fs.readdirSync(model);
  const { card, notes } = readModelCard(path.join(model, name));
  expect(notes).toEqual([]);
  expect(card?.metrics?.accuracy).toBeGreaterThan(0.95);
  const file = path.join(model, name, "assets.extra/model_card.json");
  expect(JSON.parse(fs.readFileSync(file, "utf8")).version).toBe(name);
});
