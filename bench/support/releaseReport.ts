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
const loadKinds = ["rest", "fresh", "grpc", "large"] as const;
const loadNames = {
  rest: "REST",
  fresh: "REST, new connections",
  grpc: "gRPC",
  large: "REST 2 MB",
};
type LoadKind = (typeof loadKinds)[number];
const mostReasons = 8;

/**
 * Whether releases kept what they promise.
 *
 * @param fewest - requests during them, for the first goal to be met
 */
export function releaseGoals(releases: Releases[], fewest = goalRequests): Goal[] {
  const loads = releases.flatMap((one) => kindsOf(one).flatMap((kind) => loadsOf(one, kind)));
  const during = sum(loads.map(({ phases }) => phases.during.total));
  const failed = sum(loads.map((load) => load.failed));
  const worst = Math.max(
    ...releases.flatMap(({ figures }) => figures.map(({ rest, grpc }) => ratio(rest, grpc))),
  );
  return [
    {
      goal: `0 failed of at least ${fewest.toLocaleString("en")} during releases`,
      result: `${failed.toLocaleString("en")} of ${during.toLocaleString("en")}`,
      met: failed === 0 && during >= fewest,
    },
    {
      goal: `p99 during a release at most ${goalRatio} x the p99 before it`,
      result: `${worst.toFixed(1)} x in the worst release`,
      met: worst <= goalRatio,
    },
  ];
}

/**
 * The figures of all releases, and what the failures were. What failed before a release is not
 * counted against it; where anything did, a column says so.
 */
export function releaseTables(releases: Releases[]): Table[] {
  const failures = releases.flatMap(reasons).slice(0, mostReasons);
  const early = releases.some((one) => kindsOf(one).some((kind) => failedBefore(one, kind) > 0));
  return [
    {
      columns: [
        ...["", "release", "requests during", ...(early ? ["failed before"] : []), "failed"],
        ...["p99 before", "p99 during", "slowest"],
      ],
      rows: releases.flatMap((one) => kindsOf(one).map((kind) => row(one, kind, early))),
    },
    ...(failures.length > 0
      ? [{ columns: ["most frequent failures", "count", "reason"], rows: failures }]
      : []),
  ];
}

/** A release for the screen. */
export function releaseLine(figures: ReleaseFigures): string {
  const loads = loadKinds.flatMap((kind) => figures[kind] ?? []);
  const total = sum(loads.map((load) => load.total));
  const failed = sum(loads.map((load) => load.failed));
  const first = loads.flatMap(({ failures }) => failures.slice(0, 2));
  const slower = ratio(figures.rest, figures.grpc).toFixed(1);
  return [
    `${failed} of ${total} failed, p99 ${slower} x that before`,
    ...first.map(
      ({ reason, count, phase, afterMs }) => `    ${count} x ${reason} (${phase}, ${afterMs} ms)`,
    ),
  ].join("\n");
}

/** Such as three of the four. */
function kindsOf({ figures }: Releases): LoadKind[] {
  return loadKinds.filter((kind) => figures.some((one) => one[kind]));
}

function loadsOf({ figures }: Releases, kind: LoadKind): LoadResult[] {
  return figures.flatMap((one) => one[kind] ?? []);
}

function failedBefore(releases: Releases, kind: LoadKind): number {
  return sum(loadsOf(releases, kind).map(({ phases }) => phases.before.failed));
}

function row(releases: Releases, kind: LoadKind, early: boolean): string[] {
  const loads = loadsOf(releases, kind);
  const before = failedBefore(releases, kind);
  const phase = (name: "before" | "during"): Figures[] => loads.map(({ phases }) => phases[name]);
  const mean = sum(releases.seconds) / releases.seconds.length;
  return [
    `${releases.name}, ${loadNames[kind]}`,
    seconds(mean),
    sum(phase("during").map(({ total }) => total)).toLocaleString("en"),
    ...(early ? [before.toLocaleString("en")] : []),
    (sum(loads.map(({ failed }) => failed)) - before).toLocaleString("en"),
    milliseconds(phase("before").map(({ latency }) => latency.p99)),
    milliseconds(phase("during").map(({ latency }) => latency.p99)),
    milliseconds(phase("during").map(({ latency }) => latency.max)),
  ];
}

function reasons(releases: Releases): string[][] {
  return kindsOf(releases).flatMap((kind) =>
    loadsOf(releases, kind).flatMap(({ failures }) =>
      failures.slice(0, 2).map(({ reason, count }) => [
        `${releases.name}, ${loadNames[kind]}`,
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
