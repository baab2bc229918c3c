import * as http from "http";
import { AddressInfo } from "net";
import * as grpc from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { describeLoad, startLoad } from "../support/load";
import { modelStatusMethod, predictMethod, serializePredict } from "../support/servingGrpc";

const servers: { close: () => void }[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A server that answers the nth request as it is told. */
async function serve(
  answer: (number: number, response: http.ServerResponse, request: http.IncomingMessage) => void,
): Promise<string> {
  let number = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(++number, response, request));
  });
  servers.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("a load over REST", () => {
  test("counts every request and finds no failure where there is none", async () => {
    let received = 0;
    const url = await serve((number, response) => {
      received = number;
      response.end("good");
    });
    const result = await startLoad({
      target: { api: "rest", url },
      concurrency: 4,
      maxRequests: 200,
    }).ended;
    expect(result).toMatchObject({ total: 200, failed: 0, failures: [] });
    expect(received).toBe(200);
  });

  test("sends the whole body over kept-alive connections", async () => {
    const body = Buffer.alloc(2_000_000, "x");
    const ports = new Set<number | undefined>();
    const lengths = new Set<string | undefined>();
    const url = await serve((_, response, request) => {
      ports.add(request.socket.remotePort);
      lengths.add(request.headers["content-length"]);
      response.end();
    });
    const target = { api: "rest", url, body } as const;
    const result = await startLoad({ target, concurrency: 1, maxRequests: 20 }).ended;
    expect(describeLoad(result)).toContain("0 of 20 failed");
    expect([...lengths]).toEqual(["2000000"]);
    expect(ports.size).toBe(1);
  });

  test("opens a connection for each request where it is told to", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((_, response, request) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const target = { api: "rest", url, keepAlive: false } as const;
    const result = await startLoad({ target, concurrency: 1, maxRequests: 20 }).ended;
    expect(describeLoad(result)).toContain("0 of 20 failed");
    expect(ports.size).toBe(20);
  });

  test("keeps its rate, and counts a stall in full although requests go on", async () => {
    const stalled: http.ServerResponse[] = [];
    let stalls = false;
    const url = await serve((number, response) => {
      if (number === 20) {
        stalls = true;
        setTimeout(() => {
          stalls = false;
          stalled.forEach((one) => one.end());
        }, 500);
      }
      if (stalls) stalled.push(response);
      else response.end();
    });
    const target = { api: "rest", url } as const;
    const result = await startLoad({ target, perSecond: 100, maxRequests: 120, connections: 4 })
      .ended;
    expect(result.failed).toBe(0);
    expect(stalled.length).toBeLessThan(10);
    // About fifty were due in the half second, over four connections: all of them are late.
    expect(result.latency.max).toBeGreaterThan(450);
    expect(result.latency.p90).toBeGreaterThan(200);
  });

  test("names each way to fail", async () => {
    const url = await serve((number, response) => {
      if (number === 2) response.writeHead(503).end("no server is available");
      else if (number === 4) response.socket?.resetAndDestroy();
      else if (number === 6) return;
      else if (number === 8) {
        response.writeHead(200, { "content-length": 10 }).write("half");
        setTimeout(() => response.socket?.destroy(), 20);
      } else response.end("good");
    });
    const target = { api: "rest", url } as const;
    const result = await startLoad({ target, maxRequests: 9, timeoutMs: 2000 }).ended;
    expect(result).toMatchObject({ total: 9, failed: 4 });
    expect(result.failures.map(({ reason }) => reason).sort()).toEqual([
      "ECONNRESET on a kept-alive connection",
      "HTTP 503: no server is available",
      "no answer within 2000 ms",
      "the answer ended before its end",
    ]);
  });

  test("counts a refused connection", async () => {
    const url = await serve(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    const result = await startLoad({ target: { api: "rest", url }, maxRequests: 3 }).ended;
    expect(result.failures).toEqual([
      expect.objectContaining({ reason: "ECONNREFUSED", count: 3 }),
    ]);
  });

  test("tells phases and model versions apart, and waits for what is under way", async () => {
    let version = 3;
    const url = await serve((_, response) => {
      const answer = `{"version": "${version}"}`;
      setTimeout(() => response.end(answer), 50);
    });
    const target = { api: "rest", url, versionPattern: '"version": "(\\d+)"' } as const;
    const load = startLoad({ target, perSecond: 100, phase: "before" });
    await load.more(20);
    version = 12;
    await load.more(10);
    load.mark("after");
    await load.more(20);
    const { sent } = load.progress();
    const result = await load.stop();
    expect(result.total).toBeGreaterThanOrEqual(sent);
    expect(Object.keys(result.phases)).toEqual(["before", "after"]);
    expect(Object.keys(result.phases.before.versions)).toEqual(["3", "12"]);
    expect(Object.keys(result.phases.after.versions)).toEqual(["12"]);
  });

  test("ends by itself in time", async () => {
    const url = await serve((_, response) => response.end());
    const load = startLoad({ target: { api: "rest", url }, perSecond: 50, maxSeconds: 0.5 });
    expect((await load.ended).total).toBeGreaterThan(0);
  });
});

describe("a load over gRPC", () => {
  /** Answers with these bytes, or with an error every third time. */
  async function serveGrpc(answer: Buffer, fails: boolean) {
    const connections = new Set<string>();
    const lengths = new Set<number>();
    let number = 0;
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
    const bytes = (message: Buffer) => message;
    const method = (path: string) => ({
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    });
    const handle: grpc.handleUnaryCall<Buffer, Buffer> = (call, done) => {
      connections.add(call.getPeer());
      lengths.add(call.request.length);
      if (fails && ++number % 3 === 0) done({ code: grpc.status.UNAVAILABLE, details: "drained" });
      else done(null, answer);
    };
    server.addService(
      { predict: method(predictMethod), status: method(modelStatusMethod) },
      { predict: handle, status: handle },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    servers.push({ close: () => server.forceShutdown() });
    return { address: `127.0.0.1:${port}`, connections, lengths };
  }

  // outputs = 1 (five bytes, skipped), model_spec = 2 { name = 1 "m", version = 2 { value = 1: 300 } }
  const answer = Buffer.from([0x0a, 5, 1, 2, 3, 4, 5, 0x12, 8, 0x0a, 1, 0x6d, 0x12, 3, 8, 0xac, 2]);
  const request = serializePredict({
    model: "m",
    input: "x",
    data: Array(150_000).fill(1),
    shape: [1, 150_000],
  });

  test("sends a prepared message on one connection and reads the model version", async () => {
    const { address, connections, lengths } = await serveGrpc(answer, false);
    const target = { api: "grpc", address, method: predictMethod, request } as const;
    const result = await startLoad({ target, concurrency: 4, maxRequests: 100 }).ended;
    expect(describeLoad(result)).toContain("0 of 100 failed");
    expect(result.versions).toEqual({ 300: 100 });
    expect(connections.size).toBe(1);
    expect([...lengths]).toEqual([request.length]);
  });

  test("takes turns on as many connections as it is told", async () => {
    const { address, connections } = await serveGrpc(answer, false);
    const target = {
      api: "grpc",
      address,
      method: modelStatusMethod,
      request: Buffer.of(),
    } as const;
    await startLoad({ target, concurrency: 6, connections: 3, maxRequests: 60 }).ended;
    expect(connections.size).toBe(3);
  });

  test("counts a status other than OK", async () => {
    const { address } = await serveGrpc(answer, true);
    const target = { api: "grpc", address, method: predictMethod, request } as const;
    const result = await startLoad({ target, maxRequests: 30 }).ended;
    expect(result.failures).toEqual([
      expect.objectContaining({ reason: "UNAVAILABLE: drained", count: 10 }),
    ]);
  });
});
