import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { dockerConfig } from "../../support/dockerConfig";
import { secret, urn } from "../../support/mocks";
import { signature } from "../../support/modelFolder";
import { refusalOf, renderedOutputs, runProgram, valuesOf } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

const container = "docker:index/container:Container";
const provider = "pulumi:providers:docker";
const registry = "registry.example.com:5000";

beforeEach(() => {
  enterSmallProject();
  // Folders of root, when a test runs as root.
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

describe("the program", () => {
  it("runs the image that it built, by id", async () => {
    const { outputs, recording } = await runProgram();
    expect(recording.find(container, "serving-replica-1").inputs.image).toBe(
      `sha256:id-of-${String((await valuesOf(outputs)).image)}`,
    );
  });

  it("runs the image that it pushed, by digest, where there is a registry", async () => {
    const login = { registry, registryUsername: "ada", registryPassword: "lovelace" };
    const { outputs, recording } = await runProgram(login);
    const reference = `${registry}/tf_serving@sha256:${"d".repeat(64)}`;
    expect((await valuesOf(outputs)).image).toBe(reference);
    expect(recording.find(container, "serving-replica-1").inputs.image).toBe(reference);
    expect(recording.find(provider, "serving-registry").inputs).toEqual({
      host: process.env.DOCKER_HOST,
      registryAuth: secret(
        JSON.stringify([{ address: `https://${registry}`, username: "ada", password: "lovelace" }]),
      ),
    });
  });

  it("creates everything of Docker on the given engine, and pushes by a provider of its own", async () => {
    const { recording } = await runProgram({ registry });
    expect(recording.find(provider, "docker").inputs.host).toBe(process.env.DOCKER_HOST);
    const own = urn(provider, "serving-registry", "tfserving:index:PublishedImage");
    for (const one of recording.resources.filter(({ type }) => type.startsWith("docker:"))) {
      const pushes = one.type === "docker:index/registryImage:RegistryImage";
      expect(one.provider, one.name).toBe(pushes ? own : urn(provider, "docker"));
    }
  });

  it("pulls the balancer's and the notebook's image with the user's own logins", async () => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("mirror.example.com", "quay.io"));
    const { recording } = await runProgram({ balancerImage: "mirror.example.com/haproxy:3.2" });
    const { registryAuth } = recording.find(provider, "docker").inputs;
    expect(registryAuth).toBe(JSON.stringify([{ address: "https://mirror.example.com" }]));
  });

  it("pulls the usual images without a login", async () => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("https://index.docker.io/v1/", "quay.io"));
    const { recording } = await runProgram();
    expect(recording.find(provider, "docker").inputs).not.toHaveProperty("registryAuth");
  });

  it("tells the notebook where the service is", async () => {
    const { recording } = await runProgram({ serviceName: "birds" });
    const { networksAdvanced, envs } = recording.find(container, "notebook").inputs;
    expect(networksAdvanced).toEqual([{ name: "serving-1a2b3c4" }]);
    expect(envs).toContain("TF_SERVING_GRPC_ADDRESS=birds:8500");
    expect(envs).toContain("TF_SERVING_REST_URL=http://birds:8501/v1/models/my_model");
    expect(envs).toContain("MODEL_NAME=my_model");
  });

  it("has no notebook, and no URL of one, where none is wanted", async () => {
    const { outputs, recording } = await runProgram({ notebook: false });
    expect(outputs).not.toHaveProperty("notebookUrl");
    expect(recording.resources.filter(({ name }) => name.startsWith("notebook"))).toEqual([]);
  });

  it("shows the signature of what is up once", async () => {
    const outputs = await valuesOf((await runProgram()).outputs);
    expect(outputs.signature).toEqual(signature);
    expect(outputs.release).toMatchObject({ modelVersion: "12" });
    expect(outputs.release).not.toHaveProperty("signature");
  });

  it("keeps the release before on record, for a rollback", async () => {
    const release = { image: "tf_serving:before", modelVersion: "3", settings: { cpus: "1" } };
    const { outputs } = await runProgram({}, { recorded: { release } });
    expect((await valuesOf(outputs)).previousRelease).toEqual(release);
  });

  it("has an empty gRPC address where gRPC stays on the network", async () => {
    const { outputs } = await runProgram({ grpcPort: 0 });
    expect((await valuesOf(outputs)).grpcAddress).toBe("");
  });

  it("can be previewed: addresses, model and image name are known", async () => {
    const { outputs } = await runProgram({}, { preview: true });
    const text = await renderedOutputs(outputs);
    await expect(text).toMatchFileSnapshot("snapshots/outputs-docker-preview.yaml");
  });

  it("gives out the URL and the labels of each model", async () => {
    const labels = { stable: "3", canary: "12" };
    const models = [
      { name: "my_model", versionPolicy: "all", labels },
      { name: "birds", basePath: "gs://bucket/birds" },
    ];
    const { outputs } = await runProgram({ server: { models } });
    const base = "http://127.0.0.1:8501/v1/models";
    expect(await valuesOf(outputs)).toMatchObject({
      restUrl: `${base}/my_model`,
      modelUrls: { my_model: `${base}/my_model`, birds: `${base}/birds` },
      modelLabels: { my_model: labels },
      modelVersion: "12",
    });
  });

  it("registers nothing when the configuration cannot work", async () => {
    expect(await refusalOf({ replicas: 0 })).toEqual([
      "replicas: is 0: use a whole number from 1 to 256",
    ]);
  });
});
