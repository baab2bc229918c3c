import { expect, it } from "vitest";
import { checkModelSource } from "@tf-model-serving/core";

it.each([
  "s3://models",
  "s3://models/flowers/3",
  "https://example.com/model.tar.gz",
  `https://example.com/model?token=1#sha256=${"a".repeat(64)}`,
  "models/flowers",
  "C:\\models\\flowers",
  "file:///models/flowers",
])("%s can be a source", (source) => {
  expect(checkModelSource(source)).toEqual([]);
});

it.each([
  ["s3:///models", /^is "s3:\/\/\/models": it names no bucket: use s3:\/\/BUCKET\/PREFIX$/],
  ["s3://Models/x", /it names no bucket/],
  [
    "http://example.com/m.tar",
    /no such source is known: use s3:\/\/BUCKET.*, https:.* or a folder$/,
  ],
  ["ftp://example.com/m.tar", /no such source is known/],
  ["https://", /that is no URL/],
  ["https://example.com/m.tar#sha256=abc", /"#sha256=abc" is no digest/],
])("%s is refused", (source, reason) => {
  expect(checkModelSource(source)).toEqual([expect.stringMatching(reason)]);
});

it("a login and what may be a signature are not shown", () => {
  const [text] = checkModelSource("https://ada:lovelace@example.com/m.tar?sig=secret");
  expect(text).toBe(
    'is "https://...@example.com/m.tar?...": it holds a login, which would be in the state: ' +
      "put it into the file .netrc",
  );
});
