import * as fs from "node:fs";
import * as docker from "@pulumi/docker";
import { beforeEach, expect, it, vi } from "vitest";
import { ServingImage, type ServingImageArgs, servingImageDefaults } from "@tf-model-serving/core";
import { fetchChecked } from "../../../components/core/image/checkServingImage";
import { s3 } from "../../../components/core/modelSource/s3";
import { engine } from "../../support/fakeEngine";
import { problemsOf, promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { s3Holds } from "../../support/remoteFiles";
import { modelFiles, modelFolder, signature, temporaryFolder } from "../../support/modelFolder";

const remoteImage = "docker:index/remoteImage:RemoteImage";
const source = "s3://models/flowers";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
  const before = process.cwd();
  process.chdir(temporaryFolder());
  vi.stubEnv("TFSERVING_CACHE", fs.realpathSync("."));
  return () => process.chdir(before);
});

function create(args: Partial<ServingImageArgs> = {}): ServingImage {
  const provider = new docker.Provider("docker", { host: engine.host });
  return new ServingImage(
    "serving",
    { modelSource: source, modelName: "my_model", ...args },
    { provider },
  );
}

it("an image of a source holds the version that is served, and tells its revision", async () => {
  s3Holds(modelFiles());
  const image = create();
  expect(await promiseOf(image.modelVersion)).toBe("12");
  expect(await promiseOf(image.signature)).toEqual(signature);
  expect(await promiseOf(image.modelRevision)).toMatch(/^[0-9a-f]{64}$/);
  await settle();
  const { name, build } = recording.find(remoteImage, "serving").inputs as {
    name: string;
    build: { context: string };
  };
  expect(build.context).toMatch(
    /^node_modules\/\.cache\/tfserving\/sources\/[0-9a-f]{32}\/my_model\/12$/,
  );

  recording = await startMocks();
  create({ modelSource: undefined, modelFolder: modelFolder() });
  await settle();
  expect(recording.find(remoteImage, "serving").inputs.name).toBe(name);
});

it("the context stays the same when the source has another revision", async () => {
  const contexts: string[] = [];
  for (const names of ["Prawns\n", "Actiniaria\n"]) {
    recording = await startMocks();
    s3Holds({ ...modelFiles(), "my_model/12/assets/class_names.txt": names });
    await promiseOf(create().imageId);
    await settle();
    const { build } = recording.find(remoteImage, "serving").inputs as {
      build: { context: string };
    };
    contexts.push(build.context);
  }
  expect(contexts[0]).toBe(contexts[1]);
});

it.each<[string, Record<string, string>, Partial<ServingImageArgs>, RegExp]>([
  [
    "a source without a model",
    { "readme.md": "" },
    {},
    /modelSource: is "s3:\/\/models\/flowers": it holds no SavedModel/,
  ],
  [
    "a bad model",
    { "12/saved_model.pb": "?" },
    {},
    /modelSource: .*\/my_model\/12\/saved_model\.pb is truncated/,
  ],
  [
    "a signature that is not there",
    modelFiles() as Record<string, string>,
    { signatureName: "none" },
    /"none"/,
  ],
])("%s is refused once it is fetched, in one message", async (_, files, args, reason) => {
  s3Holds(files);
  const all = { ...servingImageDefaults, modelSource: source, modelName: "my_model", ...args };
  await expect(fetchChecked("serving", all)).rejects.toThrow(reason);
});

it.each<[string, Partial<ServingImageArgs>, string[]]>([
  ["neither folder nor source", { modelSource: undefined }, ["modelFolder"]],
  ["both", { modelFolder: "models" }, ["modelFolder"]],
  ["several models", { models: [{ name: "my_model" }] }, ["models"]],
  ["an unknown kind of source", { modelSource: "ftp://models" }, ["modelSource"]],
])("%s is refused before anything is fetched", (_, args, paths) => {
  const resolve = vi.spyOn(s3, "resolve");
  expect(problemsOf(() => create(args)).map(({ propertyPath }) => propertyPath)).toEqual(paths);
  expect(resolve).not.toHaveBeenCalled();
});
