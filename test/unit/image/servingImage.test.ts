import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { ModelVersionPolicy, ServingImage, ServingImageArgs } from "../../../components";
import { engine } from "../../support/fakeEngine";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";
import {
  modelFiles,
  modelFolder,
  savedModel,
  signature,
  temporaryFolder,
  writeFiles,
} from "../../support/modelFolder";

const component = "tfserving:index:ServingImage";
const remoteImage = "docker:index/remoteImage:RemoteImage";

let recording: Recording;
let folder: string;

beforeEach(async () => {
  recording = await startMocks();
  folder = modelFolder();
});

async function create(args: Partial<ServingImageArgs> = {}): Promise<ServingImage> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const all = { modelFolder: folder, modelName: "my_model", ...args };
  const image = new ServingImage("serving", all, { provider });
  await settle();
  return image;
}

/** Names of the runtime image and of the model image that the arguments give. */
async function namesFor(args: Partial<ServingImageArgs> = {}): Promise<[string, string]> {
  recording = await startMocks();
  await create(args);
  const name = (resource: string) => recording.find(remoteImage, resource).inputs.name as string;
  return [name("serving-runtime"), name("serving")];
}

function slashed(folder: string): string {
  return folder.split(path.sep).join("/");
}

describe("the children of a serving image", () => {
  it("have exact inputs: the runtime image", async () => {
    await create();
    expect(recording.find(remoteImage, "serving-runtime").inputs).toEqual({
      name: expect.stringMatching(/^tf_serving_runtime:[0-9a-f]{12}$/),
      build: {
        useLegacyBuilder: true,
        platform: "linux/amd64",
        context: "components/image/runtime",
        dockerfile: "components/image/runtime/Dockerfile",
        buildArgs: { BASE_IMAGE: "tensorflow/serving:2.19.1" },
      },
      keepLocally: true,
    });
  });

  it("have exact inputs: the model image, built on the runtime image", async () => {
    await create();
    const runtime = recording.find(remoteImage, "serving-runtime").inputs.name;
    expect(recording.find(remoteImage, "serving").inputs).toEqual({
      name: expect.stringMatching(/^tf_serving:[0-9a-f]{12}$/),
      build: {
        useLegacyBuilder: true,
        platform: "linux/amd64",
        context: `${slashed(folder)}/my_model/12`,
        dockerfile: "components/image/model.Dockerfile",
        buildArgs: {
          PARENT_IMAGE: runtime,
          MODEL_NAME: "my_model",
          VERSION_PATH: "my_model/12",
        },
      },
      keepLocally: true,
    });
  });

  it("belong to the component, use its provider, and are nothing else", async () => {
    await create();
    const children = recording.resources.filter(({ parent }) => parent !== "");
    expect(children.map(({ name, parent, provider }) => ({ name, parent, provider }))).toEqual(
      ["serving-runtime", "serving"].map((name) => ({
        name,
        parent: urn(component, "serving"),
        provider: urn("pulumi:providers:docker", "docker"),
      })),
    );
  });

  it("are built one after the other", async () => {
    await create();
    expect(recording.find(remoteImage, "serving").dependencies).toContain(
      urn(remoteImage, "serving-runtime", component),
    );
  });
});

it("has the arguments of its caller in the images", async () => {
  folder = modelFolder(modelFiles("birds"));
  await create({
    modelName: "birds",
    baseImage: "registry.example.com/tensorflow/serving:2.18.0-gpu",
    gpus: "all",
    repository: "registry.example.com:5000/team/birds",
  });
  expect(recording.find(remoteImage, "serving-runtime").inputs.build).toMatchObject({
    buildArgs: { BASE_IMAGE: "registry.example.com/tensorflow/serving:2.18.0-gpu" },
  });
  const { name, build } = recording.find(remoteImage, "serving").inputs;
  expect(name).toMatch(/^registry\.example\.com:5000\/team\/birds:[0-9a-f]{12}$/);
  expect(build).toMatchObject({ buildArgs: { MODEL_NAME: "birds" } });
});

