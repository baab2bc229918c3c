import { beforeEach, describe, expect, it } from "vitest";

import { checkEcrRepository, EcrRepository, EcrRepositoryArgs } from "../../../components";
import { account, awsArn, region } from "../../support/awsMocks";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:EcrRepository";
const repository = "aws:ecr/repository:Repository";
const lifecyclePolicy = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
const login = {
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
    userName: "AWS",
    password: "lovelace",
    proxyEndpoint: `https://${registry}`,
  },
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks({ answers: login });
});

async function create(args: EcrRepositoryArgs = {}): Promise<EcrRepository> {
  const created = new EcrRepository("serving", args);
  await settle();
  return created;
}

describe("the children of an ECR repository", () => {
  it("have exact inputs: the repository, whose tags never move", async () => {
    await create({ tags: { team: "reef" } });
    expect(recording.find(repository)).toMatchObject({
      name: "serving",
      parent: urn(component, "serving"),
      inputs: {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
        forceDelete: false,
        tags: {
          team: "reef",
          "tfserving:component": "repository",
          "tfserving:stack": "tfserving/dev",
        },
      },
      retainOnDelete: true,
    });
  });

  it("have exact inputs: the lifecycle policy, which keeps the newest images", async () => {
    await create({ keepReleases: 7 });
    const { inputs, retainOnDelete } = recording.find(lifecyclePolicy);
    expect(inputs.repository).toBe("serving-1a2b3c4");
    expect(JSON.parse(String(inputs.policy))).toEqual({
      rules: [
        {
          rulePriority: 1,
          description: "Keep the newest 7 images",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 7 },
          action: { type: "expire" },
        },
      ],
    });
    expect(retainOnDelete).toBe(true);
  });

  it("go with the stack, images included, when they are not retained", async () => {
    await create({ retainOnDestroy: false });
    const { inputs, retainOnDelete } = recording.find(repository);
    expect({ forceDelete: inputs.forceDelete, retainOnDelete }).toEqual({
      forceDelete: true,
      retainOnDelete: false,
    });
    expect(recording.find(lifecyclePolicy).retainOnDelete).toBe(false);
  });

  it.each<[string, EcrRepositoryArgs, Record<string, unknown>]>([
    [
      "kmsKeyArn",
      { kmsKeyArn: awsArn("kms", "key", "k") },
      {
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: awsArn("kms", "key", "k") }],
      },
    ],
    ["repositoryName", { repositoryName: "team/tf-serving" }, { name: "team/tf-serving" }],
  ])("take %s", async (_, args, inputs) => {
    await create(args);
    expect(recording.find(repository).inputs).toMatchObject(inputs);
  });
});

describe("an ECR repository gives back", () => {
  it("its names", async () => {
    const created = await create({ repositoryName: "team/x" });
    expect(await promiseOf(created.repositoryArn)).toBe(awsArn("ecr", "repository", "serving"));
    expect(await promiseOf(created.repositoryName)).toBe("team/x");
    expect(await promiseOf(created.repositoryUrl)).toBe(`${registry}/team/x`);
    expect(await promiseOf(created.registry)).toBe(registry);
    expect(await promiseOf(created.registryUrl)).toBe(`https://${registry}`);
  });

  it("a login whose password is a secret", async () => {
    const created = await create();
    expect(await promiseOf(created.userName)).toBe("AWS");
    expect(await promiseOf(created.password)).toBe("lovelace");
    const isSecret = (created.password as unknown as { isSecret: Promise<boolean> }).isSecret;
    expect(await isSecret).toBe(true);
  });

  it("nothing that is not known yet in a preview", async () => {
    recording = await startMocks({ answers: login, preview: true });
    const created = await create();
    expect(await isKnown(created.repositoryUrl)).toBe(false);
    expect(await isKnown(created.password)).toBe(false);
  });
});

it("keeps the login out of the state", async () => {
  await create();
  expect(JSON.stringify(recording.resources)).not.toContain("lovelace");
});

describe("an ECR repository refuses", () => {
  it.each(["Reef", "a", "team//x", "-x", "x_", "a b", "x".repeat(257)])("the name %j", (name) => {
    expect(problemsOf(() => new EcrRepository("r", { repositoryName: name }))).toEqual([
      {
        propertyPath: "repositoryName",
        reason:
          `is "${name}": use 2 to 256 lower-case letters and digits, with single "-", "_", "." or "/" ` +
          "between them, such as team/tf-serving",
      },
    ]);
  });

  it("everything at once, before there is any resource", async () => {
    const found = problemsOf(() => new EcrRepository("r", { repositoryName: "", keepReleases: 0 }));
    expect(found.map(({ propertyPath }) => propertyPath)).toEqual([
      "repositoryName",
      "keepReleases",
    ]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});

it.each(["ab", "team/tf-serving", "a.b_c-d/e1"])("accepts the name %s", (repositoryName) => {
  expect(checkEcrRepository({ repositoryName })).toEqual([]);
});
