import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { TargetName } from "../../../program/config/key";
import { byKey } from "../../../program/config/paths";
import { readSettings } from "../../../program/config/settings";
import { docker } from "../../../program/targets/docker";
import type { EnginePlan } from "../../../program/targets/engine";
import { ownContainers, startFakeEngine } from "../../support/fakeEngine";
import { promiseOf, startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import {
  defaults,
  readStackFile,
  readYaml,
  repository,
  setConfig,
  stackFiles,
} from "../../support/stackConfig";

const registry = "registry.example.com:5000";
const login = { registry, registryUsername: "ada", registryPassword: "lovelace" };
const targets = ["docker", "swarm", "ecs", "kubernetes"];

/** Keys that the program itself reads. */
const ofTheProgram = ["target", "host", "image", "standIns", "notebook"];

/** A stack's value for each other key. */
const samples = readYaml<Record<string, unknown>>("test/unit/program/everyKey.yaml");

/** What a key needs beside it. */
const besides: Record<string, Record<string, unknown>> = {
  ...{ registryUsername: login, registryPassword: login, registryPlainHttp: { registry } },
  ...{ canaryPercent: { canaryVersion: "3" }, canaryReplicas: { canaryVersion: "3" } },
};

beforeEach(async () => {
  await startMocks();
});

function read(values: Record<string, unknown>) {
  setConfig(values);
  return readSettings();
}

async function argumentsOf(values: Record<string, unknown>) {
  const { args, problems } = await read(values);
  expect(problems).toEqual([]);
  return args;
}

/** The values in arguments by path, as JSON. */
function leaves(value: unknown, place = ""): Record<string, string> {
  if (pulumi.Output.isInstance(value)) return { [place]: "(an output)" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { [place]: JSON.stringify(value) };
  }
  const fields = Object.entries(value);
  return Object.assign(
    {},
    ...fields.map(([name, one]) => leaves(one, place ? `${place}.${name}` : name)),
  ) as Record<string, string>;
}

/** The arguments that a key feeds on a target, or why it cannot be set there. */
async function effectOf(target: string, key: string): Promise<string[]> {
  const before = leaves((await read({ target, ...besides[key], [key]: defaults[key] })).args);
  const { args, problems } = await read({ target, ...besides[key], [key]: samples[key] });
  const refused = problems.filter(({ propertyPath }) => propertyPath === key);
  const fed = Object.entries(leaves(args)).filter(([place, value]) => before[place] !== value);
  return refused.length > 0
    ? refused.map(({ reason }) => `refused: ${reason}`)
    : fed.map(([place, value]) => `${place}: ${value}`);
}

describe("every key of Pulumi.yaml", () => {
  it("has a value here that is not its default", () => {
    expect([...Object.keys(samples), ...ofTheProgram].sort()).toEqual(Object.keys(defaults).sort());
    for (const [key, value] of Object.entries(samples)) {
      expect(value, key).not.toEqual(defaults[key]);
    }
  });

  it.each(targets)("feeds arguments on %s, or is refused with what to do", async (target) => {
    const usual = Object.entries(leaves(await argumentsOf({ target })));
    const lines = ["(nothing is set)", ...usual.map(([place, value]) => `  ${place}: ${value}`)];
    for (const [key, value] of Object.entries(samples)) {
      const effect = await effectOf(target, key);
      expect(effect, key).not.toEqual([]);
      lines.push(`${key}: ${JSON.stringify(value)}`, ...effect.map((line) => `  ${line}`));
    }
    const text = `${lines.join("\n")}\n`;
    await expect(text).toMatchFileSnapshot(`snapshots/keys-${target}.txt`);
  });
});

const states = path.join(repository, "test/support/states");
const recorded = fs.readdirSync(states).map((file): [string, Record<string, unknown>] => {
  const { config } = JSON.parse(fs.readFileSync(path.join(states, file), "utf8")) as {
    config: Record<string, unknown>;
  };
  return [file, config];
});

it.each([
  ...recorded,
  ...stackFiles().map((file): [string, Record<string, unknown>] => [file, readStackFile(file)]),
])("%s sets only what applies to its target", async (_, config) => {
  setConfig(config);
  expect((await readSettings()).problems).toEqual([]);
});

it("the settings of a target whose name is wrong are not held against another one", async () => {
  setConfig({ target: "esc", awsCluster: { instanceType: "c7i.large" } });
  const { problems } = await readSettings();
  expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["target"]);
});

