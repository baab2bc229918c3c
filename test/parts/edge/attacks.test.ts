// Requests that attack, with a key that is valid where nothing else is said: what a replica would
// take for something else than the balancer never reaches it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { balancerImage } from "../../support/balancer";
import { EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { besideGoodClient, goodKey, goodKeyHash } from "../../support/goodClient";
import {
  callHeaders,
  endHeaders,
  endStream,
  exchange,
  frame,
  preface,
  statusesOf,
} from "../../support/rawHttp";
import { predictMethod } from "../../support/servingGrpc";

// What a busy machine makes wait is not refused for it.
const limits = { queuedPerReplica: 1000, queueMilliseconds: 5000 };
const guarded = { auth: { apiKeys: { good: [goodKeyHash] } }, limits };
let balancer: EchoBalancer;

beforeAll(async () => {
  balancer = await startEchoBalancer(balancerImage(), [{}], guarded);
});
afterAll(() => balancer?.remove());

const outer = "/v1/models/outer:predict";
const inner = "GET /v1/models/inner/metadata HTTP/1.1\r\nHost: service\r\n\r\n";
const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
const post = (headers: string, body: string, path = outer) =>
  `POST ${path} HTTP/1.1\r\nHost: service\r\nx-api-key: ${goodKey}\r\n${headers}\r\n\r\n${body}`;

test("a request in a request is no request for a replica", async () => {
  const attacks: Record<string, [bytes: string, status: number]> = {
    "CL.TE": [
      post(
        `Content-Length: ${inner.length + 5}\r\nTransfer-Encoding: chunked`,
        `0\r\n\r\n${inner}`,
      ),
      200,
    ],
    "TE.CL": [post("Content-Length: 4\r\nTransfer-Encoding: chunked", chunked), 200],
    "TE.CL in a folded line": [
      post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 4", chunked),
      200,
    ],
    "an unknown coding": [post("Transfer-Encoding: xchunked\r\nContent-Length: 4", chunked), 400],
    "two codings": [post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", chunked), 400],
    "a blank before the colon": [post("Transfer-Encoding : chunked", chunked), 400],
    "a control character": [post("Transfer-Encoding: \x0bchunked", chunked), 400],
    "two lengths": [post("Content-Length: 2\r\nContent-Length: 60", `{}${inner}`), 400],
    "a list of lengths": [post("Content-Length: 2, 60", `{}${inner}`), 400],
    "a signed length": [post("Content-Length: +2", `{}${inner}`), 400],
    "a length below zero": [post("Content-Length: -2", `{}${inner}`), 400],
    "a chunk below zero": [post("Transfer-Encoding: chunked", `-2\r\n{}${inner}`), 400],
    "a chunk of 2^68": [post("Transfer-Encoding: chunked", `fffffffffffffffff\r\n${inner}`), 400],
    "a chunk's end in its extension": [
      post("Transfer-Encoding: chunked", `2;\n{}\r\n0\r\n\r\n${inner}`),
      400,
    ],
    "a line that ends in LF": [post("X: a\nTransfer-Encoding: chunked", chunked), 200],
    "a line with CR": [post("X: a\rTransfer-Encoding: chunked", chunked), 400],
    "a header with NUL": [post("X: a\0b\r\nContent-Length: 2", "{}"), 400],
    "a name that is no UTF-8": [post("X\xff: a\r\nContent-Length: 2", "{}"), 400],
    "two hosts": [post("Host: other\r\nContent-Length: 2", "{}"), 400],
    "HTTP/0.9": [`GET ${outer}\r\n\r\n`, 400],
  };
  const served = Object.values(attacks).filter(([, status]) => status === 200).length;
  await besideGoodClient(
    balancer,
    async () => {
      for (const [name, [bytes, status]] of Object.entries(attacks)) {
        const { closed, answer } = await exchange(bytes, rest(200));
        const [first, ...behind] = statusesOf(answer);
        // What stands behind a request that was understood is judged for itself.
        expect(first ?? (closed && 400), name).toBe(status);
        expect(
          behind.filter((status) => status < 400),
          name,
        ).toEqual([]);
      }
    },
    { [`POST ${outer}`]: served },
  );
});

test("a path that is not written as the API has it leads nowhere", async () => {
  const paths = [
    ...["//v1/models/m:predict", "/v1//models/m:predict", "/./v1/models/m:predict"],
    ...["/%76%31/models/m:predict", "/v1/models/m%3apredict", "/v1/models/%2e%2e/x:predict"],
    ...["/v1/models/m;x:predict", "/v1/models/m:predict;x", "/v1/models/m:predict/"],
    ...["/v1/models/../models/m:predict", "/v1/models/m:predict/../", "/v1/models/..:predict"],
    ...["/V1/models/m:predict", "/v1/models/m:PREDICT", "/v1/models/m:predict:predict"],
    ...["/v1/models/m:predict%00", "/v1/models/m\0:predict", "/v1/models/m\xff:predict"],
    ...["/v1/models/m\t:predict", "\\v1\\models\\m:predict", "v1/models/m:predict"],
    ...["/v1/models/m/versions/1/../../x:predict", "/v1/models/:predict", "/v1/models/"],
    ...["http://service/../v1/models/m:predict", "http://service//v1/models/m:predict"],
    ...["/", "*", "/monitoring/prometheus/metrics", "/v1/config/reload", "/tensorboard"],
  ];
  await besideGoodClient(balancer, async () => {
    const each = paths.map(async (path) => {
      const { answer, closed } = await exchange(post("Content-Length: 2", "{}", path), rest());
      const [status = closed && 400] = statusesOf(answer);
      expect([400, 404], path).toContain(status);
    });
    await Promise.all(each);
  });
});

test("a method that the API does not have is refused", async () => {
  const calls = [
    ...["GET", "PUT", "DELETE", "TRACE", "PATCH", "BREW"].map((method) => `${method} ${outer}`),
    ...["CONNECT service:80", "OPTIONS *", "POST /v1/models/outer", "DELETE /v1/models/outer"],
  ];
  await besideGoodClient(balancer, async () => {
    const each = calls.map(async (call) => {
      const bytes = post("Content-Length: 0", "").replace(`POST ${outer}`, call);
      const { answer } = await exchange(bytes, rest());
      expect([400, 404, 405, 501], call).toContain(statusesOf(answer)[0]);
    });
    await Promise.all(each);
  });
});

test("methods of gRPC for administrators lead nowhere, however they are written", async () => {
  const reload = "tensorflow.serving.ModelService/HandleReloadConfigRequest";
  const paths = [
    ...[`/${reload}`, `//${reload}`, `/./${reload}`, `/${reload}/`, `/${reload}?`, `/${reload}%00`],
    ...[`/${reload.replace("R", "%52")}`, `/${reload.toLowerCase()}`, `/x/../${reload}`],
    ...[`http://service/${reload}`, `/${reload}\0`, `${predictMethod};/${reload}`],
    "/tensorflow.ProfilerService/Profile",
    "/tensorflow.ProfileAnalysis/NewSession",
    "/tensorflow.serving.SessionService/SessionRun",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.channelz.v1.Channelz/GetTopChannels",
  ];
  await besideGoodClient(balancer, async () => {
    const each = paths.map(async (path) => {
      const headers = callHeaders(path, [["x-api-key", goodKey]]);
      const call = [
        ...[preface, frame("headers", endHeaders, 1, headers)],
        frame("data", endStream, 1, Buffer.alloc(5)),
      ];
      const { answer } = await exchange(Buffer.concat(call), grpc());
      expect(answer.length, path).toBeGreaterThan(0);
    });
    await Promise.all(each);
  });
});

test("headers that dribble, without end or by thousands are cut off", async () => {
  const slow = post("X: a", "").slice(0, 60);
  const body = post("Content-Length: 100", "");
  const cut = await besideGoodClient(balancer, async () => {
    const lines = Array.from({ length: 50 }, () => [
      exchange(slow, { ...rest(13_000), pauseMs: 400 }),
      exchange(body, rest(13_000)),
    ]).flat();
    const floods = [
      post(Array.from({ length: 10_000 }, (_, number) => `X${number}: a`).join("\r\n"), ""),
      post(`X: ${"a".repeat(1_000_000)}`, ""),
      `POST ${"/".repeat(1_000_000)} HTTP/1.1\r\n\r\n`,
    ].map((bytes) => exchange(bytes, rest(5000)));
    return Promise.all([...lines, ...floods]);
  });
  const held = cut.filter(({ closed, answer }) => !closed && !statusesOf(answer).includes(408));
  expect(held.length).toBe(0);
});

test("floods of HTTP/2 frames harm nobody else", async () => {
  const headers = callHeaders(predictMethod);
  const streams = (count: number, each: (stream: number) => Buffer[]) =>
    Array.from({ length: count }, (_, number) => each(2 * number + 1)).flat();
  const floods: Record<string, Buffer[]> = {
    "reset at once": streams(5000, (stream) => [
      frame("headers", endHeaders, stream, headers),
      frame("reset", 0, stream, Buffer.from([0, 0, 0, 8])),
    ]),
    "headers that go on and on": [
      frame("headers", 0, 1, headers),
      ...Array.from({ length: 2000 }, () => frame("continuation", 0, 1, Buffer.alloc(16_000))),
    ],
    "a frame of 16 MB": [frame("headers", endHeaders, 1, headers, 0xffffff), Buffer.alloc(1 << 20)],
    "settings again and again": Array.from({ length: 5000 }, () => frame("settings", 0, 0)),
    pings: Array.from({ length: 5000 }, () => frame("ping", 0, 0, Buffer.alloc(8))),
    "data without an end": [
      frame("headers", endHeaders, 1, headers),
      ...Array.from({ length: 5000 }, () => frame("data", 0, 1)),
    ],
    "names and values that are no text": streams(100, (stream) => [
      frame("headers", endHeaders, stream, callHeaders(predictMethod, [["X\xff\0", "\r\n\0\xfe"]])),
    ]),
  };
  await besideGoodClient(balancer, async () => {
    for (const flood of Object.values(floods)) {
      await exchange(Buffer.concat([preface, ...flood]), grpc(500));
    }
  });
});

const rest = (waitMs = 500) => ({ address: balancer.address, port: 8501, waitMs });
const grpc = (waitMs = 500) => ({ address: balancer.address, port: 8500, waitMs });
