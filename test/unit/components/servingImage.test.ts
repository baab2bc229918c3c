import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { ServingImage, ServingImageArgs } from "../../../components";
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

function relative(absolute: string): string {
  return path.relative(process.cwd(), absolute).split(path.sep).join("/");
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
        context: relative(folder),
        dockerfile: "components/image/model.Dockerfile",
        buildArgs: { RUNTIME_IMAGE: runtime, MODEL_NAME: "my_model" },
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

  it("a model folder whose content is not what the image would hold", () => {
    const files = {
      "my_model/1/saved_model.pb": savedModel("serving_default"),
      ".dockerignore": "",
    };
    const all = { modelFolder: modelFolder(files), modelName: "my_model" };
    expect(problemsOf(() => new ServingImage("serving", all))).toEqual([
      { propertyPath: "modelFolder", reason: expect.stringMatching(/holds a \.dockerignore/) },
    ]);
  });

  it("a graph with other tags than those that are served", () => {
    const all = { modelFolder: folder, modelName: "my_model", savedModelTags: ["gpu"] };
    const reason = expect.stringMatching(
      /has no graph tagged exactly \[gpu\]; tags found: \[serve\]/,
    );
    expect(problemsOf(() => new ServingImage("serving", all))).toEqual([
      { propertyPath: "modelFolder", reason },
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
