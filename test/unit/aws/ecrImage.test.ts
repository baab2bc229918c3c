import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { EcrImage, EcrImageArgs, findEcrImage } from "@tf-model-serving/aws";
import { pushedImage } from "../../../components/aws/image/ecrImage";
import { isKnown, problemsOf, promiseOf, startMocks } from "../../support/mocks";
import { make, registry } from "./awsComponents";

const getImages = "aws:ecr/getImages:getImages";
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const images = {
  [getImages]: {
    imageIds: [
      { imageDigest: digest("a"), imageTag: "0f3b" },
      { imageDigest: digest("b"), imageTag: "0f3c" },
      { imageDigest: digest("c") },
    ],
  },
};

/** Lets the function of the provider fail, as the engine tells of it. */
const failing = (details: string) => ({
  get [getImages](): object {
    throw Object.assign(new Error(), { details });
  },
});

function image(args: Partial<EcrImageArgs> = {}): EcrImage {
  return new EcrImage("serving", {
    image: "tf_serving:0f3c",
    repositoryName: "reef",
    repositoryUrl: `${registry}/reef`,
    registryUrl: `https://${registry}`,
    userName: "AWS",
    password: pulumi.secret("lovelace"),
    ...args,
  });
}

it("stands for the name in ECR under the tag that the content gave, and pushes before it", async () => {
  const { recording } = await make(image, {}, { answers: images });
  expect(recording.find("docker:index/tag:Tag", "serving")).toMatchObject({
    parent: recording.find("tfserving-aws:index:EcrImage").urn,
    inputs: { sourceImage: "tf_serving:0f3c", targetImage: `${registry}/reef:0f3c` },
    hooks: { beforeCreate: [expect.any(String)] },
  });
  expect(JSON.stringify(recording.resources)).not.toContain("lovelace");
});

it("names the image by the digest that ECR has for the tag", async () => {
  const { component } = await make(image, {}, { answers: images });
  expect(await promiseOf(component.reference)).toBe(`${registry}/reef@${digest("b")}`);
});

it("can be previewed: the repository is not there yet", async () => {
  const later = () => {
    const output = pulumi.output(pulumi.unknown as string);
    return image({ repositoryUrl: output, password: output });
  };
  const { component } = await make(later, {}, { answers: images, preview: true });
  expect(await isKnown(component.reference)).toBe(false);
});

it.each(["tf_serving", "127.0.0.1:5000/tf_serving", `quay.io/reef/tf_serving@${digest("b")}`])(
  "refuses %s, which has no tag, before there is a resource",
  async (name) => {
    const { resources } = await startMocks();
    const reason = `is "${name}": give the name of a local image with a tag, such as tf_serving:1a2b3c`;
    expect(problemsOf(() => image({ image: name }))).toEqual([{ propertyPath: "image", reason }]);
    expect(resources).toEqual([]);
  },
);

describe("an image that was pushed", () => {
  const target = `${registry}/reef:0f3d`;

  it.each<[string, Record<string, object>, RegExp]>([
    [
      "its repository was deleted",
      failing("RepositoryNotFoundException"),
      /reef any more.*pulumi refresh/,
    ],
    [
      "ECR does not tell",
      failing("AccessDeniedException"),
      /does not list the images of reef: AccessDenied/,
    ],
    ["its tag is gone", images, /ECR does not have \S+\/reef:0f3d, which was pushed/],
  ])("is asked for in one sentence where %s", async (_, answers, sentence) => {
    await startMocks({ answers });
    const error: unknown = await pushedImage("reef", target).catch((reason: unknown) => reason);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(sentence);
  });
});

describe("the look-up of an image in ECR", () => {
  it.each<[string, string, string | undefined, Record<string, object>]>([
    ["the digest of a tag", "0f3b", digest("a"), images],
    ["none of a tag that is not there", "0f3", undefined, images],
    [
      "none where there is no repository",
      "0f3b",
      undefined,
      failing("RepositoryNotFoundException: The repository with name 'reef' does not exist"),
    ],
  ])("finds %s", async (_, tag, found, answers) => {
    await startMocks({ answers });
    expect(await findEcrImage("reef", tag)).toBe(found);
  });

  it("does not take another error for an image that is not there", async () => {
    const details = "AccessDeniedException: not authorized to perform ecr:ListImages";
    await startMocks({ answers: failing(details) });
    await expect(findEcrImage("reef", "0f3b")).rejects.toThrow(
      "ECR does not list the images of reef: AccessDeniedException",
    );
  });
});