it("tells name, id, served version and signature", async () => {
  const image = await create({ signatureName: "top_five" });
  const name = recording.find(remoteImage, "serving").inputs.name as string;
  expect(await promiseOf(image.imageName)).toBe(name);
  expect(await promiseOf(image.imageId)).toBe(`sha256:id-of-${name}`);
  expect(await promiseOf(image.modelVersion)).toBe("12");
  expect(await promiseOf(image.signature)).toEqual(signature);
});

it("serves the version that is asked for", async () => {
  const image = await create({ modelVersion: "3", signatureName: "old_default" });
  expect(await promiseOf(image.modelVersion)).toBe("3");
  expect(recording.find(remoteImage, "serving").inputs.build).toMatchObject({
    context: `${slashed(folder)}/my_model/3`,
    buildArgs: { VERSION_PATH: "my_model/3" },
  });
});

describe("wherever the checkout lies, the state has the same folder to build from", () => {
  it.each([
    ["relative to the project", () => "model/classifier", "model/classifier"],
    ["beside the project", () => "../models", "../models"],
    ["anywhere else", () => folder, undefined],
  ])("one that is %s", async (_, given, expected) => {
    const contexts: unknown[] = [];
    for (const checkout of ["a/project", "b/deeper/down/project"]) {
      const project = path.join(temporaryFolder(), checkout);
      writeFiles(path.join(project, "model/classifier"), modelFiles());
      writeFiles(path.join(project, "../models"), modelFiles());
      inFolder(project);
      recording = await startMocks();
      await create({ modelFolder: given() });
      const { build } = recording.find(remoteImage, "serving").inputs;
      contexts.push((build as { context: string }).context);
    }
    const context = `${expected ?? slashed(folder)}/my_model/12`;
    expect(contexts).toEqual([context, context]);
  });

  function inFolder(project: string): void {
    const before = process.cwd();
    process.chdir(project);
    onTestFinished(() => process.chdir(before));
  }
});

describe("an image of several versions", () => {
  const models = [
    { name: "my_model", versionPolicy: ModelVersionPolicy.All, labels: { stable: "3" } },
    { name: "fish" },
  ];

  beforeEach(() => {
    folder = modelFolder({ ...modelFiles(), ...modelFiles("fish") });
  });

  it("is a chain of images with one version each, lowest first", async () => {
    await create({ models });
    const images = recording.resources.filter(({ type }) => type === remoteImage).slice(1);
    expect(images.map(({ name }) => name)).toEqual([
      "serving-my_model/3",
      "serving-fish/12",
      "serving",
    ]);
    const [first, second, last] = images.map(({ inputs }) => inputs);
    expect(last.build).toMatchObject({
      context: `${slashed(folder)}/my_model/12`,
      buildArgs: { PARENT_IMAGE: second.name, VERSION_PATH: "my_model/12", MODEL_NAME: "my_model" },
    });
    expect(second.build).toMatchObject({ buildArgs: { PARENT_IMAGE: first.name } });
    expect(images.every(({ inputs }) => inputs.keepLocally === true)).toBe(true);
  });

  it("is built on the image that holds the version before, whose layer is pushed once", async () => {
    const image = async (versions: string[]) => {
      recording = await startMocks();
      const only = { name: "fish", versionPolicy: ModelVersionPolicy.Specific, versions };
      await create({ modelName: "fish", signatureName: "old_default", models: [only] });
      return recording.find(remoteImage, "serving").inputs;
    };
    writeFiles(folder, { "fish/12/saved_model.pb": savedModel("old_default") });
    const { name } = await image(["3"]);
    const { build } = await image(["3", "12"]);
    expect(build).toMatchObject({ buildArgs: { PARENT_IMAGE: name } });
  });

  it("has the same name whatever order the models are listed in", async () => {
    const before = await namesFor({ models });
    expect(await namesFor({ models: [...models].reverse() })).toEqual(before);
  });

  it("tells version and signature of the model that modelName names", async () => {
    const image = await create({ modelName: "fish", models });
    expect(await promiseOf(image.modelVersion)).toBe("12");
    expect(await promiseOf(image.signature)).toEqual(signature);
  });
});

