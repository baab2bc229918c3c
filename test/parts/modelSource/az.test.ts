// With Azure's own client, against Azurite.
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, it } from "vitest";
import { az } from "../../../components/core/modelSource/az";
import { Azurite, startAzurite } from "../../support/azurite";
import { doubles, fetched, graph } from "../../support/fetchedModel";

let server: Azurite;
let container: ContainerClient;
let place: string;

beforeAll(async () => {
  server = await startAzurite();
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.connection;
  const service = BlobServiceClient.fromConnectionString(server.connection);
  container = service.getContainerClient("models");
  await container.create();
  place = `az://${server.account}/models`;
  await write("multiply/2/saved_model.pb", graph);
  await write("multiply/2/assets/names.txt", Buffer.from("a\n"));
  await write("multiply-old/9/saved_model.pb", graph);
});

afterAll(() => server.stop());

async function write(name: string, content: Buffer): Promise<void> {
  await container.getBlockBlobClient(name).uploadData(content);
}

it("a model below a prefix is fetched", async () => {
  const { files } = await fetched(`${place}/multiply`);
  expect(files).toEqual({ "2/saved_model.pb": graph, "2/assets/names.txt": Buffer.from("a\n") });
});

it("an archive is fetched and unpacked", async () => {
  const parent = path.dirname(doubles);
  const content = execFileSync("tar", ["--create", "--gzip", "--directory", parent, "2"]);
  await write("export.tar.gz", content);
  expect((await fetched(`${place}/export.tar.gz`)).files).toEqual({ "2/saved_model.pb": graph });
});

it("a blob is read from a byte on, and not once it has changed", async () => {
  const { content } = await az.resolve(`${place}/multiply`);
  const [file] = "files" in content ? content.files.filter(({ path }) => /names/.test(path)) : [];
  const { from, body } = await file.open(1);
  const chunks = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  expect([from, Buffer.concat(chunks)]).toEqual([1, Buffer.from("\n")]);
  await write("multiply/2/assets/names.txt", Buffer.from("b\n"));
  await expect(file.open(0)).rejects.toThrow("it changed while it was fetched");
});

it("a blob that is written again gives another revision", async () => {
  const before = await fetched(`${place}/multiply`);
  expect((await fetched(`${place}/multiply`)).revision).toBe(before.revision);
  await write("multiply/2/assets/names.txt", Buffer.from("c\n"));
  expect((await fetched(`${place}/multiply`)).revision).not.toBe(before.revision);
});

it("what is not there is refused", async () => {
  await expect(fetched(`${place}/nothing`)).rejects.toThrow(
    "the container models has nothing there: correct the path",
  );
  await expect(fetched(`az://${server.account}/none/multiply`)).rejects.toThrow(
    `the account ${server.account} has no container none: correct the name`,
  );
});

it("a wrong key is refused", async () => {
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.connection.replace(
    "AccountKey=E",
    "AccountKey=A",
  );
  await expect(fetched(`${place}/multiply`)).rejects.toThrow(
    "Azure refuses to read it (AuthorizationFailure): give yourself the role Storage Blob Data Reader",
  );
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.connection;
});
