import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SwarmNotebook, SwarmNotebookArgs } from "../../../components";
import { notebookUser } from "../../../components/docker/notebook/hostFolders";
import { engine, swarmEngine } from "../../support/fakeEngine";
import {
  problemsOf,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
} from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";
import { labels } from "../docker/modelService";

const service = "docker:index/service:Service";

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

afterEach(() => {
  vi.restoreAllMocks();
});

async function create(args: Partial<SwarmNotebookArgs> = {}): Promise<SwarmNotebook> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const notebook = new SwarmNotebook("notebook", { ...required, ...args }, { provider });
  await settle();
  return notebook;
}

describe("a notebook on Swarm", () => {
  it("is one task on the manager's node, with exact inputs", async () => {
    await create();
    const user = notebookUser(required.folder, { engine: swarmEngine });
    expect(recording.find(service).inputs).toMatchObject({
      labels: labels("notebook"),
      mode: { replicated: { replicas: 1 } },
      endpointSpec: {
        mode: "dnsrr",
        ports: [{ targetPort: 8888, publishedPort: 8888, publishMode: "host" }],
      },
      taskSpec: {
        containerSpec: {
          image: "sha256:id-of-quay.io/jupyter/tensorflow-notebook:2026-10-05",
          user,
          capDrops: ["ALL"],
          labels: labels("notebook"),
          env: {
            JUPYTER_TOKEN_FILE: "/run/secrets/jupyter_token",
            MODEL_NAME: "my_model",
            TF_SERVING_GRPC_ADDRESS: "tf_model_serving:8500",
            TF_SERVING_REST_URL: "http://tf_model_serving:8501/v1/models/my_model",
          },
          mounts: [
            { type: "volume", source: "notebook-home-1a2b3c4", target: "/home/jovyan" },
            { type: "bind", source: required.folder, target: "/home/jovyan/projectDir" },
          ],
          secrets: [
            {
              secretId: "notebook-token-id",
              secretName: "notebook-token-1a2b3c4",
              fileName: "/run/secrets/jupyter_token",
              fileUid: user.split(":")[0],
              fileMode: 0o400,
            },
          ],
        },
        resources: { limits: { memoryBytes: 4096 * 2 ** 20 } },
        placement: { constraints: ["node.id==node-1-id"] },
        networksAdvanceds: [{ id: "network-id" }],
      },
    });
  });

  it("gets its token as a Docker secret and nowhere else", async () => {
    await create();
    const data = Buffer.from("result-of-notebook-token").toString("base64");
    expect(recording.find("docker:index/secret:Secret").inputs).toEqual({
      data: secret(data),
      labels: labels("notebook"),
    });
    expect(JSON.stringify(recording.find(service).inputs)).not.toContain(
      "result-of-notebook-token",
    );
  });

  it("is reached at the manager's address, by a secret URL", async () => {
    const { url } = await create({ port: 9000 });
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe("http://192.0.2.11:9000/lab?token=result-of-notebook-token");
  });

  it("reads a data folder and reserves a GPU where it is told to", async () => {
    const withGpu = {
      ...swarmEngine,
      swarm: { ...swarmEngine.swarm!, genericResources: { "NVIDIA-GPU": 1 } },
    };
    const dataFolder = temporaryFolder();
    await create({ dataFolder, gpus: "NVIDIA-GPU=1", engine: withGpu });
    const { taskSpec } = recording.find(service).inputs as {
      taskSpec: { containerSpec: { mounts: object[] }; resources: object };
    };
    expect(taskSpec.containerSpec.mounts).toContainEqual({
      type: "bind",
      source: dataFolder,
      target: "/home/jovyan/model",
      readOnly: true,
    });
    expect(taskSpec.resources).toMatchObject({
      reservation: { genericResources: { discreteResourcesSpecs: ["NVIDIA-GPU=1"] } },
    });
  });

  it.each<[string, Partial<SwarmNotebookArgs>, string]>([
    ["an engine in no swarm", { engine }, "host"],
    ["a folder that is none", { folder: "/no/such/folder" }, "folder"],
    ["GPUs that no node offers", { gpus: "NVIDIA-GPU=1" }, "gpus"],
    ["hardly any memory", { memoryMb: 1 }, "memoryMb"],
  ])("refuses %s", (_, args, property) => {
    const problems = problemsOf(() => new SwarmNotebook("notebook", { ...required, ...args }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([property]);
  });
});
