import * as fs from "fs";
import * as path from "path";
import type { ServedCertificate } from "../components/core/serving/balancer/files";
import { balancerImage, BalancerEdge } from "../test/support/balancer";
import { makeAuthority } from "../test/support/certificates";
import { EchoSettings } from "../test/support/echo";
import { startEchoBalancer } from "../test/support/echoBalancer";
import { goodKey, goodKeyHash } from "../test/support/goodClient";
import { samplePredictMessage } from "../test/support/sampleRequests";
import { predictMethod } from "../test/support/servingGrpc";
import { until } from "../test/support/until";
import { temporaryFolder } from "../test/unit/tfserving/savedModelFile";
import { peers } from "./support/compose";
import { h2load } from "./support/h2load";
import { measure, median, say, size } from "./support/measure";

const rounds = size(7, 2);
const headers = { "x-api-key": goodKey };
// A replica with the pace of the real server on one CPU, and one that computes nothing.
const real = { picture: 2.4, small: 0.2 };

const limits = { queuedPerReplica: 1000, queueMilliseconds: 5000 };
const everything: BalancerEdge = {
  auth: { apiKeys: { good: [goodKeyHash] } },
  limits: { ...limits, requestsPerSecond: 1_000_000, callsAtATime: 1000 },
};
const all = "with callers, limits and the log";
const withTls = "and with TLS";

/** @param served - a certificate with its key */
function setupsOf(
  served: ServedCertificate,
): Record<string, { edge: BalancerEdge; config?: string }> {
  return {
    "this balancer": { edge: { limits } },
    [all]: { edge: everything },
    [withTls]: { edge: { ...everything, tls: { selfSigned: true }, served } },
    "the guides' HAProxy": { edge: {}, config: peerConfig() },
  };
}

measure("edge", 20, async (later) => {
  const loads = {
    picture: { request: await samplePredictMessage("images"), calls: size(300, 60), atATime: 4 },
    small: { request: Buffer.alloc(60), calls: size(6000, 1000), atATime: 8 },
  };
  const folder = temporaryFolder();
  const pair = { key: "key.pem", certificate: "certificate.pem" };
  makeAuthority(folder, pair, "bench");
  const read = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");
  const setups = setupsOf({ certificate: read(pair.certificate), privateKey: read(pair.key) });
  const rows: string[][] = [];
  const ratios: Record<string, number> = {};
  const passed: Record<string, number> = {};
  for (const [kind, load] of Object.entries(loads)) {
    for (const busyMs of [real[kind as keyof typeof real], 0]) {
      for (const [name, { edge, config }] of Object.entries(setups)) {
        const replica: EchoSettings = { busyMs, cpus: 1 };
        const balancer = await startEchoBalancer(balancerImage(), [replica], edge, config);
        later(() => balancer.remove());
        if (config !== undefined) {
          const status = `http://${balancer.address}:8501/v1/models/good`;
          await until("it answers", async () => (await fetch(status, { headers })).ok);
        }
        const rate = (address: string, secure = false) =>
          h2load({ ...load, address, port: 8500, method: predictMethod, headers, secure }, folder);
        const [direct, balanced]: number[][] = [[], []];
        for (let round = 0; round < rounds; round++) {
          direct.push(await rate(balancer.replicas[0].address));
          balanced.push(await rate(balancer.address, name === withTls));
        }
        const ratio = median(direct.map((one, round) => balanced[round] / one));
        const what = `${kind}, ${busyMs} ms, ${name}`;
        if (busyMs > 0) {
          ratios[`${kind} ${name}`] = ratio;
          passed[`${kind} ${name}`] = median(balanced);
        }
        balancer.remove();
        say(`${what}: ratio ${ratio.toFixed(2)}`);
        const each = [median(direct), median(balanced)].map((one) => `${one.toFixed(0)}/s`);
        rows.push([what, ...each, ratio.toFixed(2)]);
      }
    }
  }
  const goal = (kind: string, least: number) => {
    const ratio = ratios[`${kind} ${all}`];
    return {
      goal: `${kind}: ${least} of direct at least, with callers, limits and the log`,
      result: ratio.toFixed(2),
      met: ratio >= least,
    };
  };
  const encrypted = (kind: string) => {
    const ratio = passed[`${kind} ${withTls}`] / passed[`${kind} ${all}`];
    const goal = `${kind}: with TLS 0.85 of without, on a connection that is kept`;
    return { goal, result: ratio.toFixed(2), met: ratio >= 0.85 };
  };
  return {
    title: "What callers, limits and the log cost",
    how: [
      `h2load on one connection of gRPC, four pictures of 0.60 MB or eight small calls at a time; the ` +
        `median of ${rounds} rounds, direct and balanced in turns, and of their own ratios. The ` +
        "replica is a program in Go on one CPU that takes so much processor time for a call, as " +
        "TensorFlow Serving does, or none; it is reached at its container's address.",
    ],
    goals: [goal("picture", 0.85), goal("small", 0.8), encrypted("picture"), encrypted("small")],
    tables: [{ columns: ["gRPC", "direct", "balanced", "ratio"], rows }],
    notMeasured: ["The balancer on a core of its own: here it shares two with replica and load."],
  };
});

/** The HAProxy of the guides, as the peers have it. */
function peerConfig(): string {
  return fs
    .readFileSync(path.join(peers, "haproxy.cfg"), "utf8")
    .replaceAll('"${REPLICAS}"', "replica")
    .replaceAll("${MODEL_NAME}", "good");
}
