import * as os from "os";
import { balancerImage, type BalancerEdge } from "../../test/support/balancer";
import type { EchoSettings } from "../../test/support/echo";
import { docker } from "../../test/support/docker";
import { type EchoBalancer, startEchoBalancer } from "../../test/support/echoBalancer";
import { until } from "../../test/support/until";
import type { Calls, CallTarget } from "./calls";
import { h2load } from "./h2load";
import { median } from "./measure";
import { type CallTimes, vegeta } from "./vegeta";
import { wrk } from "./wrk";

/** A balancer that is measured. */
export interface BalancerSetup {
  edge: BalancerEdge;
  /** HAProxy's configuration in place of this project's. @default - what `edge` makes */
  config?: string;
  /** Whether clients come with TLS. @default false */
  secure?: boolean;
}

/** What is sent, and how often. */
export interface Rounds {
  calls: Calls;
  /** Of gRPC, calls in a round. */
  count: number;
  /** Of REST and at half load, how long a round takes. */
  seconds: number;
  rounds: number;
  /** Half load. @default - half of what is possible directly, on cores that all share */
  half?: HalfLoad;
}

/** Calls at half load. */
export interface HalfLoad {
  perSecond: number;
  /** Whether the balancer has the last core to itself, and replica and load have the others. */
  ownCore: boolean;
}

/** Medians of all rounds. */
export interface ThroughBalancer {
  /** Calls per second. */
  direct: number;
  balanced: number;
  /** Of balanced to direct, the median of the rounds' own. */
  ratio: number;
  /** What the balancer adds at half load. */
  added: CallTimes;
}

/**
 * Sends calls to a replica and, in turns, through a balancer before it. Both are reached at their
 * containers' addresses.
 *
 * @param folder - for files
 * @param later - runs clean-ups
 */
export async function throughBalancer(
  { edge, config, secure }: BalancerSetup,
  replica: EchoSettings,
  { calls, count, seconds, rounds, half }: Rounds,
  folder: string,
  later: (cleanUp: () => unknown) => void,
): Promise<ThroughBalancer> {
  const balancer = await startEchoBalancer(balancerImage(), [replica], edge, config);
  later(() => balancer.remove());
  if (config !== undefined) {
    const status = `http://${balancer.address}:8501/v1/models/good`;
    await until("it answers", async () => (await fetch(status)).ok);
  }
  const port = calls.api === "grpc" ? 8500 : 8501;
  const targets: CallTarget[] = [
    { address: balancer.replicas[0].address, port },
    { address: balancer.address, port, secure },
  ];
  const [direct, balanced] = await inTurns(rounds, targets, (target) =>
    calls.api === "grpc"
      ? h2load(calls, count, target, folder)
      : wrk(calls, seconds, target, folder),
  );
  const { perSecond, ownCore } = half ?? { perSecond: median(direct) / 2, ownCore: false };
  const cores = ownCore ? separate(balancer) : undefined;
  const times = await inTurns(rounds, targets, (target) =>
    vegeta(calls, { perSecond, seconds }, target, folder, cores),
  );
  balancer.remove();
  return {
    direct: median(direct),
    balanced: median(balanced),
    ratio: median(direct.map((one, round) => balanced[round] / one)),
    added: addedTimes(times),
  };
}

/** Gives the balancer the last core and its replicas the others, which it returns. */
function separate({ id, replicas }: EchoBalancer): string {
  const last = os.cpus().length - 1;
  if (last < 1) throw new Error("A balancer with a core of its own takes two: there is one.");
  const others = `0-${last - 1}`;
  docker("update", "--cpuset-cpus", String(last), id);
  for (const one of replicas) docker("update", "--cpuset-cpus", others, one.id);
  return others;
}

/** For each target what each round gave. */
async function inTurns<T>(
  rounds: number,
  targets: CallTarget[],
  measured: (target: CallTarget) => Promise<T>,
): Promise<T[][]> {
  const found: T[][] = targets.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [place, target] of targets.entries()) found[place].push(await measured(target));
  }
  return found;
}

function addedTimes([direct, balanced]: CallTimes[][]): CallTimes {
  const added = (which: keyof CallTimes) =>
    median(direct.map((one, round) => balanced[round][which] - one[which]));
  return { p50: added("p50"), p99: added("p99") };
}
