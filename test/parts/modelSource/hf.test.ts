// With Hugging Face's own client, against a server of ours that speaks the hub's protocol.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { fetchModel } from "../../../components/core/modelSource/fetchModel";
import { fetched, graph } from "../../support/fetchedModel";
import { Hub, startHub } from "../../support/hub";
import { temporaryFolder } from "../../support/modelFolder";

const commit = "5fb9e30d4e0a1a3ee0d1e8b2d3c4f5a697887766";
const files = {
  "README.md": Buffer.from("# Multiply\n"),
  "saved/multiply/4/saved_model.pb": graph,
  "saved/multiply/4/assets/names.txt": Buffer.from("a\n"),
};
const served = { "4/saved_model.pb": graph, "4/assets/names.txt": Buffer.from("a\n") };
const repository = { name: "reef/multiply", commit, files };
let hub: Hub;
let gated: Hub;

beforeAll(async () => {
  hub = await startHub(repository);
  gated = await startHub({ ...repository, token: "hf_ada" });
});

beforeEach(() => {
  process.env.HF_ENDPOINT = hub.address;
  process.env.HF_HOME = temporaryFolder();
  delete process.env.HF_TOKEN;
});

afterAll(() => {
  hub.stop();
  gated.stop();
});

it.each(["hf://reef/multiply/saved", `hf://reef/multiply/saved@${commit}`])(
  "%s is fetched at its commit",
  async (source) => {
    const model = await fetched(source);
    expect(model.source).toBe(`hf://reef/multiply/saved@${commit}`);
    expect(model.files).toEqual(served);
  },
);

it("a commit that leaves the model as it was gives the same revision and version", async () => {
  const single = { "saved_model.pb": graph };
  const hubs = await Promise.all(
    [commit, commit.replace(/^5/, "6")].map((one) =>
      startHub({ ...repository, commit: one, files: single }),
    ),
  );
  const models = [];
  for (const { address, stop } of hubs) {
    process.env.HF_ENDPOINT = address;
    models.push(await fetched("hf://reef/multiply"));
    stop();
  }
  const [before, after] = models;
  expect(after.source).not.toBe(before.source);
  expect(after.revision).toBe(before.revision);
  expect(after.files).toEqual(before.files);
});

it("two that want a model at once fetch it once", async () => {
  process.env.TFSERVING_CACHE = temporaryFolder();
  hub.reads.length = 0;
  const want = () => fetchModel("hf://reef/multiply/saved", { modelName: "multiply" });
  const [one, other] = await Promise.all([want(), want()]);
  expect(one).toEqual(other);
  expect(new Set(hub.reads).size).toBe(hub.reads.length);
});

it.each([
  ["HF_TOKEN", () => void (process.env.HF_TOKEN = "hf_ada")],
  [
    "the file that a login writes",
    () => fs.writeFileSync(path.join(process.env.HF_HOME!, "token"), "hf_ada\n"),
  ],
])("a repository that is not for everybody is read with %s", async (_, logIn) => {
  process.env.HF_ENDPOINT = gated.address;
  await expect(fetched("hf://reef/multiply/saved")).rejects.toThrow(
    `${gated.address} has no reef/multiply/saved for everybody: hf auth login, or set HF_TOKEN`,
  );
  logIn();
  expect((await fetched("hf://reef/multiply/saved")).files).toEqual(served);
});

it.each([
  ["hf://reef/multiply/saved@v9", "has no reef/multiply/saved at v9: correct the path or the"],
  ["hf://reef/multiply/nothing", "has no reef/multiply/nothing at main"],
  ["hf://reef/other", "has no reef/other for everybody"],
])("%s is refused", async (source, reason) => {
  await expect(fetched(source)).rejects.toThrow(reason);
});

it("a file of LFS that is not what its pointer says is refused", async () => {
  const damaged = Buffer.from(graph);
  const server = await startHub({ ...repository, files: { "4/saved_model.pb": damaged } });
  damaged[0] ^= 0xff;
  process.env.HF_ENDPOINT = server.address;
  await expect(fetched("hf://reef/multiply")).rejects.toThrow("does not have the sha256");
  server.stop();
});
