import { balancerImage, startBalancer } from "../../test/support/balancer";
import { predictMethod } from "../../test/support/servingGrpc";
import { temporaryFolder } from "../../test/unit/tfserving/savedModelFile";
import { h2load } from "./h2load";
import { median, say } from "./measure";

/**
 * Processor time of each call in a peer that stands for TensorFlow Serving; Node's own comes on top. With
 * it the peer answers about as many pictures as the real server on one CPU: 283 to 310 per second.
 */
export const peerBusyMs = 2.4;

/** What is asked for in each round, direct and balanced in turns. */
interface PictureLoad {
  rounds: number;
  /** Calls in a round. */
  calls: number;
  /** Calls under way at a time, on one connection. */
  atATime: number;
  /** The serialized message. */
  request: Uint8Array;
}

/** Calls per second; the medians of all rounds. */
export interface PictureRow {
  name: string;
  direct: number;
  balanced: number;
  /** Of balanced to direct, the median of the rounds' own. */
  ratio: number;
}

/** Peers before the balancer: one that stands for the server, one that computes nothing. */
export async function peerRows(
  load: PictureLoad,
  later: (cleanUp: () => unknown) => void,
): Promise<PictureRow[]> {
  const rows: PictureRow[] = [];
  for (const busyMs of [peerBusyMs, 0]) {
    const times = { restMs: 31_000, grpcMs: 60_000 };
    const replica = { BUSY_MS: String(busyMs) };
    const balancer = await startBalancer(balancerImage(), times, [replica]);
    later(() => balancer.remove());
    const ports = { direct: balancer.directPort, balanced: balancer.grpcPort };
    rows.push(await pictureRow({ ...load, name: `a peer that computes ${busyMs} ms` }, ports));
  }
  return rows;
}

/** @param ports - of 127.0.0.1, for gRPC */
async function pictureRow(
  { name, rounds, calls, atATime, request }: PictureLoad & { name: string },
  ports: { direct: number; balanced: number },
): Promise<PictureRow> {
  const folder = temporaryFolder();
  const rate = (port: number) =>
    h2load({ port, method: predictMethod, request, atATime, calls }, folder);
  const [direct, balanced]: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    direct.push(await rate(ports.direct));
    balanced.push(await rate(ports.balanced));
  }
  const row = {
    name,
    direct: median(direct),
    balanced: median(balanced),
    ratio: median(direct.map((one, round) => balanced[round] / one)),
  };
  say(`${name}: ${row.direct.toFixed(0)}/s direct, ratio ${row.ratio.toFixed(2)}`);
  return row;
}
