import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import type { Registration } from "./mocks";
import { runProgram } from "./runProgram";
import { enterSmallProject } from "./smallProject";

const registry = "registry.example.com:5000";
const login = { registryUsername: "publisher", registryPassword: "secret" };
const canary = { modelFolder: "two/models", modelVersion: "3", canaryVersion: "12" };

/** Settings that declare as many kinds of resources as there are, by target. */
export const everyTarget: Record<string, Record<string, unknown>> = {
  docker: { target: "docker", registry, ...login, ...canary, replicas: 2 },
  "docker, in place": { target: "docker", registry, strategy: "inPlace", replicas: 2 },
  swarm: { target: "swarm", registry, ...login, replicas: 2 },
  ecs: { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } },
  kubernetes: {
    ...{ target: "kubernetes", registry, ...login, ...canary },
    kubernetesService: { network: { clients: [{ cidr: "192.0.2.0/24" }] } },
  },
};

/** What the program declares with these settings in a first update. */
export async function declaredWith(settings: Record<string, unknown>): Promise<Registration[]> {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  return (await runProgram(settings, { preview: settings.target === "ecs" })).recording.resources;
}
