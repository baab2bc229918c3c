import { describe, expect, it } from "vitest";
import { failures, figures, figuresByPhase, percentile, Samples } from "../../support/load/figures";
import { startLoad } from "../../support/load";

/** Requests as [start, latency, reason of failure, version]. */
function samples(...requests: [number, number, string?, string?][]): Samples {
  const reasons = [...new Set(requests.flatMap(([, , reason]) => reason ?? []))];
  const versions = [...new Set(requests.flatMap(([, , , version]) => version ?? []))];
  return {
    starts: Float64Array.from(requests, ([start]) => start),
    latencies: Float64Array.from(requests, ([, latency]) => latency),
    failures: Uint16Array.from(requests, ([, , reason]) => reasons.indexOf(reason ?? "") + 1),
    reasons,
    answers: Uint16Array.from(requests, ([, , , version]) => versions.indexOf(version ?? "") + 1),
    versions,
  };
}

describe("a percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    [0.5, 50],
    [0.9, 90],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])("at %d of 1 to 100 is %d", (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it("is an observed value, never one between two", () => {
    expect(percentile([1, 10], 0.5)).toBe(1);
    expect(percentile([1, 10], 0.51)).toBe(10);
  });

  it("of nothing is not a number", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe("figures", () => {
  it("count failures and leave them out of the latencies", () => {
    const result = figures(samples([0, 5], [1, 7], [2, 9000, "ECONNRESET"]));
    expect(result).toMatchObject({ total: 3, failed: 1, latency: { p50: 5, p99: 7, max: 7 } });
  });

  it("give the rate of good answers, from the first request to the last answer", () => {
    const requests = Array.from({ length: 10 }, (_, n): [number, number] => [1000 + n * 100, 100]);
    expect(figures(samples(...requests, [1500, 1, "HTTP 503"])).perSecond).toBeCloseTo(10);
  });

  it("sort latencies as numbers", () => {
    expect(figures(samples([0, 100], [1, 9], [2, 20])).latency.p50).toBe(20);
  });

  it("count answers by model version", () => {
    const result = figures(samples([0, 1, undefined, "3"], [1, 1, undefined, "12"], [2, 1]));
    expect(result.versions).toEqual({ 3: 1, 12: 1 });
  });

  it("of nothing have no latency", () => {
    expect(figures(samples())).toMatchObject({ total: 0, failed: 0, perSecond: 0 });
    expect(figures(samples()).latency.p50).toBeNaN();
  });
});

describe("phases", () => {
  const marks = [
    { phase: "before", from: -Infinity },
    { phase: "during", from: 100 },
    { phase: "after", from: 200 },
  ];

  it("hold what was to be sent in them, whenever it was answered", () => {
    const result = figuresByPhase(samples([99, 500], [100, 1], [199.9, 2], [200, 3]), marks);
    expect(Object.values(result).map(({ total }) => total)).toEqual([1, 2, 1]);
    expect(result.before.latency.max).toBe(500);
  });

  it("are there without a request", () => {
    expect(figuresByPhase(samples([1, 1]), marks).after.total).toBe(0);
  });

  it("that come again count together", () => {
    const again = [...marks, { phase: "before", from: 300 }];
    expect(figuresByPhase(samples([1, 1], [301, 1]), again).before.total).toBe(2);
  });

  it("place the failures that read alike, most frequent first", () => {
    const some = samples([50, 1, "b"], [120, 1, "a"], [130, 1], [210, 4, "a"]);
    expect(failures(some, marks)).toEqual([
      { reason: "a", count: 2, phase: "during", afterMs: 70, slowestMs: 4 },
      { reason: "b", count: 1, phase: "before", afterMs: 0, slowestMs: 1 },
    ]);
  });
});

describe("a load", () => {
  const target = { api: "rest", url: "http://127.0.0.1:1/" } as const;

  it.each([
    [{ target: { api: "rest", url: "http://10.0.0.1:8501/" } as const }, "127.0.0.1 only"],
    [
      {
        target: {
          ...target,
          api: "grpc",
          address: "example.com:80",
          method: "",
          request: Buffer.of(),
        } as const,
      },
      "not to example.com",
    ],
    [{ target, perSecond: 5, concurrency: 5 }, "not both"],
    [{ target, perSecond: 0 }, "more than no requests"],
  ])("is refused: %j", (options, reason) => {
    expect(() => startLoad(options)).toThrow(reason);
  });
});
