import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";
import { componentEngine, type GivenEngine } from "../../../components/core/engine/componentEngine";
import { valueOf } from "../../../components/core/arguments/valueOf";
import { startMocks } from "../../support/mocks";

const onGpu = "ssh://ada@gpu.example.com";

beforeEach(async () => {
  await startMocks();
  vi.stubEnv("DOCKER_HOST", "unix:///from/docker-host.sock");
});

function engineOf(given: GivenEngine, providerHost?: pulumi.Input<string>): Promise<string> {
  const provider =
    providerHost === undefined ? undefined : new docker.Provider("gpu", { host: providerHost });
  const component = new pulumi.ComponentResource(
    "test:index:Component",
    "serving",
    {},
    { provider },
  );
  return valueOf(componentEngine(component, given));
}

it.each<[string, GivenEngine, pulumi.Input<string> | undefined, string]>([
  ["of its provider", {}, onGpu, onGpu],
  ["of its provider, before what an engine said", { engine: { host: "tcp://a:1" } }, onGpu, onGpu],
  ["that a provider gets later", {}, pulumi.output(onGpu), onGpu],
  ["of its argument", { host: "tcp://b:1" }, onGpu, "tcp://b:1"],
  [
    "that was inspected, without a provider",
    { engine: { host: "tcp://a:1" } },
    undefined,
    "tcp://a:1",
  ],
  ["that docker ps asks, without anything", {}, undefined, "unix:///from/docker-host.sock"],
])("a component works with the engine %s", async (_, given, provider, expected) => {
  expect(await engineOf(given, provider)).toBe(expected);
});

it("a component's engine is known in a preview, where its provider's other settings are not", async () => {
  await startMocks({ preview: true });
  expect(await engineOf({}, onGpu)).toBe(onGpu);
});

it("a component works with the engine of the default provider's configuration", async () => {
  pulumi.runtime.setConfig("docker:host", onGpu);
  expect(await engineOf({})).toBe(onGpu);
  pulumi.runtime.setAllConfig({});
});
