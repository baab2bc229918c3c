import { describe, expect, it } from "vitest";
import { releaseGoals, releaseTables } from "../../../bench/support/releaseReport";
import type { Figures, LoadResult } from "../../support/load";

function figures(total: number, p99: number, failed = 0): Figures {
  return {
    total,
    failed,
    perSecond: 1,
    latency: { p50: 1, p90: 1, p99, max: p99 },
    versions: {},
  };
}

/** A load with these phases; `elsewhere` failed before or after the release. */
function load(during: Figures, beforeP99 = 10, elsewhere = 0): LoadResult {
  const phases = { before: figures(100, beforeP99, elsewhere), during, after: figures(100, 10) };
  const failed = during.failed + elsewhere;
  const reason = {
    reason: "<h1>503</h1>",
    count: failed,
    phase: "during",
    afterMs: 5,
    slowestMs: 1,
  };
  return { ...figures(200 + during.total, 10, failed), phases, failures: failed ? [reason] : [] };
}

function releases(rest: LoadResult) {
  const other = load(figures(5000, 10));
  return [{ name: "ours", seconds: [10, 20], figures: [{ rest, grpc: other, large: other }] }];
}

describe("the goals of releases", () => {
  it.each([
    ["enough requests and no failure", load(figures(10_000, 20)), true, true],
    ["too few requests", load(figures(9_999, 20)), false, true],
    ["one failure during the release", load(figures(10_000, 20, 1)), false, true],
    ["one failure before it", load(figures(10_000, 20), 10, 1), false, true],
    ["a p99 over twice that before", load(figures(10_000, 20.1)), true, false],
  ])("with %s", (_, rest, none, quick) => {
    expect(releaseGoals(releases(rest)).map(({ met }) => met)).toEqual([none, quick]);
  });

  it("count only what was sent during releases", () => {
    expect(releaseGoals(releases(load(figures(10_000, 20))))[0].result).toBe("0 of 20,000");
  });
});

describe("the tables of releases", () => {
  it("show the mean duration and both p99", () => {
    const [{ rows }] = releaseTables(releases(load(figures(10_000, 20))));
    expect(rows[0]).toEqual(["ours, REST", "15.0 s", "10,000", "0", "10 ms", "20 ms", "20 ms"]);
  });

  it("have a row for each load that there was", () => {
    const [
      {
        name,
        seconds,
        figures: [first],
      },
    ] = releases(load(figures(5, 10)));
    const fresh = { ...first, fresh: load(figures(7, 10)) };
    const [{ rows }] = releaseTables([{ name, seconds, figures: [fresh] }]);
    expect(rows.map(([of]) => of)).toEqual([
      "ours, REST",
      "ours, REST, new connections",
      "ours, gRPC",
      "ours, REST 2 MB",
    ]);
  });

  it("do not count against a release what failed before it, and say so", () => {
    const [{ columns, rows }] = releaseTables(releases(load(figures(50, 10, 2), 10, 3)));
    expect(columns.slice(2, 5)).toEqual(["requests during", "failed before", "failed"]);
    expect(rows.map((row) => row.slice(2, 5))).toEqual([
      ["50", "3", "2"],
      ["5,000", "0", "0"],
      ["5,000", "0", "0"],
    ]);
  });

  it("name what failed, without HTML", () => {
    const [, failures] = releaseTables(releases(load(figures(10_000, 20, 7))));
    expect(failures.rows).toEqual([["ours, REST", "7", "503"]]);
  });

  it("do without latencies where nothing was answered", () => {
    const [{ rows }] = releaseTables(releases(load(figures(10, NaN, 10))));
    expect(rows[0].slice(-2)).toEqual(["no answer", "no answer"]);
  });
});
