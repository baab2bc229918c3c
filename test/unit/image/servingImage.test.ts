import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { ModelVersionPolicy, ServingImage, ServingImageArgs } from "@tf-model-serving/core";
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
import { refusals } from "../../support/refusals";
import { rendered } from "../../support/rendered";

type Args = Partial<ServingImageArgs>;

const remoteImage = "docker:index/remoteImage:RemoteImage";
const one = savedModel("serving_default");

let recording: Recording;
let folder: string;

beforeEach(async () => {
  recording = await startMocks();
  folder = modelFolder();
});

async function create(args: Args = {}): Promise<ServingImage> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const all = { modelFolder: folder, modelName: "my_model", ...args };
  const image = new ServingImage("serving", all, { provider });
  await settle();
  return image;
}

/** The inputs of an image. */
function inputsOf(name: string) {
  return recording.find(remoteImage, name).inputs as {
    name: string;
    build: { context: string; buildArgs: Record<string, string> };
  };
}

/** Names of the runtime image and of the model image that the arguments give. */
async function namesFor(args: Args = {}): Promise<[string, string]> {
  recording = await startMocks();
  await create(args);
  return [inputsOf("serving-runtime").name, inputsOf("serving").name];
}

function slashed(folder: string): string {
  return folder.split(path.sep).join("/");
}

const models = [
  { name: "my_model", versionPolicy: ModelVersionPolicy.All, labels: { stable: "3" } },
  { name: "fish" },
];

describe("the images of a serving image", () => {
  it.each<[string, () => Args, string]>([
    ["the runtime image, and the model image on it", () => ({}), "serving-image.yaml"],
    [
      "with a base image, a repository and a version of the caller's",
      () => ({
        ...{ baseImage: "registry.example.com/tensorflow/serving:2.18.0-gpu", gpus: "all" },
        repository: "registry.example.com:5000/team/birds",
        ...{ modelName: "birds", modelVersion: "3", signatureName: "old_default" },
      }),
      "serving-image-otherwise.yaml",
    ],
    ["a chain with one version each, lowest first", () => ({ models }), "serving-image-chain.yaml"],
  ])("are %s", async (_, args, file) => {
    folder = modelFolder({ ...modelFiles(), ...modelFiles("fish"), ...modelFiles("birds") });
    await create(args());
    const images = rendered(recording.resources, "docker").replaceAll(slashed(folder), "DIR");
    // The content, and that of what the images are built from.
    const hashes = [...new Set(images.match(/(?<=[:/])[0-9a-f]{12}\b/g))];
    const shown = hashes.reduce((text, hash, at) => text.replaceAll(hash, `HASH${at}`), images);
    await expect(shown).toMatchFileSnapshot(`snapshots/${file}`);
  });
});

it("builds the images with its provider, one after the other", async () => {
  await create();
  const [runtime, model] = recording.resources.filter(({ parent }) => parent !== "");
  const provider = urn("pulumi:providers:docker", "docker");
  expect([runtime.provider, model.provider]).toEqual([provider, provider]);
  expect(model.dependencies).toContain(runtime.urn);
});

it("builds from a relative path where one is given", async () => {
  const modelFolder = path.relative(process.cwd(), folder);
  await create({ modelFolder });
  expect(inputsOf("serving").build.context).toBe(`${slashed(modelFolder)}/my_model/12`);
});

it("is built from a copy where links lead out of a version, and named as if there were none", async () => {
  const [, plain] = await namesFor();
  const blobs = temporaryFolder();
  fs.renameSync(path.join(folder, "my_model/12/assets"), path.join(blobs, "assets"));
  fs.renameSync(path.join(folder, "my_model/12/saved_model.pb"), path.join(blobs, "graph"));
  fs.symlinkSync(path.join(blobs, "assets"), path.join(folder, "my_model/12/assets"));
  fs.symlinkSync(path.join(blobs, "graph"), path.join(folder, "my_model/12/saved_model.pb"));
  writeFiles(folder, { "my_model/12/.hidden": "" });
  expect((await namesFor())[1]).toBe(plain);

  const { context } = inputsOf("serving").build;
  expect(context).toMatch(/^node_modules\/\.cache\/tfserving\/[0-9a-f]{12}$/);
  const files = fs.readdirSync(context, { recursive: true, withFileTypes: true });
  expect(files.map(({ name }) => name).sort()).toEqual([
    ...["assets", "class_names.txt", "saved_model.pb"],
  ]);
  expect(files.some((file) => file.isSymbolicLink())).toBe(false);
});

it("tells name, id, served version and signature", async () => {
  const image = await create({ signatureName: "top_five" });
  const { name } = inputsOf("serving");
  expect(await promiseOf(image.imageName)).toBe(name);
  expect(await promiseOf(image.imageId)).toBe(`sha256:id-of-${name}`);
  expect(await promiseOf(image.modelVersion)).toBe("12");
  expect(await promiseOf(image.signature)).toEqual(signature);
});

