import { setImmediate } from "node:timers/promises";

import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";

import { DockerModelService, EndpointMode, SwarmModelService } from "@tf-model-serving/core";
import { KubernetesModelService } from "@tf-model-serving/kubernetes";
import { engine, swarmEngine } from "../../support/fakeEngine";
import { hold, isKnown, promiseOf, settle, startMocks } from "../../support/mocks";

type Addresses = Record<string, pulumi.Output<unknown>>;

const container = "docker:index/container:Container";
const swarmService = "docker:index/service:Service";
const deployment = "kubernetes:apps/v1:Deployment";
const image = `r.example.com/birds@sha256:${"a".repeat(64)}`;
const birds = { image, modelName: "birds", grpcPort: 8500 };

/** What clients need of a service, by target. */
const services: Record<string, () => Addresses> = {
  docker: () => {
    const provider = new docker.Provider("docker", { host: engine.host });
    return ofDocker(new DockerModelService("serving", { ...birds, replicas: 2 }, { provider }));
  },
  swarm: () => {
    const { host } = swarmEngine;
    const provider = new docker.Provider("docker", { host });
    const args = { ...birds, engine: swarmEngine, endpointMode: EndpointMode.Dnsrr };
    const registry = { registry: "r.example.com" };
    return ofDocker(new SwarmModelService("serving", { ...args, registry }, { provider }));
  },
  kubernetes: () => {
    const { restUrl, modelUrls, grpcAddress } = new KubernetesModelService(
      "serving",
      { image, modelName: "birds", namespace: "models" },
      { provider: new kubernetes.Provider("cluster") },
    );
    return { restUrl, modelUrls, grpcAddress };
  },
};

function ofDocker(service: DockerModelService | SwarmModelService): Addresses {
  const { restUrl, modelUrls, grpcAddress, networkRestUrl, networkGrpcAddress } = service;
  return { restUrl, modelUrls, grpcAddress, networkRestUrl, networkGrpcAddress };
}

/** Somebody who is told an address. */
class Client extends pulumi.CustomResource {
  constructor(addresses: Addresses) {
    super("test:index:Client", "client", addresses);
  }
}

describe("the addresses of a service", () => {
  it.each([
    ["docker", container, "serving-replica-2"],
    ["docker", container, "serving-balancer"],
    ["swarm", swarmService, "serving-replica"],
    ["swarm", swarmService, "serving-balancer"],
    ["kubernetes", deployment, "serving-replica"],
    ["kubernetes", deployment, "serving-balancer"],
  ])("on %s are known once it serves: not before %s %s is there", async (target, type, name) => {
    await startMocks();
    const last = hold(type, name);
    const addresses = services[target]();
    const told: string[] = [];
    for (const [key, address] of Object.entries(addresses)) {
      address.apply(() => told.push(key));
    }
    await last.declared;
    await everythingElse();
    expect(told).toEqual([]);
    last.release();
    await settle();
    await Promise.all(Object.values(addresses).map(promiseOf));
    expect(told.sort()).toEqual(Object.keys(addresses).sort());
  });

  it.each(Object.keys(services))("on %s are known in a preview", async (target) => {
    await startMocks({ preview: true });
    const addresses = services[target]();
    await settle();
    for (const [key, address] of Object.entries(addresses)) {
      expect(await isKnown(address), key).toBe(true);
    }
  });

  it.each(Object.keys(services))(
    "on %s stay unknown, and keep nobody waiting, where an update leaves it out",
    async (target) => {
      // What is not there, and not targeted, is unknown as in a preview.
      await startMocks({ preview: true });
      const isDryRun = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
      const addresses = services[target]();
      isDryRun.mockRestore();
      await settle();
      const known = await Promise.all(Object.values(addresses).map(isKnown));
      expect(known).toEqual(known.map(() => false));
    },
  );

  it.each(Object.keys(services))("on %s tie nobody to the replicas", async (target) => {
    const { find } = await startMocks();
    new Client(services[target]());
    await settle();
    expect(find("test:index:Client").propertyDependencies).toEqual({});
  });
});

/** Lets all go on that can. */
async function everythingElse(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await setImmediate();
  }
}
