import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { checkPublishedImage, PublishedImage, PublishedImageArgs } from "../../../components";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:PublishedImage";
const providerType = "pulumi:providers:docker";
const registryImage = "docker:index/registryImage:RegistryImage";
const digest = `sha256:${"d".repeat(64)}`;

const required = { image: "registry.example.com/team/x:0f3c", registry: "registry.example.com" };

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<PublishedImageArgs> = {}): Promise<PublishedImage> {
  const provider = new docker.Provider("docker", { host: "unix:///var/run/docker.sock" });
  const image = new PublishedImage("serving", { ...required, ...args }, { provider });
  await settle();
  return image;
}

function registryAuth(): unknown {
  return recording.find(providerType, "serving-registry").inputs.registryAuth;
}

describe("the children of a published image", () => {
  it("have exact inputs: the push, which leaves the image in the registry", async () => {
    await create();
    expect(recording.find(registryImage).inputs).toEqual({
      name: "registry.example.com/team/x:0f3c",
      keepRemotely: true,
      insecureSkipVerify: false,
    });
  });

  it("have exact inputs: a provider without login", async () => {
    await create({ host: "ssh://ada@gpu" });
    expect(recording.find(providerType, "serving-registry").inputs).toEqual({
      host: "ssh://ada@gpu",
      registryAuth: JSON.stringify([
        { address: "https://registry.example.com", authDisabled: true },
      ]),
    });
  });

  it("push from the provider's engine whatever Docker context is in use here", async () => {
    vi.stubEnv("DOCKER_CONTEXT", "another");
    onTestFinished(() => void vi.unstubAllEnvs());
    await create();
    const { host, context } = recording.find(providerType, "serving-registry").inputs;
    expect([host, context]).toEqual(["unix:///var/run/docker.sock", ""]);
  });

  it("belong to the component; the push uses the provider that knows the registry", async () => {
    await create();
    expect(recording.find(providerType, "serving-registry").parent).toBe(urn(component, "serving"));
    const { parent, provider } = recording.find(registryImage);
    expect({ parent, provider }).toEqual({
      parent: urn(component, "serving"),
      provider: urn(providerType, "serving-registry", component),
    });
  });
});

describe("the registry", () => {
  const login = JSON.stringify([
    { address: "https://registry.example.com", username: "ada", password: "lovelace" },
  ]);

  it.each([
    ["a plain password", "lovelace"],
    ["a secret", pulumi.secret("lovelace")],
  ])("gets a login as a secret: from %s", async (_, password) => {
    await create({ username: "ada", password });
    expect(registryAuth()).toEqual(secret(login));
  });

  it("leaves the password in no other input, secret or not", async () => {
    await create({ username: "ada", password: "lovelace" });
    const others = recording.resources.filter(({ name }) => name !== "serving-registry");
    expect(JSON.stringify(others)).not.toContain("lovelace");
  });

  it("may speak HTTP without TLS", async () => {
    await create({ registry: "127.0.0.1:5000", plainHttp: true });
    expect(registryAuth()).toBe(
      JSON.stringify([{ address: "http://127.0.0.1:5000", authDisabled: true }]),
    );
    expect(recording.find(registryImage).inputs.insecureSkipVerify).toBe(true);
  });
});

it.each([
  ["registry.example.com/team/x:0f3c", "registry.example.com/team/x"],
  ["127.0.0.1:5000/x:0f3c", "127.0.0.1:5000/x"],
  ["127.0.0.1:5000/x", "127.0.0.1:5000/x"],
])("names %s by its digest", async (image, repository) => {
  const published = await create({ image });
  expect(await promiseOf(published.reference)).toBe(`${repository}@${digest}`);
});

it("can be previewed: the digest comes with the push", async () => {
  recording = await startMocks({ preview: true });
  const published = await create();
  expect(await isKnown(published.reference)).toBe(false);
  expect(recording.find(registryImage).inputs.name).toBe("registry.example.com/team/x:0f3c");
});

describe("a published image refuses", () => {
  const badRegistry = (registry: string) => ({
    propertyPath: "registry",
    reason: `is "${registry}": use the registry's HOST or HOST:PORT, such as registry.example.com`,
  });
  const missing = (propertyPath: string) => ({
    propertyPath,
    reason: "is missing: a login takes a user name and a password, a push without login neither",
  });

  it.each([
    "",
    "registry",
    "a b",
    "https://registry.example.com",
    "registry.example.com/team",
    "registry.example.com:port",
    "-registry.example.com",
  ])("the registry %j", (registry) => {
    expect(problemsOf(() => new PublishedImage("p", { ...required, registry }))).toEqual([
      badRegistry(registry),
    ]);
  });

  it("a user name without a password", () => {
    expect(problemsOf(() => new PublishedImage("p", { ...required, username: "ada" }))).toEqual([
      missing("password"),
    ]);
  });

  it("a password without a user name", () => {
    const password = pulumi.secret("lovelace");
    expect(problemsOf(() => new PublishedImage("p", { ...required, password }))).toEqual([
      missing("username"),
    ]);
  });

  it("everything that is wrong at once, before anything is registered", async () => {
    const create = () => new PublishedImage("p", { ...required, registry: "", username: "ada" });
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("PublishedImage p cannot work with these arguments");
    expect(problemsOf(create)).toEqual([badRegistry(""), missing("password")]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});

it.each(["localhost", "localhost:5000", "127.0.0.1:5000", "registry.example.com", "[::1]:5000"])(
  "accepts the registry %s",
  (registry) => {
    expect(checkPublishedImage({ registry })).toEqual([]);
  },
);
