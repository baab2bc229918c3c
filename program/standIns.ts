import type { Problem } from "@tf-model-serving/core";
import type { ByTarget, TargetName } from "./config/key";

/** Where the images of a stack go. */
export interface Destination {
  /** Where the service runs, as the config key `target` has it. */
  target: string;
  /** Registry that the serving image is pushed to. @default - it is not pushed */
  registry?: string;
  /** Address of the Docker Engine, such as `unix:///var/run/docker.sock`. @default - it did not answer */
  host?: string;
  /** Nodes of the engine's swarm, as far as it knows. @default 1 */
  nodes?: number;
}

/** The settings that name an image which airgap/images has a stand-in for. */
export type ImageKey = "baseImage" | "balancerImage" | "notebookImage";

const localEngine = /^(unix:|npipe:|tcp:\/\/(127\.|localhost\b|\[::1\]))/;
/** Targets that are never on this machine. */
const elsewhere: ByTarget<string> = {
  ecs: "the service runs on AWS",
  kubernetes: "the service runs on a Kubernetes cluster",
};

/** Whether an image is a stand-in: airgap/images builds them all under these names. */
export function isStandIn(image: string): boolean {
  return image.startsWith("tfserving-airgap/");
}

/**
 * Why a stand-in may not take the place of an image, unless the config key `standIns` says so: on a
 * Docker Engine of this machine it helps to try things out, and anywhere else others would take it
 * for the real server.
 *
 * @returns where it would go; undefined where it stays on this machine
 */
export function whyNoStandIn(
  key: ImageKey,
  { target, registry, host, nodes = 1 }: Destination,
): string | undefined {
  if (elsewhere[target as TargetName]) {
    return elsewhere[target as TargetName];
  }
  if (target === "swarm" && nodes > 1) {
    return `the service runs on a swarm of ${nodes} nodes`;
  }
  if (host !== undefined && !localEngine.test(host)) {
    return `${host} is the Docker Engine of another machine`;
  }
  return registry !== undefined && key === "baseImage"
    ? `the image that is built on it is pushed to ${registry}`
    : undefined;
}

/** Stand-ins that may not be where a stack would bring them, by config key. */
export function checkStandIns(
  images: Partial<Record<ImageKey, string>>,
  destination: Destination,
  allowed: boolean,
): Problem[] {
  return (Object.entries(images) as [ImageKey, string | undefined][]).flatMap(([key, image]) => {
    const why = image && isStandIn(image) && !allowed ? whyNoStandIn(key, destination) : undefined;
    const reason = `is ${image}, a stand-in that airgap/images built, and ${why}: name the real image, or set standIns to true`;
    return why ? [{ propertyPath: key, reason }] : [];
  });
}
