import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

import { modelServiceDefaults, notebookDefaults } from "@tf-model-serving/core";
import { pullHints, pullLogins } from "../../../program/pullLogins";
import { pullWarnings } from "../../../program/kubernetes/pullSecret";
import { dockerConfig } from "../../support/dockerConfig";
import { promiseOf, startMocks } from "../../support/mocks";

const registry = { registry: "r.example.com:5000", username: "ada", password: "lovelace" };
const mirrored = `${registry.registry}/haproxy:3.2`;
const elsewhere = "mirror.example.com/jupyter:1";

beforeEach(async () => {
  await startMocks();
  const registries = ["mirror.example.com", "quay.io", "https://index.docker.io/v1/"];
  vi.stubEnv("DOCKER_CONFIG", dockerConfig(...registries));
});

it("images are pulled with the login of the stack's registry, else with docker login's", async () => {
  const images = { balancerImage: mirrored, notebookImage: elsewhere };
  const [own, other] = pullLogins(images, registry) as unknown as Record<
    string,
    pulumi.Output<string>
  >[];
  expect(own).toMatchObject({ address: "https://r.example.com:5000", username: "ada" });
  expect(await pulumi.isSecret(own.password)).toBe(true);
  expect(await promiseOf(own.password)).toBe("lovelace");
  expect(other).toEqual({ address: "https://mirror.example.com" });
});

it("the usual images need none, whoever is logged in", () => {
  const { balancerImage } = modelServiceDefaults;
  expect(pullLogins({ balancerImage, notebookImage: notebookDefaults.image }, registry)).toBe(
    undefined,
  );
  expect(pullLogins({ balancerImage: mirrored }, undefined)).toBeUndefined();
});

it("a hint names the setting where others than this machine pull", () => {
  const images = { balancerImage: mirrored, notebookImage: elsewhere };
  expect(pullHints(images, registry, { notebookImage: "name it" })).toEqual([
    `notebookImage is ${elsewhere}, and this machine has a docker login for its registry. What runs ` +
      "it has none: if it needs one, name it.",
  ]);
  const args = { registry, service: { modelName: "birds" } };
  expect(pullWarnings(images, args)).toEqual([
    expect.stringContaining("name that in kubernetesNotebook.imagePullSecrets"),
  ]);
  const notebook = { modelName: "birds", imagePullSecrets: ["mirror"] };
  expect(pullWarnings(images, { ...args, notebook })).toEqual([]);
});
