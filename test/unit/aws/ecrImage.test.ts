import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { EcrImage, EcrImageArgs, findEcrImage } from "../../../components";
import { pushedImage } from "../../../components/aws/image/ecrImage";
import { account, region } from "../../support/awsMocks";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:EcrImage";
const tag = "docker:index/tag:Tag";
const getImages = "aws:ecr/getImages:getImages";
const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
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

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks({ answers: images });
});

async function create(args: Partial<EcrImageArgs> = {}): Promise<EcrImage> {
  const image = new EcrImage("serving", {
    image: "tf_serving:0f3c",
    repositoryName: "reef",
    repositoryUrl: `${registry}/reef`,
    registryUrl: `https://${registry}`,
    userName: "AWS",
    password: pulumi.secret("lovelace"),
    ...args,
  });
  await settle();
  return image;
}

it("stands for the name in ECR, under the tag that the content gave, and pushes before it", async () => {
  await create();
  expect(recording.find(tag)).toMatchObject({
    name: "serving",
    parent: urn(component, "serving"),
    inputs: { sourceImage: "tf_serving:0f3c", targetImage: `${registry}/reef:0f3c` },
    hooks: { beforeCreate: [expect.any(String)] },
  });
});

it("names the image by the digest that ECR has for the tag", async () => {
  expect(await promiseOf((await create()).reference)).toBe(`${registry}/reef@${digest("b")}`);
});

it.each(["tf_serving", "127.0.0.1:5000/tf_serving", `quay.io/reef/tf_serving@${digest("b")}`])(
  "refuses %s, which has no tag, before there is a resource",
  (image) => {
    const args = { repositoryName: "reef", repositoryUrl: "", registryUrl: "" };
    const login = { userName: "AWS", password: "lovelace" };
    expect(problemsOf(() => new EcrImage("serving", { image, ...args, ...login }))).toEqual([
      {
        propertyPath: "image",
        reason: `is "${image}": give the name of a local image with a tag, such as tf_serving:1a2b3c`,
      },
    ]);
    expect(recording.resources).toEqual([]);
  },
);

it("keeps the login out of the state", async () => {
  await create();
  expect(JSON.stringify(recording.resources)).not.toContain("lovelace");
});

describe("an image that was pushed", () => {
  const target = `${registry}/reef:0f3d`;

  it.each([
    ["its repository was deleted", "RepositoryNotFoundException", /reef any more.*pulumi refresh/],
    [
      "ECR does not tell",
      "AccessDeniedException",
      /does not list the images of reef: AccessDenied/,
    ],
  ])("is asked for in one sentence where %s", async (_, details, sentence) => {
    await failing(details);
    const error: unknown = await pushedImage("reef", target).catch((reason: unknown) => reason);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(sentence);
  });

  it("is asked for in one sentence where its tag is gone", async () => {
    const error: unknown = await pushedImage("reef", target).catch((reason: unknown) => reason);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain(`ECR does not have ${target}, which was pushed`);
  });
});

/** Lets the function of the provider fail, as the engine tells of it. */
async function failing(details: string): Promise<void> {
  const answers = {
    get [getImages](): object {
      throw Object.assign(new Error(), { details });
    },
  };
  recording = await startMocks({ answers });
}

it("can be previewed: the repository is not there yet", async () => {
  recording = await startMocks({ answers: images, preview: true });
  const { repositoryUrl, password } = unknownOutputs();
  const image = await create({ repositoryUrl, password });
  expect(await isKnown(image.reference)).toBe(false);
});

function unknownOutputs() {
  const class_ = class extends pulumi.CustomResource {
    declare readonly repositoryUrl: pulumi.Output<string>;
    declare readonly password: pulumi.Output<string>;
  };
  return new class_("test:index:Later", "later", {
    repositoryUrl: undefined,
    password: undefined,
  });
}

describe("the look-up of an image in ECR", () => {
  it("finds the digest of a tag", async () => {
    expect(await findEcrImage("reef", "0f3b")).toBe(digest("a"));
  });

  it("finds none of a tag that is not there", async () => {
    expect(await findEcrImage("reef", "0f3")).toBeUndefined();
  });

  it("finds none where there is no repository", async () => {
    await failing("RepositoryNotFoundException: The repository with name 'reef' does not exist");
    expect(await findEcrImage("reef", "0f3b")).toBeUndefined();
  });

  it("does not take another error for an image that is not there", async () => {
    await failing("AccessDeniedException: not authorized to perform ecr:ListImages");
    await expect(findEcrImage("reef", "0f3b")).rejects.toThrow(
      "ECR does not list the images of reef: AccessDeniedException",
    );
  });
});
