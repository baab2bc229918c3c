import { expect, it } from "vitest";
import { cardFact, lineageFacts, lineageOf } from "../../../cli/commands/lineage";
import type { Outputs } from "../../../cli/targets/target";

const outputs = {
  ...{ restUrl: "http://127.0.0.1:8501/v1/models/my_model", grpcAddress: "127.0.0.1:8500" },
  ...{ image: "tf_serving:0f3c9a5d2b71", modelVersion: "3", replicas: 4 },
} as Outputs;
const card = {
  ...{ commit: "2aca3ea", dataHash: "md5:5f81.dir", trainedAt: "2026-11-26T06:00:00Z" },
  metrics: { accuracy: 0.97, pictures: 1370 },
};
const textOf = (found: ReturnType<typeof lineageOf>) =>
  Object.fromEntries(lineageFacts(found).map(({ subject, text }) => [subject, text]));

it("the lineage of what is served names image, model, code, data and numbers", () => {
  const known = { digest: "sha256:5d2b", releasedAt: "2026-11-26T18:00:00.000Z" };
  const all = { ...outputs, modelCard: card, modelSource: "dvc:model@v3", modelRevision: "9f1c" };
  expect(textOf(lineageOf("tfserving/dev", all, known))).toEqual({
    stack: "tfserving/dev",
    released: "2026-11-26T18:00:00.000Z",
    image: "tf_serving:0f3c9a5d2b71",
    digest: "sha256:5d2b",
    model: "version 3",
    source: "dvc:model@v3, revision 9f1c",
    trained: "2026-11-26T06:00:00Z",
    commit: "2aca3ea",
    data: "md5:5f81.dir",
    params: "not on record: the model's card does not say",
    metrics: "accuracy 0.97, pictures 1370",
  });
});

it("what is not on record is said, and null for programs", () => {
  const found = lineageOf("tfserving/dev", { ...outputs, modelVersion: "", modelCard: null }, {});
  expect(textOf(found)).toEqual({
    stack: "tfserving/dev",
    released: "not on record: the next release will be",
    image: "tf_serving:0f3c9a5d2b71",
    digest: "not to be had: the image is gone",
    model: "version not on record",
    ...Object.fromEntries(
      ["trained", "commit", "data", "params", "metrics"].map((subject) => [
        subject,
        "not on record: exported without a card",
      ]),
    ),
  });
  expect(Object.values(found).filter((value) => value === undefined)).toEqual([]);
});

it("status has a line of the card, or says that there is none", () => {
  expect(cardFact(card).text).toMatch(/^accuracy 0\.97, pictures 1370; code 2aca3ea; data md5:/);
  expect(cardFact(null).text).toBe("none: exported without a card");
});
