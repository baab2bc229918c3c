import * as fs from "fs";
import * as path from "path";
import { makeAuthority } from "../test/support/certificates";
import { goodKey, goodKeyHash } from "../test/support/goodClient";
import { samplePredictMessage } from "../test/support/sampleRequests";
import { predictMethod } from "../test/support/servingGrpc";
import { temporaryFolder } from "../test/unit/tfserving/savedModelFile";
import { frame, grpcHeaders } from "./support/calls";
import { peers } from "./support/compose";
import { measure, say, size } from "./support/measure";
import type { Goal } from "./support/section";
import {
  type BalancerSetup,
  type Rounds,
  type ThroughBalancer,
  throughBalancer,
} from "./support/throughBalancer";

const [plain, all, withTls] = ["this balancer", "with callers, limits and the log", "and with TLS"];
const guides = "the guides' HAProxy";
const rounds = size(7, 2);

/** Calls of a kind, and the processor time of each in a replica with the pace of the real server. */
type Kind = Pick<Rounds, "calls" | "count"> & { busyMs: number };

measure("edge", 40, async (later) => {
  const folder = temporaryFolder();
  const setups = setupsOf(folder);
  const kinds = await kindsOf();
  const rows: string[][] = [];
  const found: Record<string, ThroughBalancer> = {};
  for (const [kind, { busyMs, ...sent }] of Object.entries(kinds)) {
    for (const [name, setup] of Object.entries(setups)) {
      const given = { ...sent, rounds, seconds: size(2, 1) };
      const busy = await throughBalancer(setup, { busyMs, cpus: 1 }, given, folder, later);
      const half = { perSecond: busy.direct / 2, ownCore: true };
      const idle = await throughBalancer(setup, { cpus: 1 }, { ...given, half }, folder, later);
      found[`${kind} ${name}`] = { ...busy, added: idle.added };
      for (const [time, one] of [
        [busyMs, busy],
        [0, idle],
      ] as const) {
        const row = [`${kind}, ${time} ms, ${name}`, ...cells(one)];
        say(row.join("  "));
        rows.push(row);
      }
    }
  }
  return {
    title: "What callers, limits and the log cost",
    how: [
      "Four pictures of 0.60 MB or eight small calls at a time; of gRPC on one connection, by h2load, " +
        `of REST on one for each, by wrk. Each figure is the median of ${rounds} rounds, direct and balanced in ` +
        "turns, and of their own ratios. The replica is a program in Go on one CPU that takes so much " +
        "processor time for a call, as TensorFlow Serving does, or none. Replica and balancer are reached " +
        "at their containers' addresses.",
      "What is added at half load comes from vegeta, which sends half as many calls as the replica that " +
        "takes time can answer directly, evenly spaced. Before that replica all share the cores, and what " +
        "is added is also what they wait for each other. To the replica that takes none the same number of " +
        "calls is sent, and the balancer has a core to itself: these times are the balancer's own, and " +
        "the goals are about them.",
    ],
    goals: Object.keys(kinds).flatMap((kind) => goalsOf(kind, found)),
    tables: [{ columns: ["", "direct", "balanced", "ratio", "added p50", "added p99"], rows }],
    notMeasured: [
      "A balancer on another machine than its replica: the network's time comes on top.",
    ],
  };
});

function setupsOf(folder: string): Record<string, BalancerSetup> {
  const pair = { key: "key.pem", certificate: "certificate.pem" };
  makeAuthority(folder, pair, "bench");
  const read = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");
  const limits = { queuedPerReplica: 1000, queueMilliseconds: 5000 };
  const everything = {
    auth: { apiKeys: { good: [goodKeyHash] } },
    limits: { ...limits, requestsPerSecond: 1_000_000, callsAtATime: 1000 },
  };
  const served = { certificate: read(pair.certificate), privateKey: read(pair.key) };
  const encrypted = { ...everything, tls: { selfSigned: true }, served };
  return {
    [plain]: { edge: { limits } },
    [all]: { edge: everything },
    [withTls]: { edge: encrypted, secure: true },
    [guides]: { edge: {}, config: peerConfig() },
  };
}

async function kindsOf(): Promise<Record<string, Kind>> {
  const key = { "x-api-key": goodKey };
  const grpc = { api: "grpc", path: predictMethod, headers: { ...grpcHeaders, ...key } } as const;
  const rest = { api: "rest", path: "/v1/models/good:predict", headers: key } as const;
  const picture = frame(await samplePredictMessage("images"));
  const [message, json] = [frame(Buffer.alloc(60)), Buffer.from('{"instances": [1, 2, 3, 4]}')];
  const [pictures, small] = [size(300, 60), size(6000, 1000)];
  return {
    "gRPC picture": { calls: { ...grpc, body: picture, atATime: 4 }, count: pictures, busyMs: 2.4 },
    "gRPC small": { calls: { ...grpc, body: message, atATime: 8 }, count: small, busyMs: 0.2 },
    "REST small": { calls: { ...rest, body: json, atATime: 8 }, count: small, busyMs: 0.2 },
  };
}

function goalsOf(kind: string, found: Record<string, ThroughBalancer>): Goal[] {
  const least = kind.endsWith("picture") ? 0.85 : 0.8;
  const [open, closed] = [found[`${kind} ${all}`], found[`${kind} ${withTls}`]];
  const tls = closed.balanced / open.balanced;
  const { p50, p99 } = open.added;
  return [
    {
      goal: `${kind}: ${least} of direct at least, with callers, limits and the log`,
      result: open.ratio.toFixed(2),
      met: open.ratio >= least,
    },
    {
      goal: `${kind}: at half load p50 0.5 ms and p99 2 ms longer at most, likewise, on its own core`,
      result: `${p50.toFixed(2)} ms, ${p99.toFixed(2)} ms`,
      met: p50 <= 0.5 && p99 <= 2,
    },
    {
      goal: `${kind}: with TLS 0.85 of without, on connections that are kept`,
      result: tls.toFixed(2),
      met: tls >= 0.85,
    },
  ];
}

function cells({ direct, balanced, ratio, added }: ThroughBalancer): string[] {
  const ms = (time: number) => `${time.toFixed(2)} ms`;
  return [
    ...[direct, balanced].map((one) => `${one.toFixed(0)}/s`),
    ...[ratio.toFixed(2), ms(added.p50), ms(added.p99)],
  ];
}

/** The HAProxy of the guides, as the peers have it. */
function peerConfig(): string {
  return fs
    .readFileSync(path.join(peers, "haproxy.cfg"), "utf8")
    .replaceAll('"${REPLICAS}"', "replica")
    .replaceAll("${MODEL_NAME}", "good");
}
