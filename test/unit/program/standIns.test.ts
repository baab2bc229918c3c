import { beforeEach, describe, expect, it } from "vitest";

import names from "../../../airgap/images/names.json";
import { standInRule } from "../../../cli/setup/standIns";
import { ImageKey, isStandIn, whyNoStandIn } from "../../../program/standIns";
import type { TargetName } from "../../../program/config/key";
import { standInProblems } from "../../../program/image";
import { engine } from "../../support/fakeEngine";
import { startMocks } from "../../support/mocks";
import { setConfig } from "../../support/stackConfig";

const local = "unix:///var/run/docker.sock";
const away = "ssh://me@gpu";
const registry = "registry.example.com";

it("every image that airgap builds is known as a stand-in, and no other", () => {
  expect(Object.values(names).map(isStandIn)).toEqual([true, true, true]);
  expect(isStandIn("tensorflow/serving:2.19.1")).toBe(false);
});

describe("a stand-in", () => {
  it.each<[ImageKey, object]>([
    ["baseImage", { target: "docker", host: local }],
    ["baseImage", { target: "docker", host: "tcp://127.0.0.1:2375" }],
    ["baseImage", { target: "docker", host: "npipe:////./pipe/docker_engine" }],
    ["balancerImage", { target: "docker", host: local, registry }],
    ["baseImage", { target: "swarm", host: local, nodes: 1 }],
  ])("stays on this machine as %s with %j", (key, destination) => {
    expect(whyNoStandIn(key, { target: "docker", host: local, ...destination })).toBeUndefined();
  });

  it.each<[ImageKey, object, RegExp]>([
    ["baseImage", { registry }, /pushed to registry.example.com/],
    ["balancerImage", { host: away }, /ssh:\/\/me@gpu is the Docker Engine of another machine/],
    ["balancerImage", { host: "tcp://192.0.2.1:2376" }, /another machine/],
    ["notebookImage", { target: "swarm", nodes: 3 }, /a swarm of 3 nodes/],
    ["baseImage", { target: "kubernetes" }, /Kubernetes/],
    ["notebookImage", { target: "ecs" }, /AWS/],
  ])("may not leave it as %s with %j", (key, destination, why) => {
    expect(whyNoStandIn(key, { target: "docker", host: local, ...destination })).toMatch(why);
  });
});

describe("the program", () => {
  beforeEach(startMocks);
  const problems = ({ host = local, ...config }: Record<string, unknown>) => {
    setConfig({ ...names, ...config });
    const on = { ...engine, host: String(host) };
    const target = (config.target ?? "docker") as TargetName;
    return standInProblems({ target }, on).map(({ propertyPath }) => propertyPath);
  };

  it.each([
    [{}, []],
    [{ registry }, ["baseImage"]],
    [{ registry, image: "tf_serving:1" }, []],
    [{ target: "kubernetes", notebook: false }, ["baseImage", "balancerImage"]],
    [{ target: "ecs" }, ["baseImage", "notebookImage"]],
    [{ host: away }, ["baseImage", "balancerImage", "notebookImage"]],
    [{ target: "ecs", standIns: true }, []],
    [{ registry, standIns: true }, []],
  ])("with %j refuses %j", (config, expected) => {
    expect(problems(config)).toEqual(expected);
  });
});

describe("the commands", () => {
  const ruleOf = (settings: Record<string, unknown>) => standInRule((key) => settings[key], local);

  it("have the program's rule", async () => {
    const onCluster = await ruleOf({ target: "kubernetes", registry });
    expect(onCluster("baseImage")).toMatch(/Kubernetes/);
    const here = await ruleOf({ target: "docker", registry: "" });
    expect(here("baseImage")).toBeUndefined();
    const allowed = await ruleOf({ target: "kubernetes", registry, standIns: true });
    expect(allowed("baseImage")).toBeUndefined();
  });
});
