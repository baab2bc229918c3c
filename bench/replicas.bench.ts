import { GrpcTarget, RestTarget, startLoad } from "../test/support/load";
import { predictMethod } from "../test/support/servingGrpc";
import { samplePredictBody, samplePredictMessage } from "../test/support/sampleRequests";
import { standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { openService } from "./support/service";

const most = 4;
const secondsEach = size(15, 4);
const clients = 8;
// Replicas that get this close to the best are enough.
const nearShare = 0.95;

const [restPort, grpcPort] = [18871, 18870];

measure("replicas", 8, async (later) => {
  const service = await openService(
    "replicas",
    { restPort: String(restPort), grpcPort: String(grpcPort), notebook: "false" },
    later,
  );
  const targets: Record<string, RestTarget | GrpcTarget> = {
    REST: {
      api: "rest",
      url: `http://127.0.0.1:${restPort}/v1/models/my_model:predict`,
      body: await samplePredictBody(),
    },
    gRPC: {
      api: "grpc",
      address: `127.0.0.1:${grpcPort}`,
      method: predictMethod,
      request: await samplePredictMessage("images"),
    },
  };
  const rates: Record<string, number[]> = { REST: [], gRPC: [] };
  for (let replicas = 1; replicas <= most; replicas++) {
    await service.configure({ replicas: String(replicas) });
    await service.up();
    for (const [api, target] of Object.entries(targets)) {
      const load = startLoad({ target, concurrency: clients, maxSeconds: secondsEach });
      const { perSecond, failed } = await load.ended;
      if (failed > 0) throw new Error(`${failed} requests failed`);
      rates[api].push(perSecond);
    }
    say(
      `${replicas}: ${Object.keys(rates)
        .map((api) => `${api} ${rates[api].at(-1)!.toFixed(1)}/s`)
        .join(", ")}`,
    );
  }
  return {
    title: "Replicas that this machine can use",
    how: [
      `Pictures of the sample model, ${clients} clients that each wait for their answer, ` +
        `${secondsEach} s for each figure. Balancer and clients run on the same cores.`,
      ...standInNote(),
    ],
    goals: [],
    tables: [
      {
        columns: [
          "pictures per second",
          ...Array.from({ length: most }, (_, i) => replicasText(i + 1)),
          "enough",
        ],
        rows: Object.entries(rates).map(([api, values]) => [
          api,
          ...values.map((value) => value.toFixed(1)),
          replicasText(enough(values)),
        ]),
      },
    ],
    notMeasured: [
      "More cores, where the balancer and the clients would not take theirs from the model.",
    ],
  };
});

/** The smallest number that gets within 5 % of the best. */
function enough(rates: number[]): number {
  const best = Math.max(...rates);
  return rates.findIndex((rate) => rate >= nearShare * best) + 1;
}

function replicasText(count: number): string {
  return count === 1 ? "1 replica" : `${count} replicas`;
}
