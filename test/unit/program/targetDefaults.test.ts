import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { modelServiceDefaults, resolveSwarmModelServiceArgs } from "@tf-model-serving/core";
import { resolveEcsModelServiceArgs } from "@tf-model-serving/aws";
import { fewestReplicas, resolveKubernetesModelServiceArgs } from "@tf-model-serving/kubernetes";
import { feedsOf, type Key, type TargetName } from "../../../program/config/key";
import { table } from "../../../program/config/table";
import { repository } from "../../support/stackConfig";

interface Service {
  /** What the component makes of no arguments. */
  own: object;
  /** Where the arguments are described. */
  args: string;
}

const image = { image: "", modelName: "my_model" };
const place = { clusterArn: "", clusterName: "", capacityProviderName: "", vpcId: "" };
const services: Record<TargetName, Service> = {
  docker: { own: modelServiceDefaults, args: "core/docker/modelServiceArgs.ts" },
  swarm: { own: resolveSwarmModelServiceArgs(image), args: "core/swarm/swarmModelServiceArgs.ts" },
  ecs: {
    own: resolveEcsModelServiceArgs({ ...image, ...place, repositoryArn: "", subnetIds: [] }),
    args: "aws/service/ecsModelServiceArgs.ts",
  },
  kubernetes: {
    own: {
      ...resolveKubernetesModelServiceArgs({ ...image, namespace: "default" }),
      replicas: fewestReplicas({}),
    },
    args: "kubernetes/kubernetesModelServiceArgs.ts",
  },
};

/** What the program does itself, or what follows from other arguments. */
const others = ["modelName", "stopGraceSeconds", "address", "balancers", "gpus"];

describe.each(Object.entries(services))("a service on %s", (target, { own, args }) => {
  // Its own come after those that all targets share.
  const source = ["core/serving/replicaArgs.ts", args]
    .map((file) => fs.readFileSync(path.join(repository, "components", file), "utf8"))
    .join("");
  const defaults = Object.entries<Key>(table).flatMap(([name, key]) =>
    feedsOf(key, target as TargetName).flatMap(({ argument, field }) => {
      const [component, property] = argument.split(".");
      const value = (own as Record<string, unknown>)[property];
      const isJudged = component === "service" && field === undefined && value !== undefined;
      return isJudged && !others.includes(property) ? [{ name, key, property, value }] : [];
    }),
  );

  it("has defaults to compare", () => {
    expect(defaults.length).toBeGreaterThan(5);
  });

  it.each(defaults)("has the default of $name that the table tells", ({ key, value }) => {
    expect(String(key.own?.[target as TargetName] ?? key.default)).toBe(String(value));
  });

  it.each(defaults)("has the default of $name that its docstring tells", ({ property, value }) => {
    const named = /^(?:\w+\.)?"?([^",]+)"?/.exec(documented(source, property))?.[1].trim();
    expect(named?.toLowerCase()).toBe(String(value).toLowerCase());
  });
});

/** What follows `@default` in the comment of an argument. */
function documented(source: string, key: string): string {
  const before = source.slice(0, source.lastIndexOf(`\n  ${key}?:`));
  const comment = before.slice(before.lastIndexOf("/**")).replace(/\s*\n\s*\*?\s*/g, " ");
  return /@default (.*?)\s*(?:@see|\*?\/|$)/.exec(comment)?.[1] ?? "";
}
