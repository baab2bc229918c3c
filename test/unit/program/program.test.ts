import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { modelServiceDefaults } from "../../../components";
import program from "../../../index";
import { ownContainers, startFakeEngine } from "../../support/fakeEngine";
import {
  isKnown,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
  urn,
} from "../../support/mocks";
import { dockerConfig } from "../../support/dockerConfig";
import { signature } from "../../support/modelFolder";
import { enterSmallProject } from "../../support/smallProject";
import { defaults, readStackFile, setConfig, stackFiles } from "../../support/stackConfig";

const container = "docker:index/container:Container";
const provider = "pulumi:providers:docker";
const digest = `sha256:${"d".repeat(64)}`;

let recording: Recording;
let host: string;

beforeEach(async () => {
  recording = await startMocks();
  // Folders of root, when a test runs as root.
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Runs index.ts with a stack's values and gives what it exports. */
async function run(values: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  // The stack's own containers hold its ports, whatever listens on this machine.
  const { restPort, grpcPort, notebookPort } = { ...defaults, ...values };
  const own = ownContainers([restPort, grpcPort, notebookPort] as number[]);
  const roomy = { NCPU: 64, MemTotal: 2 ** 38, Runtimes: { nvidia: {}, runc: {} } };
  host = await startFakeEngine({ ...own, "/info": roomy });
  vi.stubEnv("DOCKER_HOST", host);
  setConfig(values, ["registryPassword"]);
  const outputs = { ...(await program()) };
  await settle();
  return outputs;
}

async function valuesOf(outputs: Record<string, unknown>): Promise<Record<string, unknown>> {
  return (await promiseOf(pulumi.output(outputs))) as Record<string, unknown>;
}

const onDocker = stackFiles().filter(
  (file) => !["ecs", "kubernetes"].includes(String(readStackFile(file).target)),
);

describe.each(onDocker)("the program with %s", (file) => {
  const values = { ...defaults, ...readStackFile(file) };
  const replicas = values.replicas || modelServiceDefaults.replicas;
  const settings = { ...readStackFile(file), ...(values.host ? { host: "" } : {}) };

  it("exports addresses, image and model", async () => {
    const outputs = await run(settings);
    const versions = fs.readdirSync(`${String(values.modelFolder)}/${String(values.modelName)}`);
    expect(await valuesOf(outputs)).toEqual({
      restUrl: `http://${String(values.publishAddress)}:${String(values.restPort)}/v1/models/${String(values.modelName)}`,
      modelUrls: {
        [String(values.modelName)]:
          `http://${String(values.publishAddress)}:${String(values.restPort)}/v1/models/${String(values.modelName)}`,
      },
      modelLabels: {},
      grpcAddress: values.grpcPort
        ? `${String(values.publishAddress)}:${String(values.grpcPort)}`
        : "",
      ...(values.notebook === true && {
        notebookUrl: `http://127.0.0.1:${String(values.notebookPort)}/lab?token=result-of-notebook-token`,
      }),
      image: expect.stringMatching(
        values.registry ? new RegExp(`@${digest}$`) : /^tf_serving:[0-9a-f]{12}$/,
      ),
      modelVersion: String(Math.max(...versions.map(Number).filter(Number.isInteger))),
      signature: expect.objectContaining({ methodName: "tensorflow/serving/predict" }),
      replicas,
      release: expect.objectContaining({ settings: expect.objectContaining({ cpus: "1" }) }),
      previousRelease: null,
      canaryVersion: "",
      canaryPercent: 0,
    });
    const { notebookUrl } = outputs as { notebookUrl?: pulumi.Output<string> };
    expect(await (notebookUrl && pulumi.isSecret(notebookUrl))).toBe(values.notebook || undefined);
  });

  it("labels every container, network and volume with the stack", async () => {
    await run(settings);
    const labelled = recording.resources.filter(({ type }) =>
      /^docker:index\/(container|network|volume):/.test(type),
    );
    expect(labelled.length).toBeGreaterThan(Number(replicas));
    for (const { inputs } of labelled) {
      expect(inputs.labels).toContainEqual({ label: "tfserving.stack", value: "tfserving/dev" });
    }
  });

  it("creates everything of Docker on the given engine, by an explicit provider", async () => {
    await run(settings);
    expect(recording.find(provider, "docker").inputs.host).toBe(host);
    const ofDocker = recording.resources.filter(({ type }) => type.startsWith("docker:"));
    for (const resource of ofDocker) {
      const pushes = resource.type === "docker:index/registryImage:RegistryImage";
      expect(resource.provider).toBe(
        pushes
          ? urn(provider, "serving-registry", "tfserving:index:PublishedImage")
          : urn(provider, "docker"),
      );
    }
  });
});

describe("the program", () => {
  beforeEach(enterSmallProject);

  it("runs the image that it built, by id", async () => {
    const outputs = await valuesOf(await run());
    expect(recording.find(container, "serving-replica-1").inputs.image).toBe(
      `sha256:id-of-${String(outputs.image)}`,
    );
  });

  it("runs the image that it pushed, by digest, where there is a registry", async () => {
    const outputs = await run({
      registry: "registry.example.com:5000",
      registryUsername: "ada",
      registryPassword: "lovelace",
    });
    const reference = `registry.example.com:5000/tf_serving@${digest}`;
    expect((await valuesOf(outputs)).image).toBe(reference);
    expect(recording.find(container, "serving-replica-1").inputs.image).toBe(reference);
    expect(recording.find(provider, "serving-registry").inputs).toEqual({
      host,
      registryAuth: secret(
        JSON.stringify([
          {
            address: "https://registry.example.com:5000",
            username: "ada",
            password: "lovelace",
          },
        ]),
      ),
    });
  });

  it("pulls the balancer's and the notebook's image with the user's own logins", async () => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("mirror.example.com", "quay.io"));
    await run({ balancerImage: "mirror.example.com/haproxy:3.2" });
    const { registryAuth } = recording.find(provider, "docker").inputs;
    expect(registryAuth).toBe(JSON.stringify([{ address: "https://mirror.example.com" }]));
  });

  it("pulls the usual images without a login", async () => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("https://index.docker.io/v1/", "quay.io"));
    await run();
    expect(recording.find(provider, "docker").inputs).not.toHaveProperty("registryAuth");
  });

  it("tells the notebook where the service is", async () => {
    await run({ serviceName: "birds" });
    const { inputs } = recording.find(container, "notebook");
    expect(inputs.networksAdvanced).toEqual([{ name: "serving-1a2b3c4" }]);
    expect(inputs.envs).toEqual(
      expect.arrayContaining([
        "MODEL_NAME=my_model",
        "TF_SERVING_GRPC_ADDRESS=birds:8500",
        "TF_SERVING_REST_URL=http://birds:8501/v1/models/my_model",
      ]),
    );
  });

  it("has no notebook, and no URL of one, where none is wanted", async () => {
    expect(await run({ notebook: false })).not.toHaveProperty("notebookUrl");
    expect(recording.resources.filter(({ name }) => name.startsWith("notebook"))).toEqual([]);
  });

  it("shows the signature of what is up once", async () => {
    const outputs = await valuesOf(await run());
    expect(outputs.signature).toEqual(signature);
    expect(outputs.release).toMatchObject({ modelVersion: "12" });
    expect(outputs.release).not.toHaveProperty("signature");
  });

  it("has an empty gRPC address where gRPC stays on the network", async () => {
    expect((await valuesOf(await run({ grpcPort: 0 }))).grpcAddress).toBe("");
  });

  it("can be previewed: addresses, model and image name are known", async () => {
    recording = await startMocks({ preview: true });
    const { notebookUrl, release, previousRelease, ...outputs } = await run();
    for (const later of [notebookUrl, release, previousRelease]) {
      expect(await isKnown(later as pulumi.Output<unknown>)).toBe(false);
    }
    expect(await valuesOf(outputs)).toEqual({
      restUrl: "http://127.0.0.1:8501/v1/models/my_model",
      modelUrls: { my_model: "http://127.0.0.1:8501/v1/models/my_model" },
      modelLabels: {},
      grpcAddress: "127.0.0.1:8500",
      image: expect.stringMatching(/^tf_serving:[0-9a-f]{12}$/),
      modelVersion: "12",
      signature,
      replicas: 4,
      canaryVersion: "",
      canaryPercent: 0,
    });
  });

  it("gives out the URL and the labels of each model", async () => {
    const models = [
      { name: "my_model", versionPolicy: "all", labels: { stable: "3", canary: "12" } },
      { name: "birds", basePath: "gs://bucket/birds" },
    ];
    const outputs = await run({ server: { models } });
    expect(await valuesOf(outputs)).toMatchObject({
      restUrl: "http://127.0.0.1:8501/v1/models/my_model",
      modelUrls: {
        my_model: "http://127.0.0.1:8501/v1/models/my_model",
        birds: "http://127.0.0.1:8501/v1/models/birds",
      },
      modelLabels: { my_model: { stable: "3", canary: "12" } },
      modelVersion: "12",
    });
  });

  it("registers nothing when the configuration cannot work", async () => {
    await expect(run({ replicas: 0 })).rejects.toThrow("replicas: is 0");
    await settle();
    expect(recording.resources).toEqual([]);
  });
});
