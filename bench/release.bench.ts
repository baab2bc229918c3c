import { Figures, LoadResult } from "../test/support/load";
import { buildPeerImage, openCompose } from "./support/compose";
import { standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { findCapacity, releaseUnderLoad, ReleaseFigures } from "./support/releaseLoad";
import { openService } from "./support/service";

// Releases of each strategy; every second one goes back to the version before.
const releases = size(4, 1);
// Seconds under load before and after each release.
const calmSeconds = size(10, 4);
const goalRequests = 20_000;

const ports = { restPort: 18801, grpcPort: 18800 };
const peerPorts = { restPort: 18803, grpcPort: 18802 };

measure("release", 20, async (later) => {
  const models = { 1: makeModel(1), 2: makeModel(2) };
  const rows: { name: string; figures: ReleaseFigures[]; seconds: number[] }[] = [];

  const service = await openService(
    "release",
    { ...text(ports), modelName, notebook: "false" },
    later,
  );
  let rate: number | undefined;
  for (const strategy of ["blueGreen", "rolling"]) {
    await service.configure({ strategy, modelFolder: models[1] });
    say(`${strategy}: bringing four replicas up`);
    await service.up();
    rate ??= (await findCapacity(ports)) / 4;
    say(`load: ${rate.toFixed(0)} requests/s, a quarter of the capacity`);
    const row = { name: `this project, ${strategy}`, figures: [], seconds: [] } as (typeof rows)[0];
    for (let release = 0; release < releases; release++) {
      const version = release % 2 === 0 ? 2 : 1;
      await service.configure({ strategy, modelFolder: models[version] });
      const result = await releaseUnderLoad(ports, rate, calmSeconds, () => service.up());
      row.figures.push(result.figures);
      row.seconds.push(result.seconds);
      say(`${strategy}, release ${release + 1}: ${line(result.figures)}`);
    }
    rows.push(row);
  }
  await service.pulumi(["destroy", "--yes", "--skip-preview"]);

  const images = { 1: "bench-peer:1", 2: "bench-peer:2" };
  for (const version of [1, 2] as const) {
    await buildPeerImage(images[version], models[version], later);
  }
  const compose = openCompose({ project: "benchpeer", modelName, ...peerPorts }, later);
  await compose.up(images[1]);
  const result = await releaseUnderLoad(peerPorts, rate!, calmSeconds, () => compose.up(images[2]));
  rows.push({ name: "docker-compose up -d", figures: [result.figures], seconds: [result.seconds] });
  say(`docker-compose: ${line(result.figures)}`);

  const ours = rows.slice(0, -1);
  const during = ours.flatMap(({ figures }) =>
    figures.flatMap((one) => loadKinds.map((kind) => one[kind])),
  );
  const total = sum(during.map(({ phases }) => phases.during.total));
  const failed = sum(during.map((one) => one.failed));
  const worst = Math.max(
    ...ours.flatMap(({ figures }) => figures.map((one) => ratio(one.rest, one.grpc))),
  );
  return {
    title: "A model change under load",
    how: [
      `Four replicas of a model that computes next to nothing, its version changed ${releases} times ` +
        "per strategy. Three loads at once, evenly spaced, whatever becomes of a request: REST and " +
        `gRPC (one connection) with ${(rate! / 2).toFixed(0)} small predictions per second each, a ` +
        "quarter of the capacity measured just before, and one REST prediction with a body of 2 MB " +
        "per second. Any status but 200 or OK, a broken connection and an answer that takes longer " +
        "than 10 s is a failure. _During_ lasts from the start of `pulumi up` or `docker-compose up " +
        "-d` until 5 s after its end. docker-compose 1.29 gets the same load, a two-line image, and " +
        "HAProxy as its own guide configures it for Docker's DNS, with health checks and retries " +
        "([bench/peers](../bench/peers)).",
      ...standInNote(),
    ],
    goals: [
      {
        goal: `0 failed of at least ${goalRequests.toLocaleString("en")} during releases`,
        result: `${failed} of ${total.toLocaleString("en")}`,
        met: failed === 0 && total >= goalRequests,
      },
      {
        goal: "p99 during a release at most 2 x the p99 before it",
        result: `${worst.toFixed(1)} x in the worst release`,
        met: worst <= 2,
      },
    ],
    tables: [
      {
        columns: [
          "",
          "release",
          "requests during",
          "failed",
          "p99 before",
          "p99 during",
          "slowest",
        ],
        rows: rows.flatMap(({ name, figures, seconds }) =>
          loadKinds.map((load) =>
            tableRow(
              `${name}, ${loadNames[load]}`,
              figures.map((one) => one[load]),
              seconds,
            ),
          ),
        ),
      },
      {
        columns: ["first failures", "", ""],
        rows: rows.flatMap(({ name, figures }) => reasons(name, figures)).slice(0, 8),
      },
    ].filter(({ rows: some }) => some.length > 0),
    notMeasured: [
      "Clients on other machines: the network in between can only hide differences.",
      "nginx as balancer, and docker-compose 2: its recreate is the same stop-first.",
    ],
  };
});

const loadKinds = ["rest", "grpc", "large"] as const;
const loadNames = { rest: "REST", grpc: "gRPC", large: "REST 2 MB" };

function tableRow(name: string, loads: LoadResult[], seconds: number[]): string[] {
  const phase = (name: "before" | "during"): Figures[] => loads.map(({ phases }) => phases[name]);
  const mean = (values: number[]) => sum(values) / values.length;
  return [
    name,
    `${mean(seconds).toFixed(1)} s`,
    sum(phase("during").map(({ total }) => total)).toLocaleString("en"),
    sum(loads.map(({ failed }) => failed)).toLocaleString("en"),
    milliseconds(Math.max(...phase("before").map(({ latency }) => latency.p99))),
    milliseconds(Math.max(...phase("during").map(({ latency }) => latency.p99))),
    milliseconds(Math.max(...phase("during").map(({ latency }) => latency.max))),
  ];
}

function reasons(name: string, figures: ReleaseFigures[]): string[][] {
  return loadKinds.flatMap((kind) =>
    figures.flatMap((one) =>
      one[kind].failures
        .slice(0, 2)
        .map(({ reason, count }) => [`${name}, ${loadNames[kind]}`, reason, `${count} x`]),
    ),
  );
}

/** The larger of the two APIs' p99 during the release to that before it. */
function ratio(...loads: LoadResult[]): number {
  return Math.max(
    ...loads.map(({ phases }) => phases.during.latency.p99 / phases.before.latency.p99),
  );
}

function line({ rest, grpc, large }: ReleaseFigures): string {
  const total = rest.total + grpc.total + large.total;
  const failed = rest.failed + grpc.failed + large.failed;
  const first = [rest, grpc, large].flatMap(({ failures }) => failures.slice(0, 2));
  return [
    `${failed} of ${total} failed, p99 ${ratio(rest, grpc).toFixed(1)} x that before`,
    ...first.map(
      ({ reason, count, phase, afterMs }) => `    ${count} x ${reason} (${phase}, ${afterMs} ms)`,
    ),
  ].join("\n");
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function text(values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