it("takes defaults for arguments that are undefined", async () => {
  const unset = { baseImage: undefined, repository: undefined, signatureName: undefined };
  expect(await namesFor(unset)).toEqual(await namesFor());
});

describe("the names of the images", () => {
  it("stay the same for the same content", async () => {
    const [runtime, model] = await namesFor();
    folder = modelFolder();
    expect(await namesFor()).toEqual([runtime, model]);
  });

  it("change with the model, but not the runtime image's", async () => {
    const [runtime, model] = await namesFor();
    fs.appendFileSync(path.join(folder, "my_model/12/assets/class_names.txt"), "Salpa\n");
    const [runtimeAfter, modelAfter] = await namesFor();
    expect(runtimeAfter).toBe(runtime);
    expect(modelAfter).not.toBe(model);
  });

  it("both change with the base image", async () => {
    const [runtime, model] = await namesFor();
    const [runtimeAfter, modelAfter] = await namesFor({ baseImage: "tensorflow/serving:2.18.0" });
    expect(runtimeAfter).not.toBe(runtime);
    expect(modelAfter).not.toBe(model);
  });

  it("change with the model's name, which the image holds", async () => {
    folder = modelFolder({ ...modelFiles("a"), ...modelFiles("b") });
    const [runtime, model] = await namesFor({ modelName: "a" });
    const [runtimeAfter, modelAfter] = await namesFor({ modelName: "b" });
    expect(runtimeAfter).toBe(runtime);
    expect(modelAfter).not.toBe(model);
  });

  it("do not change with a version that is not served", async () => {
    const before = await namesFor({ modelVersion: "12" });
    writeFiles(folder, {
      "my_model/13/saved_model.pb": savedModel("serving_default"),
      "my_model/3/assets/x": "",
      "fish/1/saved_model.pb": savedModel("serving_default"),
      "README.md": "",
    });
    expect(await namesFor({ modelVersion: "12" })).toEqual(before);
  });

  it("come back with an earlier version", async () => {
    const before = await namesFor();
    writeFiles(folder, { "my_model/13/saved_model.pb": savedModel("serving_default") });
    const [, next] = await namesFor();
    expect(next).not.toBe(before[1]);
    expect(await namesFor({ modelVersion: "12" })).toEqual(before);
  });

  it("differ for versions of equal content, which are served under other numbers", async () => {
    folder = modelFolder({
      "my_model/1/saved_model.pb": savedModel("serving_default"),
      "my_model/2/saved_model.pb": savedModel("serving_default"),
    });
    const [, one] = await namesFor({ modelVersion: "1" });
    expect(await namesFor({ modelVersion: "2" })).not.toContain(one);
  });

  it("do not change with what clients call", async () => {
    expect(await namesFor({ signatureName: "top_five" })).toEqual(await namesFor());
  });
});

it("can be previewed: all but the image's id is known", async () => {
  recording = await startMocks({ preview: true });
  const image = await create();
  const build = recording.find(remoteImage, "serving").inputs.build;
  expect(build).toMatchObject({ buildArgs: { MODEL_NAME: "my_model" } });
  expect(JSON.stringify(recording.resources.map(({ inputs }) => inputs))).not.toContain(unknown);
  expect(await isKnown(image.imageId)).toBe(false);
  expect(await promiseOf(image.imageName)).toMatch(/^tf_serving:/);
  expect(await promiseOf(image.modelVersion)).toBe("12");
  expect(await promiseOf(image.signature)).toEqual(signature);
});

