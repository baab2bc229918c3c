import { createHash } from "crypto";
import { maxReplicas } from "../serving/balancer/ports";

/**
 * User ids for a set of containers: its first one's, which the next ones follow.
 *
 * RLIMIT_NPROC, the one limit of processes that Docker's provider knows, counts all processes of a
 * user on the host, whichever container they are in. So each container has an id of its own: those
 * of another stack, and those that a release replaces, come from another `key`.
 *
 * They are below 65534 (nobody), the most that a remapped user namespace has by default.
 *
 * @param key - what tells the set from every other that runs beside it
 * @see https://man7.org/linux/man-pages/man2/setrlimit.2.html
 * @see https://docs.docker.com/engine/security/userns-remap/
 */
export function firstUserId(key: string): number {
  const digest = createHash("sha256").update(key).digest().readUInt32BE();
  return lowestId + (digest % (highestId - maxReplicas - lowestId));
}

// Above the ids that Linux distributions and images give away.
const lowestId = 10_002;
const highestId = 65_533;
