import { describe, expect, it } from "vitest";
import { countByClient, countLines } from "../../../cli/accessLog/clientCounts";
import { parseEntry, readableLine } from "../../../cli/accessLog/entry";
import { entry } from "../../support/accessLog";

const line = (more: Parameters<typeof entry>[0]) => readableLine(JSON.stringify(entry(more)));

describe("a line of a balancer", () => {
  it("about a request is columns of what matters", () => {
    expect(line({})).toBe(
      "2026-01-01T00:00:01.250Z  web           rest predict my_model               200                       " +
        "12 ms (queue 0, server 11)      602.1 kB in, 1.5 kB out   172.18.0.4:8501    0f3c9a5d2b71  5f0c",
    );
  });

  it.each<[string, Parameters<typeof entry>[0], string]>([
    ["a version", { version: "3" }, "rest predict my_model/3  "],
    ["what gRPC says of a call", { api: "grpc", grpcStatus: 8 }, "  RESOURCE_EXHAUSTED  "],
    ["a refusal", { status: 429, refusal: "clientRate" }, "  429 refused: clientRate  "],
    ["a path that is none of the API", { verb: "", method: "GET" }, "  rest GET ?  "],
    [
      "who is known by a certificate",
      { client: "", clientCertificate: "CN=robot" },
      "  CN=robot  ",
    ],
    ["nobody who is known", { client: "" }, "Z  -             rest"],
    ["what no replica got", { replica: "", serverMs: -1 }, "server -)"],
  ])("has %s", (_, more, part) => {
    expect(line(more)).toContain(part);
  });

  it("does not steer the terminal with what a client calls itself", () => {
    expect(line({ client: "a\u001b[2Jb", requestId: "x\ny\u202e" })).not.toMatch(/\p{C}/u);
  });

  it("is read as HAProxy writes it, with empty texts for what it does not know", () => {
    const { sample, ...others } = entry();
    const written = JSON.stringify({ ...others, grpcStatus: "", sample: String(sample) });
    expect(parseEntry(written)).toEqual(entry());
    expect(readableLine(written)).toContain("  200  ");
  });

  it.each([
    "[NOTICE]   (1) : Loading success.",
    '{"time": "2026',
    '{"level": "info", "message": "of something else"}',
    "",
  ])("about no request stays as it is: %j", (text) => {
    expect(parseEntry(text)).toBeUndefined();
    expect(readableLine(text)).toBe(text);
  });
});

describe("requests by client", () => {
  it("are none where none is logged", () => {
    expect(countByClient([])).toBeUndefined();
  });

  it("are counted with errors and refusals apart, the busiest client first", () => {
    const of = (totalMs: number, more = {}) => entry({ totalMs, ...more });
    const counts = countByClient([
      of(5, { client: "batch", time: "2026-01-01T00:00:00.000Z" }),
      ...[of(10), of(20), of(500, { status: 504 }), of(30, { api: "grpc", grpcStatus: 3 })],
      of(0, { status: 429, refusal: "clientRate" }),
      of(0, { client: "", status: 401, refusal: "unauthenticated" }),
    ]);
    expect(counts).toMatchObject({ since: "2026-01-01T00:00:00.000Z", estimated: false });
    expect(countLines(counts!)).toEqual([
      "CLIENT  REQUESTS  ERRORS  REFUSED  P50    P99",
      "web     5         2       1        20 ms  500 ms",
      "batch   1         0       0        5 ms   5 ms",
      "-       1         0       1        -      -",
    ]);
  });

  it("are those of the busiest clients where there are many", () => {
    const lines = countLines(
      countByClient(Array.from({ length: 23 }, (_, at) => entry({ client: `c${at}` })))!,
    );
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe("... and 3 more: --json has all");
  });

  it("are estimated from the share of good ones that is logged, in their times too", () => {
    const sample = 0.1;
    const good = [10, 20].map((totalMs) => entry({ totalMs, sample }));
    const failed = Array(3).fill(entry({ status: 500, totalMs: 900, sample }));
    expect(countByClient([...good, ...failed])).toEqual({
      ...{ since: expect.any(String), estimated: true },
      clients: [{ client: "web", requests: 23, errors: 3, refused: 0, p50Ms: 20, p99Ms: 900 }],
    });
  });
});
