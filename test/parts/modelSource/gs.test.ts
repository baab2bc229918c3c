// With Google's own client, against an emulator of Cloud Storage.
import * as http from "node:http";
import { AddressInfo } from "node:net";
import { Bucket, Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fetched, graph } from "../../support/fetchedModel";
import { GcsServer, startGcs } from "../../support/gcs/server";

let server: GcsServer;
let bucket: Bucket;

beforeAll(async () => {
  server = await startGcs();
  process.env.STORAGE_EMULATOR_HOST = server.address;
  process.env.GOOGLE_CLOUD_PROJECT = "reef";
  [bucket] = await new Storage().createBucket("reef-models");
  await write("models/multiply/2/saved_model.pb", graph);
  await write("models/multiply/2/assets/names.txt", Buffer.from("a\n"));
  await write("models/multiply-old/9/saved_model.pb", graph);
});

afterAll(() => server.stop());

async function write(name: string, content: Buffer): Promise<void> {
  await bucket.file(name).save(content, { resumable: false });
}

it("a model below a prefix is fetched", async () => {
  const { files } = await fetched("gs://reef-models/models/multiply");
  expect(files).toEqual({ "2/saved_model.pb": graph, "2/assets/names.txt": Buffer.from("a\n") });
});

it("an object that is written again gives another revision", async () => {
  const before = await fetched("gs://reef-models/models/multiply");
  expect((await fetched("gs://reef-models/models/multiply")).revision).toBe(before.revision);
  await write("models/multiply/2/assets/names.txt", Buffer.from("b\n"));
  const after = await fetched("gs://reef-models/models/multiply");
  expect(after.revision).not.toBe(before.revision);
  expect(after.files["2/assets/names.txt"]).toEqual(Buffer.from("b\n"));
});

it.each([
  ["gs://reef-models/nothing", "the bucket reef-models has nothing there: correct the path"],
  ["gs://no-such-bucket/models", "there is no bucket no-such-bucket: correct the name"],
])("%s is refused", async (source, reason) => {
  await expect(fetched(source)).rejects.toThrow(reason);
});

it("a bucket that may not be read is refused with the role to get", async () => {
  const refusing = http.createServer((_, response) => response.writeHead(403).end("{}"));
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  const { port } = refusing.address() as AddressInfo;
  process.env.STORAGE_EMULATOR_HOST = `http://127.0.0.1:${port}`;
  await expect(fetched("gs://reef-models/models")).rejects.toThrow(
    "Google refuses to read it (403): give yourself the role Storage Object Viewer on reef-models",
  );
  refusing.close();
  process.env.STORAGE_EMULATOR_HOST = server.address;
});
