import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DockerNotebook, DockerNotebookArgs } from "../../../components";
import { notebookUser } from "../../../components/docker/notebook/hostFolders";
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

const component = "tfserving:index:DockerNotebook";
const container = "docker:index/container:Container";
const password = "random:index/randomPassword:RandomPassword";
const remoteImage = "docker:index/remoteImage:RemoteImage";
const volume = "docker:index/volume:Volume";

const labels = [
  { label: "tfserving.part", value: "notebook" },
  { label: "tfserving.stack", value: "tfserving/dev" },
];

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

afterEach(() => {
  vi.restoreAllMocks();
});

async function create(args: Partial<DockerNotebookArgs> = {}): Promise<DockerNotebook> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const notebook = new DockerNotebook("notebook", { ...required, ...args }, { provider });
  await settle();
  return notebook;
}

describe("the children of a notebook", () => {
  it("are a token, an image, a home and a container, by stable names", async () => {
    await create();
    const children = recording.resources.filter(({ parent }) => parent !== "");
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      `${container} notebook`,
      `${remoteImage} notebook`,
      `${volume} notebook-home`,
      `${password} notebook-token`,
    ]);
    expect(new Set(children.map(({ parent }) => parent))).toEqual(
      new Set([urn(component, "notebook")]),
    );
  });

  it("use the provider that the component was given", async () => {
    await create();
    for (const type of [container, remoteImage, volume]) {
      expect(recording.find(type).provider).toBe(urn("pulumi:providers:docker", "docker"));
    }
  });

  it("have exact inputs: token, image and home", async () => {
    await create();
    expect(recording.find(password).inputs).toEqual({ length: 40, special: false });
    expect(recording.find(volume).inputs).toEqual({ labels });
    expect(recording.find(remoteImage).inputs).toEqual({
      name: "quay.io/jupyter/tensorflow-notebook:2026-10-05",
      keepLocally: true,
    });
  });

  it("have exact inputs: the container", async () => {
    await create();
    expect(recording.find(container).inputs).toEqual({
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      readOnly: false,
      networkMode: "bridge",
      mustRun: true,
      restart: "unless-stopped",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      image: "sha256:id-of-quay.io/jupyter/tensorflow-notebook:2026-10-05",
      user: notebookUser(required.folder),
      labels,
      envs: [
        "JUPYTER_TOKEN_FILE=/run/tfserving/token",
        "MODEL_NAME=my_model",
        "TF_SERVING_GRPC_ADDRESS=tf_model_serving:8500",
        "TF_SERVING_REST_URL=http://tf_model_serving:8501/v1/models/my_model",
      ],
      workingDir: "/home/jovyan",
      volumes: [
        { volumeName: "notebook-home-1a2b3c4", containerPath: "/home/jovyan" },
        { hostPath: required.folder, containerPath: "/home/jovyan/projectDir" },
      ],
      uploads: [
        {
          file: "/run/tfserving/token",
          content: secret("result-of-notebook-token"),
          permissions: "0444",
        },
      ],
      networksAdvanced: [{ name: "serving-1a2b3c4" }],
      ports: [{ internal: 8888, external: 8888, ip: "127.0.0.1" }],
      memory: 4096,
      memorySwap: 4096,
      healthcheck: {
        tests: ["CMD", "/etc/jupyter/docker_healthcheck.py"],
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 120,
      destroyGraceSeconds: 10,
    });
  });

  it("stop the container before its successor takes the same host port", async () => {
    await create();
    const { deleteBeforeReplace, replaceOnChanges } = recording.find(container);
    expect({ deleteBeforeReplace, replaceOnChanges }).toEqual({
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck", "tmpfs", "init", "#initerror"],
    });
  });
});

it("has the arguments of its caller in image and container", async () => {
  const dataFolder = temporaryFolder();
  await create({
    dataFolder: path.relative(process.cwd(), dataFolder),
    image: "registry.example.com/notebook:1",
    port: 18888,
    memoryMb: 1024,
    gpus: "device=0",
    labels: { team: "reef" },
    engine: { ...engine, apiVersion: "1.47" },
  });
  const { inputs } = recording.find(container);
  expect(inputs).toMatchObject({
    image: "sha256:id-of-registry.example.com/notebook:1",
    labels: [{ label: "team", value: "reef" }, ...labels],
    ports: [{ internal: 8888, external: 18888, ip: "127.0.0.1" }],
    memory: 1024,
    memorySwap: 1024,
    gpus: "device=0",
    healthcheck: { startPeriod: "1m0s", interval: "30s", startInterval: "1s" },
  });
  expect(inputs.envs).toContain("MODEL_DIR=/home/jovyan/model");
  expect((inputs.volumes as unknown[])[2]).toEqual({
    hostPath: dataFolder,
    containerPath: "/home/jovyan/model",
    readOnly: true,
  });
});

