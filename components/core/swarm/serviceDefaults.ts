import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { durationText } from "../engine/providerText";

/**
 * Hardening of every task, as far as the provider knows Swarm's: it has neither
 * no-new-privileges nor a limit of processes, and Swarm itself none of swap.
 */
export const hardenedTask = {
  capDrops: ["ALL"],
  readOnly: true,
} satisfies Partial<docker.types.input.ServiceTaskSpecContainerSpec>;

/** Rotates the log of every task. */
export const logDriver = {
  name: "json-file",
  options: { "max-size": "10m", "max-file": "3" },
} satisfies docker.types.input.ServiceTaskSpecLogDriver;

/** Brings a task back whatever ended it. */
export const restartPolicy = {
  condition: "any",
  delay: "2s",
  maxAttempts: 0,
  window: "0s",
} satisfies docker.types.input.ServiceTaskSpecRestartPolicy;

/** Seconds as the provider spells a service's durations: 60 is `1m`. */
export function serviceDuration(seconds: number): string {
  return durationText(seconds).replace(/m0s$/, "m").replace(/h0m$/, "h");
}

/** A file system in memory at /tmp; Docker makes it nosuid, nodev and noexec. */
export function temporaryMount(
  megabytes: number,
): docker.types.input.ServiceTaskSpecContainerSpecMount {
  // The provider reads the mode back without its sticky bit.
  const tmpfsOptions = { sizeBytes: megabytes * 2 ** 20, mode: 0o777 };
  return { type: "tmpfs", target: "/tmp", tmpfsOptions };
}

/** CPUs and MiB as the provider takes them. */
export function amounts(cpus: number, memoryMb: number) {
  return { nanoCpus: Math.round(cpus * 1e9), memoryBytes: memoryMb * 2 ** 20 };
}

/**
 * What every node can start: the image by the digest that a registry gave it, else by its id on
 * the one node there is.
 *
 * @param propertyPath - the argument that names the image
 * @throws RunError where other nodes would have to pull an image that no registry has
 */
export function imageForNodes(
  image: docker.RemoteImage,
  propertyPath: string,
  nodes: number,
): pulumi.Output<string> {
  return pulumi
    .all([image.name, image.repoDigest, image.imageId])
    .apply(([name, repoDigest, imageId]) => {
      if (!repoDigest && nodes > 1) {
        throw new pulumi.RunError(
          `${propertyPath} is ${name}, which no registry has, and the swarm has ${nodes} nodes: ` +
            "push it to a registry that all of them can pull from, and name it there",
        );
      }
      return repoDigest || imageId;
    });
}

/** How long to wait for all tasks of a service; pulling an image is not counted by Swarm itself. */
export function convergeWithin(
  batches: number,
  startSeconds: number,
): { timeout: string } & {
  delay: string;
} {
  const pullSeconds = 120;
  const batchSeconds = startSeconds + 15;
  return { delay: "2s", timeout: `${pullSeconds + batches * batchSeconds}s` };
}
