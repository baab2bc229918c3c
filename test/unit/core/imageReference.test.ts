import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseImageReference } from "../../../components/core/arguments/imageReference";

const hash = "a3".repeat(32);

describe("an image reference", () => {
  it.each([
    ["serving", { repository: "serving" }],
    ["tensorflow/serving:2.19.1", { repository: "tensorflow/serving", tag: "2.19.1" }],
    [
      `tensorflow/serving:2.19.1-gpu@sha256:${hash}`,
      { repository: "tensorflow/serving", tag: "2.19.1-gpu", digest: `sha256:${hash}` },
    ],
    ["localhost/a", { registry: "localhost", repository: "a" }],
    ["localhost:5000/a:b", { registry: "localhost:5000", repository: "a", tag: "b" }],
    ["host:5000", { repository: "host", tag: "5000" }],
    [
      `Registry.Example.COM/team/a_b__c--d.e:_T.-`,
      { registry: "Registry.Example.COM", repository: "team/a_b__c--d.e", tag: "_T.-" },
    ],
    [
      `[2001:db8::1]:443/a@sha256:${hash}`,
      { registry: "[2001:db8::1]:443", repository: "a", digest: `sha256:${hash}` },
    ],
    ["quay.io/jupyter/x", { registry: "quay.io", repository: "jupyter/x" }],
    [`a@sha512:${"0".repeat(128)}`, { repository: "a", digest: `sha512:${"0".repeat(128)}` }],
    [`a:${"t".repeat(128)}`, { repository: "a", tag: "t".repeat(128) }],
    ["a".repeat(255), { repository: "a".repeat(255) }],
  ])("%s", (text, parts) => {
    expect(parseImageReference(text)).toEqual(parts);
  });

  it("is made of the parts that it is taken apart into", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,5}([._]|__|-{1,2})[a-z0-9]{1,5}$/);
    const registry = fc.stringMatching(/^[a-z0-9]{1,5}(\.[a-zA-Z0-9]{1,5}){1,2}(:[0-9]{1,5})?$/);
    const reference = fc.record(
      {
        registry,
        repository: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
        tag: fc.stringMatching(/^\w[\w.-]{0,10}$/),
        digest: fc.stringMatching(/^sha256:[a-f0-9]{64}$/),
      },
      { requiredKeys: ["repository"] },
    );
    fc.assert(
      fc.property(reference, (parts) => {
        const text = [
          parts.registry && `${parts.registry}/`,
          parts.repository,
          parts.tag && `:${parts.tag}`,
          parts.digest && `@${parts.digest}`,
        ].join("");
        // Without a registry, a first part with a dot would be taken for one.
        fc.pre(parts.registry !== undefined || !/^[^/]*\.[^/]*\//.test(text));
        expect(parseImageReference(text)).toEqual(parts);
      }),
    );
  });
});

describe("what is no image reference", () => {
  it.each([
    ["", "is empty"],
    ["a b", "has no blanks"],
    [" a", "has no blanks"],
    ["Serving", '"Serving" has capitals'],
    ["team/Serving", '"Serving" has capitals'],
    ["Team/serving", '"Team" has capitals'],
    ["a:", '"" is no tag'],
    ["a:-x", '"-x" is no tag'],
    [`a:${"t".repeat(129)}`, "is no tag"],
    ["a:b:c", '"a:b" is no part of a repository'],
    ["a/b:c:d", '"b:c" is no part of a repository'],
    ["a//b", '"" is no part of a repository'],
    ["/a", '"" is no part of a repository'],
    ["a/", '"" is no part of a repository'],
    ["a..b", '"a..b" is no part of a repository'],
    ["-a", '"-a" is no part of a repository'],
    ["a___b", '"a___b" is no part of a repository'],
    ["https://registry.example.com/a", '"https:" is no registry'],
    ["host:port/a", '"host:port" is no registry'],
    ["-host.example/a", '"-host.example" is no registry'],
    ["a@sha256:12", '"sha256:12" is no digest'],
    [`a@sha256:${hash.toUpperCase()}`, "is no digest"],
    [`a@md5:${"0".repeat(32)}`, "is no digest"],
    ["a@", '"" is no digest'],
    [`a@sha256:${hash}@sha256:${hash}`, "one digest at most"],
    [`sha256:${hash}`, undefined],
    [hash, "this is an image's id"],
    [`registry.example.com/${"a".repeat(240)}`, "have 261 of at most 255 characters"],
  ])("%j", (text, reason) => {
    const parsed = parseImageReference(text);
    if (reason === undefined) {
      // Docker reads this as the repository "sha256" with a tag.
      expect(parsed).toEqual({ repository: "sha256", tag: hash });
    } else {
      expect("reason" in parsed && parsed.reason).toContain(reason);
    }
  });
});