it("takes defaults for arguments that are undefined", async () => {
  await create({ image: undefined, port: undefined, memoryMb: undefined });
  expect(recording.find(container).inputs).toMatchObject({
    memory: 4096,
    ports: [{ external: 8888 }],
  });
});

describe("the token", () => {
  it("makes the URL a secret", async () => {
    const { url } = await create({ port: 18888 });
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe("http://127.0.0.1:18888/lab?token=result-of-notebook-token");
  });

  it("is nowhere but in its file, and there a secret", async () => {
    await create();
    const { uploads, ...others } = recording.find(container).inputs;
    expect(JSON.stringify(others)).not.toContain("result-of-notebook-token");
    expect((uploads as { content: unknown }[])[0].content).toEqual(
      secret("result-of-notebook-token"),
    );
  });
});

it("can be previewed while network, image and token are unknown", async () => {
  recording = await startMocks({ preview: true });
  const network = new docker.Network("serving");
  const { url } = await create({ networkName: network.name });
  const { inputs } = recording.find(container);
  expect(inputs).toMatchObject({ image: unknown, networksAdvanced: [{ name: unknown }] });
  expect((inputs.uploads as { content: unknown }[])[0].content).toBe(unknown);
  expect(await isKnown(url)).toBe(false);
  expect(await pulumi.isSecret(url)).toBe(true);
});

describe("a notebook refuses", () => {
  const remote = { ...engine, host: "ssh://ada@gpu" };
  const missing = (what: string) => `is "${what}", which is no folder: create it, or name another`;
  const relative = (what: string) =>
    `is "${what}", but the Docker host is another machine: give an absolute path there`;

  it.each<[string, Partial<DockerNotebookArgs>, string, string]>([
    ["a folder that is not there", { folder: "no/such" }, "folder", missing("no/such")],
    ["a file for a folder", { folder: __filename }, "folder", missing(__filename)],
    ["no data folder", { dataFolder: "no/such" }, "dataFolder", missing("no/such")],
    [
      "a path of this machine on another",
      { folder: "/srv/notebooks", dataFolder: "model", engine: remote },
      "dataFolder",
      relative("model"),
    ],
    [
      "a path of this machine on one that could not be asked",
      { folder: "model", remoteHost: true },
      "folder",
      relative("model"),
    ],
    [
      "a port out of range",
      { port: 70000 },
      "port",
      "is 70000: use a whole number from 1 to 65535",
    ],
    [
      "a port that is taken",
      {
        engine: {
          ...engine,
          takenPorts: [{ port: 8888, address: "127.0.0.1", holder: "container lab" }],
        },
      },
      "port",
      "is 8888, which container lab holds on the Docker host: stop that, or choose another port",
    ],
    [
      "a folder with a colon in its path",
      { folder: "/srv/note:books", remoteHost: true },
      "folder",
      'is "/srv/note:books", and Docker cannot mount a folder with a colon in its path: rename it, or name another',
    ],
    [
      "hardly any memory",
      { memoryMb: 511 },
      "memoryMb",
      "is 511: use a whole number from 512 to 4194304",
    ],
  ])("%s", (_, args, propertyPath, reason) => {
    expect(problemsOf(() => new DockerNotebook("notebook", { ...required, ...args }))).toEqual([
      { propertyPath, reason },
    ]);
  });

  it("everything that is wrong at once, before anything is registered", async () => {
    const create = () =>
      new DockerNotebook("notebook", { ...required, folder: "no/such", port: 0, memoryMb: 1 });
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("DockerNotebook notebook cannot work with these arguments");
    expect(problemsOf(create).map(({ propertyPath }) => propertyPath)).toEqual([
      "memoryMb",
      "port",
      "folder",
    ]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});

it.each<[string, Partial<DockerNotebookArgs>]>([
  ["its engine", { engine: { ...engine, host: "ssh://ada@gpu" } }],
  ["the program", { remoteHost: true }],
])("takes an absolute path on another machine as it is, says %s", async (_, args) => {
  await create({ folder: "/srv/notebooks", ...args });
  const { inputs } = recording.find(container);
  expect(inputs.user).toBe("1000:100");
  expect((inputs.volumes as unknown[])[1]).toEqual({
    hostPath: "/srv/notebooks",
    containerPath: "/home/jovyan/projectDir",
  });
});
