import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { DockerNotebook, DockerNotebookArgs } from "@tf-model-serving/core";
import { notebookUser } from "../../../components/core/docker/notebook/hostFolders";
import { engine } from "../../support/fakeEngine";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";
import { rendered } from "../../support/rendered";
import { container } from "./modelService";

type Args = Partial<DockerNotebookArgs>;

const remote = { ...engine, host: "ssh://ada@gpu" };
const everything: Args = {
  dataFolder: "/srv/model",
  image: "registry.example.com/notebook:1",
  ...{ port: 18888, memoryMb: 1024, gpus: "device=0", labels: { team: "reef" } },
  engine: { ...remote, apiVersion: "1.47" },
  ...{ apiKey: "key-of-the-notebook", caCertificate: "certificate-of-the-stack" },
};

let recording: Recording;
let required: DockerNotebookArgs;

beforeEach(async () => {
  recording = await startMocks();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  required = {
    networkName: "serving-1a2b3c4",
    restUrl: "http://tf_model_serving:8501/v1/models/my_model",
    grpcAddress: "tf_model_serving:8500",
    modelName: "my_model",
    folder: temporaryFolder(),
  };
});

async function create(args: Args = {}): Promise<DockerNotebook> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const notebook = new DockerNotebook("notebook", { ...required, ...args }, { provider });
  await settle();
  return notebook;
}

const inputs = () => recording.find(container).inputs;
const folders = () => inputs().volumes as { hostPath?: string; containerPath: string }[];

describe("the resources of a notebook", () => {
  it.each<[string, string, Args]>([
    ["all defaults", "notebook", { remoteHost: true }],
    ["everything set", "notebook-everything", everything],
  ])("with %s", async (_, name, args) => {
    await create({ folder: "/srv/notebooks", ...args });
    const children = recording.resources.filter(({ parent }) => parent !== "");
    const text = ["docker", "random"].map((of) => rendered(children, of)).join("---\n");
    await expect(text).toMatchFileSnapshot(`snapshots/${name}.yaml`);
  });

  it("use the provider that the component was given", async () => {
    await create();
    const ofDocker = recording.resources.filter(({ type }) => type.startsWith("docker:"));
    const providers = new Set(ofDocker.map(({ provider }) => provider));
    expect(providers).toEqual(new Set([urn("pulumi:providers:docker", "docker")]));
  });

  it("publish the notebook on this machine alone", async () => {
    await create();
    expect(inputs().ports).toEqual([{ internal: 8888, external: 8888, ip: "127.0.0.1" }]);
  });

  it("have the folders of this machine by their full paths, and the owner for a user", async () => {
    const dataFolder = temporaryFolder();
    await create({ dataFolder: path.relative(process.cwd(), dataFolder) });
    expect(inputs().user).toBe(notebookUser(required.folder));
    expect(folders().map(({ hostPath }) => hostPath)).toEqual([
      ...[undefined, required.folder, dataFolder],
    ]);
  });

  it.each<[string, Args]>([
    ["its engine", { engine: remote }],
    ["the program", { remoteHost: true }],
  ])("have an absolute path on another machine as it is, says %s", async (_, args) => {
    await create({ folder: "/srv/notebooks", ...args });
    expect(inputs().user).toBe("1000:100");
    expect(folders()[1].hostPath).toBe("/srv/notebooks");
  });

  it("are as by default where arguments are undefined", async () => {
    await create({ image: undefined, port: undefined, memoryMb: undefined });
    expect(inputs()).toMatchObject({ memory: 4096, ports: [{ external: 8888 }] });
  });

  it("can be previewed while network, image and token are unknown", async () => {
    recording = await startMocks({ preview: true });
    const network = new docker.Network("serving");
    const { url } = await create({ networkName: network.name });
    expect(inputs()).toMatchObject({
      ...{ image: unknown, networksAdvanced: [{ name: unknown }] },
      uploads: [{ content: unknown }],
    });
    expect(await isKnown(url)).toBe(false);
    expect(await pulumi.isSecret(url)).toBe(true);
  });
});

describe("the token", () => {
  it("makes the URL a secret", async () => {
    const { url } = await create({ port: 18888 });
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe("http://127.0.0.1:18888/lab?token=result-of-notebook-token");
  });

  it("is nowhere but in its file, as is the key of the service", async () => {
    await create({ apiKey: "key-of-the-notebook" });
    const { uploads, ...others } = inputs();
    const contents = (uploads as { content: unknown }[]).map(({ content }) => content);
    const secrets = ["result-of-notebook-token", "key-of-the-notebook"];
    expect(contents).toEqual(secrets.map((value) => secret(value)));
    expect(secrets.filter((text) => JSON.stringify(others).includes(text))).toEqual([]);
  });
});

describe("a notebook refuses", () => {
  const taken = { port: 8888, address: "127.0.0.1", holder: "container lab" };

  it("what cannot work, in these words", async () => {
    const cases: Record<string, Args> = {
      "a folder that is not there": { folder: "no/such" },
      "a file for a folder": { folder: "package.json" },
      "a data folder that is not there": { dataFolder: "no/such" },
      "a path of this machine on another": {
        ...{ folder: "/srv/notebooks", dataFolder: "model", engine: remote },
      },
      "a path of this machine on one that could not be asked": {
        ...{ folder: "model", remoteHost: true },
      },
      "a port out of range": { port: 70000 },
      "a port that is taken": { engine: { ...engine, takenPorts: [taken] } },
      "a folder with a colon in its path": { folder: "/srv/note:books", remoteHost: true },
      "hardly any memory": { memoryMb: 511 },
    };
    const text = await refusals(cases, (args) =>
      problemsOf(() => new DockerNotebook("notebook", { ...required, ...args })),
    );
    await expect(text).toMatchFileSnapshot("snapshots/notebook-refused.txt");
  });

  it("everything that is wrong at once, before anything is registered", async () => {
    const wrong = { ...required, folder: "no/such", port: 0, memoryMb: 1 };
    const create = () => new DockerNotebook("notebook", wrong);
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("DockerNotebook notebook cannot work with these arguments");
    const paths = problemsOf(create).map(({ propertyPath }) => propertyPath);
    expect(paths).toEqual(["memoryMb", "port", "folder"]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});
