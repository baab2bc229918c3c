import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  modelServiceDefaults,
  resolveEcsModelServiceArgs,
  resolveKubernetesModelServiceArgs,
  resolveSwarmModelServiceArgs,
} from "../../../components";
import { fewestReplicas } from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { loadEcsSettings } from "../../../program/ecs/ecsSettings";
import { loadKubernetesSettings } from "../../../program/kubernetes/kubernetesSettings";
import { loadSettings } from "../../../settings";
import { networkAnswers } from "../../support/awsNetworkMocks";
import { kubeconfigFile, startFakeCluster } from "../../support/fakeCluster";
import { ownContainers, startFakeEngine, swarmAnswers, swarmNode } from "../../support/fakeEngine";
import { startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import { projectFile, repository, setConfig } from "../../support/stackConfig";

type Values = Record<string, unknown>;
interface Target {
  /** What a stack cannot do without. */
  needed?: Values;
  /** The service's settings. */
  load: () => Promise<{ service: object }>;
  /** What the component makes of no arguments. */
  own: () => object;
  /** Where the arguments are described. */
  args: string;
}

const image = { image: "", modelName: "my_model" };
const place = { clusterArn: "", clusterName: "", capacityProviderName: "", vpcId: "" };
const targets: Record<string, Target> = {
  docker: {
    load: loadSettings,
    own: () => modelServiceDefaults,
    args: "docker/modelServiceArgs.ts",
  },
  swarm: {
    load: loadSettings,
    own: () => resolveSwarmModelServiceArgs(image),
    args: "swarm/swarmModelServiceArgs.ts",
  },
  ecs: {
    needed: { awsCluster: { instanceType: "c7i.xlarge" } },
    load: loadEcsSettings,
    own: () => resolveEcsModelServiceArgs({ ...image, ...place, repositoryArn: "", subnetIds: [] }),
    args: "aws/service/ecsModelServiceArgs.ts",
  },
  kubernetes: {
    needed: { registry: "registry.example.com:5000" },
    load: async () => {
      const { service } = await loadKubernetesSettings();
      // The component has a default for it beside autoscaling's.
      return { service: { ...service, replicas: fewestReplicas(service) } };
    },
    own: () => resolveKubernetesModelServiceArgs({ ...image, namespace: "default" }),
    args: "kubernetes/kubernetesModelServiceArgs.ts",
  },
};

/** Settings that more than one target has, or that are left to the target. */
const shared = [
  "replicas",
  "cpus",
  "memoryMb",
  "serviceName",
  "publishAddress",
  "restPort",
  "pids",
  "strategy",
  "drainSeconds",
  "startTimeoutSeconds",
  "schedulingTimeoutSeconds",
  "balancerImage",
];

beforeEach(async () => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  vi.stubEnv("KUBECONFIG", kubeconfigFile(await startFakeCluster()));
  await startMocks({
    answers: networkAnswers(() => ({
      vpcId: "vpc-00000001",
      subnets: ["subnet-0000000a", "subnet-0000000b"],
    })),
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(Object.entries(targets))("a stack on %s that sets nothing", (target, of) => {
  async function settings(): Promise<Values> {
    const swarm = target === "swarm" ? swarmAnswers([swarmNode()]) : {};
    vi.stubEnv("DOCKER_HOST", await startFakeEngine({ ...ownContainers(), ...swarm }));
    setConfig({ target, ...of.needed });
    return { ...(await of.load()).service };
  }

  const own: Values = { ...of.own() };
  const keys = shared.filter((key) => own[key] !== undefined);

  it("has what the component does without arguments", async () => {
    const given = await settings();
    expect(only(given, keys)).toEqual(only(own, keys));
  });

  it("has what the component's arguments say", () => {
    const source = fs.readFileSync(path.join(repository, "components", of.args), "utf8");
    for (const key of keys) {
      const said = documented(source, key);
      const named = /^(?:\w+\.)?"?([^",]+)"?/.exec(said)?.[1].trim();
      expect(named?.toLowerCase(), key).toBe(String(own[key]).toLowerCase());
    }
  });

  it("has what Pulumi.yaml says", () => {
    for (const key of keys) {
      const { default: value, description } = projectFile.config[key];
      expect(said(value, description, target), key).toBe(String(own[key]));
    }
  });
});

/** What follows `@default` in the comment of an argument. */
function documented(source: string, key: string): string {
  const before = source.slice(0, source.lastIndexOf(`\n  ${key}?:`));
  const comment = before.slice(before.lastIndexOf("/**")).replace(/\s*\n\s*\*?\s*/g, " ");
  return /@default (.*?)\s*(?:@see|\*?\/|$)/.exec(comment)?.[1] ?? "";
}

/** The default, or what the description says that it stands for on a target. */
function said(value: unknown, description: string, target: string): string {
  if (value !== 0 && value !== "") {
    return String(value);
  }
  const [, own] = /\b(?:0|empty) for (.*)/.exec(description) ?? [];
  const parts = (own ?? "").replace("the target's own: ", "").matchAll(/(\S+) on ([a-z ]+)/g);
  for (const [, amount, places] of parts) {
    if (places.split(" and ").some((place) => place.trim() === target)) {
      return amount;
    }
  }
  return /^([^\s;,]+)/.exec(own ?? "")?.[1] ?? "";
}

function only(values: Values, keys: string[]): Values {
  return Object.fromEntries(keys.map((key) => [key, values[key]]));
}
