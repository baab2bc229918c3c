import type { Machine, Room } from "../targets/target";

/** What a stack asks for, beside its balancers. */
export interface Asked {
  readonly replicas: number;
  readonly memoryMb: number;
  readonly cpus: number;
}

/**
 * Why a stack has no room; undefined where it has. Containers are put on the machine that has most
 * left, the largest first.
 */
export function whyNoRoom(room: Room, asked: Asked): string | undefined {
  const { replicas, memoryMb, cpus } = asked;
  const { balancers, balancerMemoryMb } = room;
  const left = room.machines.map((machine) => ({
    memoryMb: machine.memoryMb - machine.promisedMb,
    cpus: machine.freeCpus ?? Infinity,
  }));
  const wanted = [
    ...Array<Need>(replicas).fill({ memoryMb, cpus }),
    ...Array<Need>(balancers).fill({ memoryMb: balancerMemoryMb, cpus: 0 }),
  ].sort((a, b) => b.memoryMb - a.memoryMb);
  return wanted.every((need) => place(need, left))
    ? undefined
    : `it asks for ${replicas} ${replicas === 1 ? "replica" : "replicas"} of ${memoryMb} MiB and ` +
        `${balancers} ${balancers === 1 ? "balancer" : "balancers"} of ${balancerMemoryMb} MiB, and ` +
        text(room.machines, cpus);
}

interface Need {
  readonly memoryMb: number;
  readonly cpus: number;
}

/** Takes a container's share of the roomiest machine that it fits on. */
function place(need: Need, left: { memoryMb: number; cpus: number }[]): boolean {
  const [roomiest] = left
    .filter((machine) => machine.memoryMb >= need.memoryMb && machine.cpus >= need.cpus)
    .sort((a, b) => b.memoryMb - a.memoryMb);
  if (roomiest) {
    roomiest.memoryMb -= need.memoryMb;
    roomiest.cpus -= need.cpus;
  }
  return roomiest !== undefined;
}

function text(machines: Machine[], cpus: number): string {
  const each = machines.map(({ name, memoryMb, promisedMb, freeCpus }) => {
    const left = `${Math.max(0, memoryMb - promisedMb)} of ${memoryMb} MiB`;
    const leftCpus =
      freeCpus === undefined ? "" : ` and ${freeCpus} CPUs, of which each replica takes ${cpus},`;
    return `${name} has ${left}${leftCpus} that are not promised to other containers`;
  });
  return each.join(", ") || "there is no machine that takes containers";
}
