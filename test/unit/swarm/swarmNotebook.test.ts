import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { SwarmNotebook, SwarmNotebookArgs } from "@tf-model-serving/core";
import { notebookUser } from "../../../components/core/docker/notebook/hostFolders";
import { engine, swarmEngine } from "../../support/fakeEngine";
import { problemsOf, promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";
import { rendered } from "../../support/rendered";

type Args = Partial<SwarmNotebookArgs>;

const token = "result-of-notebook-token";
const key = "key-of-the-notebook";
const away = { ...swarmEngine, host: "ssh://ada@gpu" };
const withGpu = {
  ...away,
  swarm: { ...swarmEngine.swarm!, genericResources: { "NVIDIA-GPU": 1 } },
};

let recording: Recording;
let required: SwarmNotebookArgs;

beforeEach(async () => {
  recording = await startMocks();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  required = {
    networkId: "network-id",
    restUrl: "http://tf_model_serving:8501/v1/models/my_model",
    grpcAddress: "tf_model_serving:8500",
    modelName: "my_model",
    folder: temporaryFolder(),
    engine: swarmEngine,
  };
});

async function create(args: Args = {}): Promise<SwarmNotebook> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const notebook = new SwarmNotebook("notebook", { ...required, ...args }, { provider });
  await settle();
  return notebook;
}

describe("a notebook on Swarm", () => {
  it.each<[string, string, Args]>([
    ["all defaults", "notebook", { engine: away }],
    [
      "a data folder, a GPU, a port, a key and a certificate",
      "notebook-everything",
      {
        ...{ dataFolder: "/srv/model", gpus: "NVIDIA-GPU=1", port: 9000, engine: withGpu },
        ...{ apiKey: key, caCertificate: "certificate-of-the-stack" },
      },
    ],
  ])("is one task on the manager's node: with %s", async (_, name, args) => {
    await create({ folder: "/srv/notebooks", ...args });
    const children = recording.resources.filter(({ parent }) => parent !== "");
    const text = ["docker", "random"].map((of) => rendered(children, of)).join("---\n");
    await expect(text).toMatchFileSnapshot(`snapshots/${name}.yaml`);
  });

  it("runs as the owner of its folder on this machine", async () => {
    await create();
    const user = notebookUser(required.folder, { engine: swarmEngine });
    expect(recording.find("docker:index/service:Service").inputs).toMatchObject({
      taskSpec: { containerSpec: { user, secrets: [{ fileUid: user.split(":")[0] }] } },
    });
  });

  it.each(["token", "api-key"])("gets its %s as a Docker secret and nowhere else", async (kind) => {
    await create({ apiKey: key });
    const text = kind === "token" ? token : key;
    const holders = recording.resources.filter(({ inputs }) =>
      [text, Buffer.from(text).toString("base64")].some((one) =>
        JSON.stringify(inputs).includes(one),
      ),
    );
    expect(holders.map(({ name }) => name)).toEqual([`notebook-${kind}`]);
  });

  it("is reached at the manager's address, by a secret URL", async () => {
    const { url } = await create({ port: 9000 });
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe(`http://192.0.2.11:9000/lab?token=${token}`);
  });

  it.each<[string, Args, string]>([
    ["an engine in no swarm", { engine }, "host"],
    ["a folder that is none", { folder: "/no/such/folder" }, "folder"],
    ["GPUs that no node offers", { gpus: "NVIDIA-GPU=1" }, "gpus"],
    ["hardly any memory", { memoryMb: 1 }, "memoryMb"],
  ])("refuses %s", (_, args, property) => {
    const problems = problemsOf(() => new SwarmNotebook("notebook", { ...required, ...args }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([property]);
  });
});
