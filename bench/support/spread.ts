import { startLoad } from "../../test/support/load";
import { say } from "./measure";
import { grpcTarget } from "./releaseLoad";
import { Goal } from "./section";

const goalShare = 0.05;

/** How the calls of one gRPC connection were spread over replicas. */
export interface Spread {
  /** Calls at a time. */
  underWay: number;
  /** Calls that each replica got. */
  shares: number[];
  /** Of the replica furthest off: by how much of an even share. */
  off: number;
}

export interface SpreadOptions {
  /** Of 127.0.0.1. */
  grpcPort: number;
  /** Small predictions to send. */
  calls: number;
  /** Calls at a time. */
  underWay: number;
  replicas: number;
  /** Calls that each replica has got so far, by any name; those without one may be left out. */
  count: () => Record<string, number> | Promise<Record<string, number>>;
}

/** Sends calls on one connection and counts which replica got them. */
export async function measureSpread(options: SpreadOptions): Promise<Spread> {
  const { grpcPort, calls, underWay, replicas, count } = options;
  const before = await count();
  const load = { concurrency: underWay, connections: 1, maxRequests: calls };
  const { failed } = await startLoad({ target: grpcTarget(grpcPort), ...load }).ended;
  const shares = Object.entries(await count()).map(([name, total]) => total - (before[name] ?? 0));
  while (shares.length < replicas) shares.push(0);
  const even = calls / replicas;
  const off = Math.max(...shares.map((share) => Math.abs(share - even) / even));
  say(`${underWay} under way: ${shares.join(" / ")}, ${failed} failed`);
  return { underWay, shares, off };
}

/** Whether the spreads are even enough. */
export function spreadGoal(spreads: Spread[]): Goal {
  const worst = Math.max(...spreads.map(({ off }) => off));
  return {
    goal: `every replica within ${percent(goalShare)} of an even share`,
    result: `${percent(worst)} off at most`,
    met: worst <= goalShare,
  };
}

/** A row for the page. */
export function spreadCells({ underWay, shares, off }: Spread): string[] {
  return [String(underWay), shares.join(" / "), percent(off)];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