describe("an image of several versions", () => {
  beforeEach(() => {
    folder = modelFolder({ ...modelFiles(), ...modelFiles("fish") });
  });

  it("is built on the image that holds the version before, whose layer is pushed once", async () => {
    const image = async (versions: string[]) => {
      const only = { name: "fish", versionPolicy: ModelVersionPolicy.Specific, versions };
      await namesFor({ modelName: "fish", signatureName: "old_default", models: [only] });
      return inputsOf("serving");
    };
    writeFiles(folder, { "fish/12/saved_model.pb": savedModel("old_default") });
    const { name } = await image(["3"]);
    expect((await image(["3", "12"])).build.buildArgs.PARENT_IMAGE).toBe(name);
  });

  it("has the same name whatever order the models are listed in", async () => {
    const before = await namesFor({ models });
    expect(await namesFor({ models: [...models].reverse() })).toEqual(before);
  });

  it("has another name with another main model, which the image holds", async () => {
    const [, model] = await namesFor({ models });
    expect(await namesFor({ models, modelName: "fish" })).not.toContain(model);
  });

  it("tells version and signature of the model that modelName names", async () => {
    const image = await create({ modelName: "fish", models });
    expect(await promiseOf(image.modelVersion)).toBe("12");
    expect(await promiseOf(image.signature)).toEqual(signature);
  });
});

describe("the names of a serving image's images", () => {
  const unset = { baseImage: undefined, repository: undefined, signatureName: undefined };
  const notServed = {
    ...{ "my_model/13/saved_model.pb": one, "my_model/3/assets/x": "" },
    ...{ "fish/1/saved_model.pb": one, "README.md": "" },
  };

  it.each<[string, string, () => Args]>([
    ["runtime and model", "the same content elsewhere", () => ({ modelFolder: modelFolder() })],
    ["runtime and model", "arguments that are undefined", () => unset],
    ["runtime and model", "another signature to call", () => ({ signatureName: "top_five" })],
    ["runtime and model", "other versions that are not served", () => ({})],
    ["runtime", "another version", () => ({ modelVersion: "13" })],
    ["runtime", "the same content under another name", () => ({ modelName: "twin" })],
    ["runtime", "another asset", () => changed("my_model/12/assets/class_names.txt")],
    ["no", "another base image", () => ({ baseImage: "tensorflow/serving:2.18.0" })],
  ])("are kept of %s image with %s", async (kept, _, args) => {
    folder = modelFolder({ ...modelFiles(), ...modelFiles("twin") });
    const before = await namesFor();
    writeFiles(folder, notServed);
    const after = await namesFor({ modelVersion: "12", ...args() });
    const same = ["runtime", "model"].filter((_, at) => after[at] === before[at]);
    expect(same.join(" and ") || "no").toBe(kept);
  });

  function changed(file: string): Args {
    fs.appendFileSync(path.join(folder, file), "Salpa\n");
    return {};
  }

  it("differ for versions of equal content, which are served under other numbers", async () => {
    folder = modelFolder({ "my_model/1/saved_model.pb": one, "my_model/2/saved_model.pb": one });
    const [, first] = await namesFor({ modelVersion: "1" });
    expect(await namesFor({ modelVersion: "2" })).not.toContain(first);
  });
});

it("can be previewed: all but the image's id is known", async () => {
  recording = await startMocks({ preview: true });
  const image = await create();
  expect(JSON.stringify(recording.resources.map(({ inputs }) => inputs))).not.toContain(unknown);
  expect(await isKnown(image.imageId)).toBe(false);
  expect(await promiseOf(image.imageName)).toMatch(/^tf_serving:/);
  expect(await promiseOf(image.modelVersion)).toBe("12");
  expect(await promiseOf(image.signature)).toEqual(signature);
});

const gpuImage = "tensorflow/serving:2.19.1-gpu";
const refused: Record<string, () => Args> = {
  "a missing folder": () => ({ modelFolder: "no/such" }),
  "another model's name": () => ({ modelName: "fish" }),
  "a name that is no path": () => ({ modelName: "a/b" }),
  "a version that is not there": () => ({ modelVersion: "4" }),
  "a version that is none": () => ({ modelVersion: "v3" }),
  "a signature that only another version has": () => ({
    ...{ modelVersion: "3", signatureName: "top_five" },
  }),
  "a missing signature": () => ({ signatureName: "x" }),
  "a graph with other tags than those that are served": () => ({ savedModelTags: ["gpu"] }),
  "an image for GPUs without GPUs": () => ({ baseImage: gpuImage }),
  "GPUs without an image for them": () => ({ gpus: "all" }),
  "a base image that cannot be": () => ({ baseImage: "a b" }),
  "a repository with a tag": () => ({ repository: "tf_serving:1" }),
  "a repository with a digest": () => ({ repository: `tf_serving@sha256:${"a".repeat(64)}` }),
  "a repository with capitals": () => ({ repository: "Team/x" }),
  "a truncated saved_model.pb": () => ({
    modelFolder: modelFolder({ "my_model/1/saved_model.pb": one.subarray(0, 40) }),
  }),
};

describe("a serving image refuses", () => {
  it("what cannot be built or served, and says what to use", async () => {
    const said = await refusals(refused, (args) => {
      const given = { modelFolder: folder, modelName: "my_model", ...args() };
      return problemsOf(() => new ServingImage("serving", given)).map(
        ({ propertyPath, reason }) =>
          `${propertyPath} ${reason.replaceAll(given.modelFolder, "DIR")}`,
      );
    });
    await expect(said).toMatchFileSnapshot("snapshots/refused-serving-images.txt");
  });

  it("everything that is wrong at once, before anything is registered", async () => {
    const bad = { modelFolder: temporaryFolder(), baseImage: "", repository: "a:b" };
    const create = () => new ServingImage("serving", { modelName: "my_model", ...bad });
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("ServingImage serving cannot be built from these arguments");
    expect(problemsOf(create).map(({ propertyPath }) => propertyPath)).toEqual(Object.keys(bad));
    await settle();
    expect(recording.resources).toEqual([]);
  });
});