describe("a serving image refuses", () => {
  it.each<[string, Partial<ServingImageArgs>, [string, RegExp]]>([
    ["a missing folder", { modelFolder: "no/such" }, ["modelFolder", /^"no\/such" is no folder/]],
    ["another model's name", { modelName: "fish" }, ["modelFolder", /has no folder "fish"/]],
    ["a name that is no path", { modelName: "a/b" }, ["modelName", /^"a\/b" holds "\/"/]],
    [
      "a version that is not there",
      { modelVersion: "4" },
      ["modelVersion", /^is 4, which ".*my_model" does not hold; versions there: 3, 12$/],
    ],
    ["a version that is none", { modelVersion: "v3" }, ["modelVersion", /^is "v3": use a version/]],
    [
      "a signature that only another version has",
      { modelVersion: "3", signatureName: "top_five" },
      ["modelFolder", /\/3\/saved_model.pb has no signature "top_five"; it has "old_default"/],
    ],
    ["a missing signature", { signatureName: "x" }, ["modelFolder", /has no signature "x"/]],
    [
      "an image for GPUs without GPUs",
      { baseImage: "tensorflow/serving:2.19.1-gpu" },
      ["baseImage", /an image for GPUs, but no GPUs are given/],
    ],
    ["GPUs without an image for them", { gpus: "all" }, ["baseImage", /without GPU support/]],
    ["a base image that cannot be", { baseImage: "a b" }, ["baseImage", /no blanks/]],
    [
      "a repository with a tag",
      { repository: "tf_serving:1" },
      ["repository", /^is "tf_serving:1": leave tag and digest out, the content gives them$/],
    ],
    [
      "a repository with a digest",
      { repository: `tf_serving@sha256:${"a".repeat(64)}` },
      ["repository", /leave tag and digest out/],
    ],
    ["a repository with capitals", { repository: "Team/x" }, ["repository", /has capitals/]],
  ])("%s", (_, args, [propertyPath, reason]) => {
    const all = { modelFolder: folder, modelName: "my_model", ...args };
    expect(problemsOf(() => new ServingImage("serving", all))).toEqual([
      { propertyPath, reason: expect.stringMatching(reason) },
    ]);
  });

  it.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    ["no version", { "my_model/README.md": "" }, /needs a folder named by an integer/],
    ["a version that is no integer", { "my_model/v1/saved_model.pb": "" }, /found: "v1"/],
    ["no saved_model.pb", { "my_model/1/keras_metadata.pb": "" }, /has no saved_model.pb/],
    [
      "a truncated saved_model.pb",
      { "my_model/1/saved_model.pb": savedModel("serving_default").subarray(0, 40) },
      /is truncated or no SavedModel/,
    ],
  ])("a model folder with %s", (_, files, reason) => {
    const all = { modelFolder: modelFolder(files), modelName: "my_model" };
    expect(problemsOf(() => new ServingImage("serving", all))).toEqual([
      { propertyPath: "modelFolder", reason: expect.stringMatching(reason) },
    ]);
  });

  it("a graph with other tags than those that are served", () => {
    const all = { modelFolder: folder, modelName: "my_model", savedModelTags: ["gpu"] };
    const reason = expect.stringMatching(
      /has no graph tagged exactly \[gpu\]; tags found: \[serve\]/,
    );
    expect(problemsOf(() => new ServingImage("serving", all))).toEqual([
      { propertyPath: "modelFolder", reason },
    ]);
  });

  it("everything that is wrong at once, before anything is registered", async () => {
    const create = () =>
      new ServingImage("serving", {
        modelFolder: temporaryFolder(),
        modelName: "my_model",
        baseImage: "",
        repository: "a:b",
      });
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("ServingImage serving cannot be built from these arguments");
    expect(problemsOf(create).map(({ propertyPath }) => propertyPath)).toEqual([
      "modelFolder",
      "baseImage",
      "repository",
    ]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});
