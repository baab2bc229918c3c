import { Figures, LoadResult } from "../../test/support/load";
import { seconds } from "./measure";
import { ReleaseFigures } from "./releaseLoad";
import { Goal, Table } from "./section";

/** Releases of one kind. */
export interface Releases {
  /** Such as "docker-compose up -d". */
  name: string;
  figures: ReleaseFigures[];
  /** How long each took. */
  seconds: number[];
}

const goalRequests = 20_000;
const goalRatio = 2;
const loadKinds = ["rest", "grpc", "large"] as const;
const loadNames = { rest: "REST", grpc: "gRPC", large: "REST 2 MB" };
const mostReasons = 8;

/** Whether releases kept what they promise. */
export function releaseGoals(releases: Releases[]): Goal[] {
  const loads = releases.flatMap(({ figures }) =>
    figures.flatMap((one) => loadKinds.map((kind) => one[kind])),
  );
  const during = sum(loads.map(({ phases }) => phases.during.total));
  const failed = sum(loads.map((load) => load.failed));
  const worst = Math.max(
    ...releases.flatMap(({ figures }) => figures.map(({ rest, grpc }) => ratio(rest, grpc))),
  );
  return [
    {
      goal: `0 failed of at least ${goalRequests.toLocaleString("en")} during releases`,
      result: `${failed.toLocaleString("en")} of ${during.toLocaleString("en")}`,
      met: failed === 0 && during >= goalRequests,
    },
    {
      goal: `p99 during a release at most ${goalRatio} x the p99 before it`,
      result: `${worst.toFixed(1)} x in the worst release`,
      met: worst <= goalRatio,
    },
  ];
}

/** The figures of all releases, and what the failures were. */
export function releaseTables(releases: Releases[]): Table[] {
  const failures = releases.flatMap(reasons).slice(0, mostReasons);
  return [
    {
      columns: [
        ...["", "release", "requests during", "failed"],
        ...["p99 before", "p99 during", "slowest"],
      ],
      rows: releases.flatMap((one) => loadKinds.map((kind) => row(one, kind))),
    },
    ...(failures.length > 0
      ? [{ columns: ["most frequent failures", "count", "reason"], rows: failures }]
      : []),
  ];
}

/** A release for the screen. */
export function releaseLine({ rest, grpc, large }: ReleaseFigures): string {
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

function row(releases: Releases, kind: (typeof loadKinds)[number]): string[] {
  const loads = releases.figures.map((one) => one[kind]);
  const phase = (name: "before" | "during"): Figures[] => loads.map(({ phases }) => phases[name]);
  const mean = sum(releases.seconds) / releases.seconds.length;
  return [
    `${releases.name}, ${loadNames[kind]}`,
    seconds(mean),
    sum(phase("during").map(({ total }) => total)).toLocaleString("en"),
    sum(loads.map(({ failed }) => failed)).toLocaleString("en"),
    milliseconds(phase("before").map(({ latency }) => latency.p99)),
    milliseconds(phase("during").map(({ latency }) => latency.p99)),
    milliseconds(phase("during").map(({ latency }) => latency.max)),
  ];
}

function reasons({ name, figures }: Releases): string[][] {
  return loadKinds.flatMap((kind) =>
    figures.flatMap((one) =>
      one[kind].failures.slice(0, 2).map(({ reason, count }) => [
        `${name}, ${loadNames[kind]}`,
        count.toLocaleString("en"),
        // HAProxy answers with a page.
        reason
          .replace(/<[^>]*>/g, " ")
          .replace(/\s+/g, " ")
          .trim(),
      ]),
    ),
  );
}

/** The larger of the two APIs' p99 during the release to that before it. */
function ratio(...loads: LoadResult[]): number {
  return Math.max(
    ...loads.map(({ phases }) => phases.during.latency.p99 / phases.before.latency.p99),
  );
}

/** The largest; none where no request was answered. */
function milliseconds(values: number[]): string {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return "no answer";
  const largest = Math.max(...known);
  return `${largest.toFixed(largest < 10 ? 1 : 0)} ms`;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
