import * as docker from "@pulumi/docker";

import { DockerModelService, DockerModelServiceArgs } from "../../../components";
import { engine } from "../../support/fakeEngine";
import { type Recording, type Registration, settle, startMocks } from "../../support/mocks";

export const component = "tfserving:index:DockerModelService";
export const container = "docker:index/container:Container";
export const network = "docker:index/network:Network";
export const volume = "docker:index/volume:Volume";
export const remoteImage = "docker:index/remoteImage:RemoteImage";

/** A service named "serving" and what it registered. */
export interface CreatedService {
  service: DockerModelService;
  recording: Recording;
  /** Everything of Docker, in the order of registration. */
  children: Registration[];
  replicas: Registration[];
  balancer: Registration;
}

/**
 * Creates a service on a provider of its own and waits for all of it.
 *
 * @param args - called once resources can be created
 */
export async function createService(
  args: () => Partial<DockerModelServiceArgs> = () => ({}),
  options?: { preview: boolean },
): Promise<CreatedService> {
  const recording = await startMocks(options);
  const provider = new docker.Provider("docker", { host: engine.host });
  const service = new DockerModelService(
    "serving",
    { image: "sha256:model", modelName: "my_model", ...args() },
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

/** Labels as they reach Docker's provider, sorted by name. */
export function labels(part: string, more: Record<string, string> = {}) {
  const all = { ...more, "tfserving.part": part, "tfserving.stack": "tfserving/dev" };
  return Object.entries(all)
    .map(([label, value]) => ({ label, value }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}
