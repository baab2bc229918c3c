import { GrpcTarget, Latency, LoadResult, RestTarget, startLoad } from "../test/support/load";
import { containers } from "../test/support/docker";
import { predictMethod } from "../test/support/servingGrpc";
import { samplePredictBody, samplePredictMessage } from "../test/support/sampleRequests";
import { startTwin } from "./support/direct";
import { standInNote } from "./support/images";
import { measure, median, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { grpcTarget, Ports, restTarget } from "./support/releaseLoad";
import { openService } from "./support/service";

// Direct and through the balancer take turns, so that what disturbs one disturbs the other.
const rounds = size(9, 1);
const secondsEach = size(6, 3);
const clients = 4;
const goals = { p50: 1, p99: 3 };

const balanced = { restPort: 18831, grpcPort: 18830 };
const direct = { restPort: 18833, grpcPort: 18832 };

type Target = RestTarget | GrpcTarget;
type Api = { name: string; target: (ports: Ports) => Target };

measure("balancer", 12, async (later) => {
  const service = await openService(
    "balancer",
    {
      restPort: String(balanced.restPort),
      grpcPort: String(balanced.grpcPort),
      replicas: "1",
      notebook: "false",
    },
    later,
  );
  await service.configure({ modelName, modelFolder: makeModel(1) });
  await service.up();
  await startTwin(containers(service.label, "replica")[0], "bench-direct", direct, later);

  const small: Api[] = [
    { name: "REST", target: ({ restPort }) => restTarget(restPort) },
    { name: "gRPC", target: ({ grpcPort }) => grpcTarget(grpcPort) },
  ];
  const latencies: Row[] = [];
  const throughputs: string[][] = [];
  for (const { name, target } of small) {
    const most = await throughput(target);
    throughputs.push(throughputRow(`${name}, small`, most));
    const perSecond = Math.floor(Math.min(most.direct, most.balanced) / 2);
    latencies.push({ name, perSecond, ...(await compare(target, perSecond)) });
    say(
      `${name} at ${perSecond}/s: ${added(latencies.at(-1)!, "p50")} p50, ${added(latencies.at(-1)!, "p99")} p99`,
    );
  }

  say("the same with pictures");
  await service.configure({});
  await service.up();
  await startTwin(
    containers(service.label, "replica")[0],
    "bench-direct-pictures",
    pictures,
    later,
  );
  const body = await samplePredictBody();
  const request = await samplePredictMessage("images");
  const large: Api[] = [
    {
      name: "REST",
      target: ({ restPort }) => ({
        api: "rest",
        url: `http://127.0.0.1:${restPort}/v1/models/my_model:predict`,
        body,
      }),
    },
    {
      name: "gRPC",
      target: ({ grpcPort }) => ({
        api: "grpc",
        address: `127.0.0.1:${grpcPort}`,
        method: predictMethod,
        request,
      }),
    },
  ];
  for (const { name, target } of large) {
    throughputs.push(throughputRow(`${name}, a picture`, await throughput(target, pictures)));
  }

  return {
    title: "What the balancer adds",
    how: [
      "One replica behind the balancer against a twin of it without one: same image, flags and " +
        "limits, both published on 127.0.0.1. Throughput is that of " +
        `${clients} clients that each wait for their answer, on ${clients} connections for REST and one ` +
        "for gRPC. Latency is that of small predictions on the same connections, " +
        "evenly spaced at half of the lower throughput, counted from the time at which each was due; " +
        `the median of ${rounds} rounds of ${secondsEach} s, direct and balanced in turns. A picture ` +
        `is 224x224x3: ${(body.length / 1e6).toFixed(2)} MB over REST, ${(request.length / 1e6).toFixed(2)} MB over gRPC.`,
      ...standInNote(),
    ],
    goals: [
      ...(["p50", "p99"] as const).map((share) => ({
        goal: `at most +${goals[share]} ms at the ${share}, at half load`,
        result: latencies.map((row) => `${row.name} ${added(row, share)}`).join(", "),
        met: latencies.every((row) => row.balanced[share] - row.direct[share] <= goals[share]),
      })),
    ],
    tables: [
      {
        columns: ["latency", "rate", "share", "direct", "balanced", "added"],
        rows: latencies.flatMap((row) =>
          (["p50", "p90", "p99"] as const).map((share) => [
            row.name,
            `${row.perSecond}/s`,
            share,
            `${row.direct[share].toFixed(2)} ms`,
            `${row.balanced[share].toFixed(2)} ms`,
            added(row, share),
          ]),
        ),
      },
      { columns: ["throughput", "direct", "balanced", "ratio"], rows: throughputs },
    ],
    notMeasured: ["The balancer on a core of its own: here it competes with the replica for two."],
  };
});

const pictures = { restPort: 18835, grpcPort: 18834 };

interface Row {
  name: string;
  perSecond: number;
  direct: Latency;
  balanced: Latency;
}

async function compare(target: Api["target"], perSecond: number) {
  const results: Record<"direct" | "balanced", LoadResult[]> = { direct: [], balanced: [] };
  for (let round = 0; round < rounds; round++) {
    results.direct.push(await load(target(direct), { perSecond }));
    results.balanced.push(await load(target(balanced), { perSecond }));
  }
  return { direct: middle(results.direct), balanced: middle(results.balanced) };
}

function middle(results: LoadResult[]): Latency {
  const of = (share: keyof Latency) => median(results.map(({ latency }) => latency[share]));
  return { p50: of("p50"), p90: of("p90"), p99: of("p99"), max: of("max") };
}

async function throughput(target: Api["target"], twin: Ports = direct) {
  const most = async (ports: Ports) =>
    (await load(target(ports), { concurrency: clients })).perSecond;
  return { direct: await most(twin), balanced: await most(balanced) };
}

async function load(target: Target, pace: { perSecond?: number; concurrency?: number }) {
  const limits = {
    // More of them, opened where answers are late, would be another load than the throughput's.
    connections: target.api === "rest" ? clients : 1,
    maxSeconds: secondsEach,
  };
  const result = await startLoad({ target, ...pace, ...limits }).ended;
  if (result.failed > 0) {
    throw new Error(`${result.failed} of ${result.total} failed: ${result.failures[0].reason}`);
  }
  return result;
}

function throughputRow(name: string, most: { direct: number; balanced: number }): string[] {
  const ratio = most.balanced / most.direct;
  return [name, `${most.direct.toFixed(0)}/s`, `${most.balanced.toFixed(0)}/s`, ratio.toFixed(2)];
}

function added(row: Row, share: keyof Latency): string {
  const more = row.balanced[share] - row.direct[share];
  return `${more >= 0 ? "+" : ""}${more.toFixed(2)} ms`;
}
