import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { checkPublishedImage, PublishedImage, PublishedImageArgs } from "@tf-model-serving/core";
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
import { refusals } from "../../support/refusals";
import { rendered } from "../../support/rendered";

type Args = Partial<PublishedImageArgs>;

const providerType = "pulumi:providers:docker";
const registryImage = "docker:index/registryImage:RegistryImage";
const required = { image: "registry.example.com/team/x:0f3c", registry: "registry.example.com" };

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Args = {}): Promise<PublishedImage> {
  const provider = new docker.Provider("docker", { host: "unix:///var/run/docker.sock" });
  const image = new PublishedImage("serving", { ...required, ...args }, { provider });
  await settle();
  return image;
}

function registryProvider() {
  return recording.find(providerType, "serving-registry").inputs;
}

describe("the children of a published image", () => {
  it.each<[string, Args, string]>([
    ["a push, which leaves the image in the registry", {}, "published-image"],
    [
      "a push to a registry without TLS, from a named engine",
      { registry: "127.0.0.1:5000", plainHttp: true, host: "ssh://ada@gpu" },
      "published-image-plain",
    ],
  ])("are %s, and a provider without login", async (_, args, file) => {
    await create(args);
    const children = recording.resources.filter(({ parent }) => parent !== "");
    const text = ["pulumi", "docker"].map((provider) => rendered(children, provider)).join("---\n");
    await expect(text).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("push from the provider's engine whatever Docker context is in use here", async () => {
    vi.stubEnv("DOCKER_CONTEXT", "another");
    await create();
    const { host, context } = registryProvider();
    expect([host, context]).toEqual(["unix:///var/run/docker.sock", ""]);
  });

  it("push by the provider that knows the registry", async () => {
    await create();
    const known = urn(providerType, "serving-registry", "tfserving:index:PublishedImage");
    expect(recording.find(registryImage).provider).toBe(known);
  });
});

describe("the registry's password", () => {
  const login = { address: "https://registry.example.com", username: "ada", password: "lovelace" };

  it.each([
    ["a plain password", "lovelace"],
    ["a secret", pulumi.secret("lovelace")],
  ])("is in a secret login and nowhere else, secret or not: from %s", async (_, password) => {
    await create({ username: "ada", password });
    expect(registryProvider().registryAuth).toEqual(secret(JSON.stringify([login])));
    const others = recording.resources.filter(({ name }) => name !== "serving-registry");
    expect(JSON.stringify(others)).not.toContain("lovelace");
  });
});

it.each([
  ["registry.example.com/team/x:0f3c", "registry.example.com/team/x"],
  ["127.0.0.1:5000/x:0f3c", "127.0.0.1:5000/x"],
  ["127.0.0.1:5000/x", "127.0.0.1:5000/x"],
])("names %s by its digest", async (image, repository) => {
  const published = await create({ image });
  expect(await promiseOf(published.reference)).toBe(`${repository}@sha256:${"d".repeat(64)}`);
});

it("can be previewed: the digest comes with the push", async () => {
  recording = await startMocks({ preview: true });
  const published = await create();
  expect(await isKnown(published.reference)).toBe(false);
  expect(recording.find(registryImage).inputs.name).toBe("registry.example.com/team/x:0f3c");
});

const refused: Record<string, Args> = {
  "no registry": { registry: "" },
  "a name that is no host": { registry: "registry" },
  "a host with a blank": { registry: "a b" },
  "a URL": { registry: "https://registry.example.com" },
  "a path": { registry: "registry.example.com/team" },
  "a port that is none": { registry: "registry.example.com:port" },
  "a host that begins with a dash": { registry: "-registry.example.com" },
  "a user name without a password": { username: "ada" },
  "a password without a user name": { password: pulumi.secret("lovelace") },
  "all at once": { registry: "", username: "ada" },
};

describe("a published image", () => {
  it("refuses what is no registry or login, and says what to use", async () => {
    const said = await refusals(refused, (args) =>
      problemsOf(() => new PublishedImage("p", { ...required, ...args })),
    );
    await expect(said).toMatchFileSnapshot("snapshots/refused-published-images.txt");
  });

  it("is refused before anything is registered", async () => {
    const create = () => new PublishedImage("p", { ...required, registry: "" });
    expect(create).toThrow(pulumi.InputPropertiesError);
    expect(create).toThrow("PublishedImage p cannot work with these arguments");
    await settle();
    expect(recording.resources).toEqual([]);
  });

  it.each(["localhost", "localhost:5000", "127.0.0.1:5000", "registry.example.com", "[::1]:5000"])(
    "accepts the registry %s",
    (registry) => {
      expect(checkPublishedImage({ registry })).toEqual([]);
    },
  );
});
