// Models from S3: moto's, which takes any login.
import * as fs from "fs";
import * as path from "path";
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { text } from "stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fetchModel } from "@tf-model-serving/core";
import { s3 } from "../../../components/core/modelSource/s3";
import { tarOf } from "../../support/archives";
import { modelFiles, savedModel, temporaryFolder } from "../../support/modelFolder";
import { type ObjectStore, startObjectStore } from "../../support/objectStore";

let store: ObjectStore;
let project: string;

beforeAll(async () => {
  store = await startObjectStore("plain", "versioned");
  const VersioningConfiguration = { Status: "Enabled" } as const;
  const question = { Bucket: "versioned", VersioningConfiguration };
  await store.client.send(new PutBucketVersioningCommand(question));
  for (const bucket of ["plain", "versioned"]) {
    await store.upload(bucket, "models", modelFiles());
  }
  await store.put("plain", "models/my_model_old/99/saved_model.pb", "another model");
});
afterAll(() => store.stop());
beforeEach(() => {
  project = process.cwd();
  const home = temporaryFolder();
  process.chdir(home);
  const files = { AWS_CONFIG_FILE: "none", AWS_SHARED_CREDENTIALS_FILE: "none" };
  const more = { TFSERVING_CACHE: path.join(home, "cache"), AWS_EC2_METADATA_DISABLED: "true" };
  for (const [name, value] of Object.entries({ ...store.env, ...files, ...more })) {
    vi.stubEnv(name, value);
  }
  store.reads.length = 0;
});
afterEach(() => {
  process.chdir(project);
  vi.unstubAllEnvs();
});

const get = (source: string, versions: string[] = []) =>
  fetchModel(source, { modelName: "my_model", versions });
const served = (folder: string) => fs.readdirSync(path.join(folder, "my_model")).sort();

test.each(["plain", "versioned"])("a model in a %s bucket is fetched once", async (bucket) => {
  const source = `s3://${bucket}/models/my_model`;
  const { modelFolder: folder, revision } = await get(source);
  const names = fs.readFileSync(path.join(folder, "my_model/12/assets/class_names.txt"), "utf8");
  expect(names).toBe("Actiniaria\nPrawns\n");
  expect(store.reads).toHaveLength(2);
  expect((await get(source)).revision).toBe(revision);
  expect(store.reads).toHaveLength(2);
});

test("of several versions only those are fetched that are served", async () => {
  const { modelFolder: folder } = await get("s3://plain/models/my_model");
  expect(served(folder)).toEqual(["12"]);
  expect(served((await get("s3://plain/models", ["3"])).modelFolder)).toEqual(["3"]);
  expect(served((await get("s3://plain/models", ["3", "12"])).modelFolder)).toEqual(["12", "3"]);
  await expect(get("s3://plain/models/my_model", ["7"])).rejects.toThrow(
    'is "s3://plain/models/my_model": it has no version 7; versions there: 3, 12',
  );
});

test("another object makes another revision, one of a version that is not served does not", async () => {
  await store.upload("plain", "moving", modelFiles());
  const { revision } = await get("s3://plain/moving");
  await store.put("plain", "moving/my_model/3/saved_model.pb", savedModel("other"));
  expect((await get("s3://plain/moving")).revision).toBe(revision);
  await store.put("plain", "moving/my_model/12/assets/class_names.txt", "Prawns\n");
  const { modelFolder: folder, revision: next } = await get("s3://plain/moving");
  expect(next).not.toBe(revision);
  const names = fs.readFileSync(path.join(folder, "my_model/12/assets/class_names.txt"), "utf8");
  expect(names).toBe("Prawns\n");
});

test("a single version has the number that the path ends with, else its time", async () => {
  expect(served((await get("s3://plain/models/my_model/3")).modelFolder)).toEqual(["3"]);
  await store.put("plain", "export/saved_model.pb", savedModel("serving_default"));
  const [number] = served((await get("s3://plain/export")).modelFolder);
  expect(Math.abs(Number(number) - Date.now() / 1000)).toBeLessThan(300);
});

test("an archive is unpacked", async () => {
  await store.put("plain", "packed/model.tar.gz", await tarOf(modelFiles()));
  const { modelFolder: folder } = await get("s3://plain/packed/model.tar.gz");
  expect(served(folder)).toEqual(["12", "3"]);
});

test("an object that was replaced is refused without versions, and had with them", async () => {
  const open = async (bucket: string) => {
    await store.put(bucket, "single/saved_model.pb", "first");
    const { content } = await s3.resolve(`s3://${bucket}/single`);
    await store.put(bucket, "single/saved_model.pb", "after");
    return "files" in content ? content.files[0].open(1) : expect.unreachable();
  };
  expect(await text((await open("versioned")).body)).toBe("irst");
  await expect(open("plain")).rejects.toThrow(
    "it changed while it was fetched: run again to fetch what is there now",
  );
});

test.each([
  ["s3://nowhere/models", "there is no bucket nowhere: correct the name"],
  ["s3://plain/none", "the bucket plain has nothing there: correct the path"],
  ["s3://plain/models/my_mode", "the bucket plain has nothing there: correct the path"],
])("%s is refused", async (source, reason) => {
  await expect(get(source)).rejects.toThrow(`is "${source}": ${reason}`);
});

test("without a login it is said how to log in", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "");
  await expect(get("s3://plain/models")).rejects.toThrow(
    "there are no AWS credentials: log in with",
  );
});
