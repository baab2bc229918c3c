import { describe, expect, it } from "vitest";

import { awsName } from "../../../components/aws/awsName";

describe("a name for AWS", () => {
  it.each<[string[], number, string]>([
    [["serving", "rest"], 24, "serving-rest"],
    [["My_Model", "gRPC"], 32, "my-model-grpc"],
    [["--odd//name--"], 32, "odd-name"],
    [["a".repeat(24)], 24, "a".repeat(24)],
  ])("made of %j within %d is %s", (parts, maxLength, name) => {
    expect(awsName(parts, maxLength)).toBe(name);
  });

  it("that is too long is cut and keeps a hash of the whole", () => {
    const [one, other] = ["one", "other"].map((end) => awsName(["x".repeat(40), end], 24));
    expect(one).toMatch(/^x{15}-[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
  });

  it("is cut without two hyphens in a row", () => {
    expect(awsName(["eleven-chars", "and-more-of-it"], 21)).toMatch(/^eleven-chars-[0-9a-f]{8}$/);
  });

  it.each([1, 8, 9, 10, 24, 32, 64])("never exceeds %d characters", (maxLength) => {
    expect(awsName(["a-b".repeat(60)], maxLength).length).toBeLessThanOrEqual(maxLength);
  });
});
