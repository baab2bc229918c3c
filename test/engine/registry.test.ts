import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelStatus } from "../../commands/lib/prediction.mjs";
import { containers, inspect } from "../support/docker";
import { Registry, startRegistry } from "../support/registry";
import { createStack, TestStack } from "../support/stack";

describe("a stack that pushes to a registry", () => {
  let registry: Registry;
  let pushing: TestStack;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    registry = await startRegistry(15000);
    pushing = await createStack("registry", {
      restPort: "18511",
      grpcPort: "0",
      notebook: "false",
      replicas: "1",
      registry: registry.address,
      registryUsername: registry.username,
      registryPlainHttp: "true",
    });
    await pushing.stack.setConfig("tfserving:registryPassword", {
      value: registry.password,
      secret: true,
    });
    outputs = (await pushing.stack.up()).outputs;
  });
  afterAll(async () => {
    await pushing?.remove();
    await registry?.stop();
  });

  test("names the image by the digest that the registry has", async () => {
    const [repository, digest] = String(outputs.image.value).split("@");
    expect(repository).toBe(`${registry.address}/tf_serving`);
    const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
    const answer = await fetch(`http://${registry.address}/v2/tf_serving/manifests/${digest}`, {
      headers: {
        authorization: `Basic ${login}`,
        accept: "application/vnd.docker.distribution.manifest.v2+json",
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
  });

  test("runs its replica from the pushed digest", () => {
    const images = containers(pushing.label, "replica").map((id) => inspect(id).Config.Image);
    expect(images).toEqual([outputs.image.value]);
  });

  test("serves", async () => {
    const [version] = await modelStatus(String(outputs.restUrl.value));
    expect(version.state).toBe("AVAILABLE");
  });

  test("keeps the password out of its state", () => {
    const state = pushing.stateOnDisk();
    expect(state).toContain(registry.username);
    expect(state.includes(registry.password)).toBe(false);
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await pushing.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });
});
