import * as docker from "@pulumi/docker";

import { DockerModelService, DockerModelServiceArgs } from "@tf-model-serving/core";
import { engine } from "../../support/fakeEngine";
import { type Recording, type Registration, settle, startMocks } from "../../support/mocks";

export const container = "docker:index/container:Container";

/** A service named "serving" and what it registered. */
export interface CreatedService {
  service: DockerModelService;
  recording: Recording;
  /** Everything of Docker, in the order of registration. */
  children: Registration[];
  replicas: Registration[];
  balancer: Registration;
}

export type Args = Partial<DockerModelServiceArgs>;

/**
 * Creates a service on a provider of its own and waits for all of it.
 *
 * @param args - a function is called once resources can be created
 */
export async function createService(
  args: Args | (() => Args) = {},
  options?: { preview: boolean },
): Promise<CreatedService> {
  const recording = await startMocks(options);
  const provider = new docker.Provider("docker", { host: engine.host });
  const given = typeof args === "function" ? args() : args;
  const service = new DockerModelService(
    "serving",
    { image: "sha256:model", modelName: "my_model", ...given },
    { provider },
  );
  await settle();
  const children = recording.resources.filter(
    ({ type, parent }) => type.startsWith("docker:index/") && parent !== "",
  );
  return {
    service,
    recording,
    children,
    replicas: children.filter(({ name }) => name.startsWith("serving-replica-")),
    balancer: recording.find(container, "serving-balancer"),
  };
}

/** Inputs by kind and name, such as `Container serving-balancer`. */
export async function inputsOf(args: Args): Promise<Record<string, Registration["inputs"]>> {
  const { children } = await createService(args);
  return Object.fromEntries(
    children.map(({ type, name, inputs }) => [`${type.split(":").at(-1)} ${name}`, inputs]),
  );
}

/** A canary of that service. */
export const canary = { image: "sha256:next", version: "200", percent: 30 };

/** The names of those inputs that differ. */
export function changed(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys({ ...before, ...after }).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