it.each([
  ["grpcPort", { grpcPort: 0 }, "service", "grpcPort"],
  ["notebookDataFolder", { notebookDataFolder: "" }, "notebook", "dataFolder"],
  ["registry", { registryUsername: "ada" }, "registry", "username"],
  ["canaryVersion", { canaryPercent: 5 }, "service", "canary"],
  ["notebook", { notebook: false, notebookPort: 8504 }, "notebook", "port"],
])("an empty %s is none", async (_, values, component, name) => {
  expect((await argumentsOf(values))[component]?.[name]).toBeUndefined();
});

describe("the program itself reads", () => {
  beforeEach(() => {
    enterSmallProject();
  });

  async function plan(
    values: Record<string, unknown>,
    secrets: string[] = [],
  ): Promise<EnginePlan> {
    const image = { "/images/tf_serving:1/json": { Id: "sha256:1" } };
    vi.stubEnv("DOCKER_HOST", await startFakeEngine({ ...ownContainers(), ...image }));
    setConfig(values, secrets);
    return docker.preflight(await readSettings());
  }

  it("host, before DOCKER_HOST", async () => {
    const host = await startFakeEngine(ownContainers());
    expect((await plan({ host })).engine.host).toBe(host);
  });

  it("what the SavedModel shall be tagged with, and what an image is called", async () => {
    const { image } = await plan({ server: { savedModelTags: ["serve"] } });
    expect(image).toMatchObject({ savedModelTags: ["serve"], repository: "tf_serving" });
  });

  it("the registry's password, which stays a secret", async () => {
    const { registry } = await plan(login, ["registryPassword"]);
    const password = registry?.password as pulumi.Output<string>;
    expect(await pulumi.isSecret(password)).toBe(true);
    expect(await promiseOf(password)).toBe("lovelace");
  });

  it("image, in place of a build", async () => {
    const pinned = { image: "tf_serving:1", reference: "sha256:1" };
    expect(await plan({ image: "tf_serving:1" })).toMatchObject({ pinned });
  });

  it("standIns, which lets them go where they may not", async () => {
    const values = { baseImage: "tfserving-airgap/serving:1", registry };
    await expect(plan(values)).rejects.toThrow("set standIns to true");
    expect((await plan({ ...values, standIns: true })).image).toMatchObject({
      repository: `${registry}/tf_serving`,
    });
  });
});

it.each<[TargetName, string, string, string]>([
  ["docker", "service", "server.models[0].name", "server.models[0].name"],
  ["docker", "image", "models[2].versions[0]", "server.models[2].versions[0]"],
  ["docker", "service", "canary.percent", "canaryPercent"],
  ["docker", "notebook", "gpus", "gpus"],
  ["docker", "registry", "username", "registryUsername"],
  ["swarm", "service", "constraints[1]", "swarmConstraints[1]"],
  ["ecs", "service", "autoscaling.cpuPercent", "awsService.autoscaling.cpuPercent"],
  ["ecs", "service", "replicas", "replicas"],
  ["ecs", "notebook", "localPort", "notebookPort"],
  ["ecs", "notebook", "gpus", "awsNotebook.gpus"],
  ["ecs", "image", "gpus", "gpus"],
  ["ecs", "", "cluster.maxInstances", "awsCluster.maxInstances"],
  ["kubernetes", "service", "clusterDomain", "kubernetesCluster.clusterDomain"],
  ["kubernetes", "service", "labels.team", "kubernetesLabels.team"],
  ["kubernetes", "service", "modelVolume.image", "kubernetesModelVolume.image"],
])("on %s the argument %s %s is said of %s", (target, component, propertyPath, key) => {
  expect(byKey(target, component, [{ propertyPath, reason: "" }])).toEqual([
    { propertyPath: key, reason: "" },
  ]);
});

it("a sentence that names another argument names its key", () => {
  const reason = 'is "birds" as in models[0]';
  expect(byKey("docker", "image", [{ propertyPath: "models[1].name", reason }])).toEqual([
    { propertyPath: "server.models[1].name", reason: 'is "birds" as in server.models[0]' },
  ]);
});
