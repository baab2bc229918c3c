import { balancerImage, type BalancerEdge } from "../../test/support/balancer";
import type { EchoSettings } from "../../test/support/echo";
import { startEchoBalancer } from "../../test/support/echoBalancer";
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
}

/** Medians of all rounds. */
export interface ThroughBalancer {
  /** Calls per second. */
  direct: number;
  balanced: number;
  /** Of balanced to direct, the median of the rounds' own. */
  ratio: number;
  /** What the balancer adds at half of what is possible directly. @default - it is not measured */
  added?: CallTimes;
}

/**
 * Sends calls to a replica and, in turns, through a balancer before it. Both are reached at their
 * containers' addresses.
 *
 * @param replica - a peer that computes nothing is not measured at half load
 * @param folder - for files
 * @param later - runs clean-ups
 */
export async function throughBalancer(
  { edge, config, secure }: BalancerSetup,
  replica: EchoSettings & { busyMs: number },
  { calls, count, seconds, rounds }: Rounds,
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
  const pace = { perSecond: median(direct) / 2, seconds };
  const times =
    replica.busyMs > 0
      ? await inTurns(rounds, targets, (target) => vegeta(calls, pace, target, folder))
      : undefined;
  balancer.remove();
  return {
    direct: median(direct),
    balanced: median(balanced),
    ratio: median(direct.map((one, round) => balanced[round] / one)),
    added: times && addedTimes(times),
  };
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
