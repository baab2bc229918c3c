import { once } from "events";
import * as http from "http";
import * as net from "net";
import { afterEach, describe, expect, test } from "vitest";
import { freePorts } from "../support/freePorts";
import {
  Answer,
  check,
  startReady,
  startSupervisor,
  stopAll,
  Supervisor,
  untilHealth,
} from "../support/supervisor";
import { until } from "../support/until";

afterEach(stopAll);

describe("readiness", () => {
  test("goes from a closed port over a loading version to AVAILABLE", async () => {
    const supervisor = await startSupervisor({ serving: false });
    await until("the health port answers", () => supervisor.health());
    await untilHealth(supervisor, 503, "STARTING: fish: REST port");

    await until("the server runs", () => supervisor.steer("GET", "/info"));
    await supervisor.steer("POST", "/listen");
    await supervisor.answer("fish", { states: { 7: "LOADING" } });
    await untilHealth(supervisor, 503, "STARTING: fish: version 7 is LOADING");

    await supervisor.answer("fish", { states: { 7: "AVAILABLE" } });
    expect((await untilHealth(supervisor, 200)).text).toBe("AVAILABLE\n");
  });

  test.each<[string, Answer, string]>([
    ["an unknown model", { code: 404, body: "{}" }, "status call answered 404"],
    ["a server error", { code: 500, body: "AVAILABLE" }, "status call answered 500"],
    ["no version", { states: {} }, "no version"],
    ["a version that ended", { states: { 3: "END" } }, "version 3 is END"],
    [
      "an error that names the word",
      { states: { 3: "END UNAVAILABLE: disk" } },
      "not usable: disk",
    ],
    ["an error that quotes a state", { states: { 3: 'END "state": "AVAILABLE"' } }, "3 is END"],
    ["several versions", { states: { 3: "END", 4: "LOADING" } }, "3 is END, version 4 is LOADING"],
    ["an answer that is not HTTP", { raw: "AVAILABLE\r\n\r\n" }, "no HTTP answer"],
    ["a cut answer", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}" }, "cut short"],
    ["no answer", { hang: true }, "no answer in time"],
  ])("is refused for %s", async (_, answer, reason) => {
    const supervisor = await startSupervisor();
    await supervisor.answer("fish", answer);
    const reply = await untilHealth(supervisor, 503, reason);
    expect(reply.text).toMatch(/^STARTING: fish: /);
    expect(reply.text).not.toMatch(/AVAILABLE/i);
  });

  test.each(["LOADING", "UNLOADING", "END failed"])(
    "needs one AVAILABLE version, whatever another is: %s",
    async (state) => {
      const supervisor = await startSupervisor();
      await supervisor.answer("fish", { states: { 2: state, 1: "AVAILABLE" } });
      await untilHealth(supervisor, 200);
    },
  );

  test("needs every model of TFS_STATUS_MODELS", async () => {
    const supervisor = await startSupervisor({ env: { TFS_STATUS_MODELS: "fish,crab" } });
    await supervisor.answer("fish", { states: { 1: "AVAILABLE" } });
    await untilHealth(supervisor, 503, "STARTING: crab: status call answered 404");
    await supervisor.answer("crab", { states: { 1: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    await supervisor.answer("fish", { states: { 1: "END" } });
    await untilHealth(supervisor, 503, "NOT READY: fish: version 1 is END");
  });

  test("needs each version that TFS_STATUS_MODELS names, at first and later", async () => {
    const wanted = "fish/versions/1,fish/versions/3,crab";
    const supervisor = await startSupervisor({ env: { TFS_STATUS_MODELS: wanted } });
    await supervisor.answer("crab", { states: { 7: "AVAILABLE" } });
    await supervisor.answer("fish", { states: { 2: "AVAILABLE", 1: "AVAILABLE" } });
    await untilHealth(supervisor, 503, "STARTING: fish: no version 3\n");
    await supervisor.answer("fish", { states: { 3: "LOADING", 2: "END", 1: "AVAILABLE" } });
    await untilHealth(supervisor, 503, "STARTING: fish: version 3 is LOADING\n");
    await supervisor.answer("fish", { states: { 3: "AVAILABLE", 2: "END", 1: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    await supervisor.answer("fish", { states: { 3: "AVAILABLE", 1: "UNLOADING" } });
    await untilHealth(supervisor, 503, "NOT READY: fish: version 1 is UNLOADING\n");
  });

  test("needs every version at first where TFS_STATUS_MODELS says so, and then one", async () => {
    const supervisor = await startSupervisor({ env: { TFS_STATUS_MODELS: "fish/versions/*" } });
    await supervisor.answer("fish", { states: {} });
    await untilHealth(supervisor, 503, "STARTING: fish: no version\n");
    await supervisor.answer("fish", { states: { 10: "START", 9: "AVAILABLE", 2: "LOADING" } });
    await untilHealth(supervisor, 503, "fish: version 2 is LOADING, version 10 is START\n");
    await supervisor.answer("fish", { states: { 10: "AVAILABLE", 9: "AVAILABLE", 2: "END bad" } });
    await untilHealth(supervisor, 503, "fish: version 2 is END (bad)\n");
    await supervisor.answer("fish", { states: { 10: "AVAILABLE", 9: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    await supervisor.answer("fish", { states: { 11: "LOADING", 10: "AVAILABLE", 9: "END" } });
    await staysReady(supervisor, 2500);
    await supervisor.answer("fish", { states: { 11: "LOADING" } });
    await untilHealth(supervisor, 503, "NOT READY: fish: version 11 is LOADING\n");
  });

  test("ends as soon as the server says that nothing is loaded, and comes back", async () => {
    const supervisor = await startReady();
    await supervisor.answer("fish", { states: { 1: "UNLOADING" } });
    await untilHealth(supervisor, 503, "NOT READY: fish: version 1 is UNLOADING");
    await supervisor.answer("fish", { states: { 2: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    expect(supervisor.stderr()).toMatch(/not ready: fish: version 1 is UNLOADING\n.*: ready\n$/);
  });

  test("outlives a server that is too busy to answer its status, for ten seconds", async () => {
    const supervisor = await startReady();
    await supervisor.answer("fish", { hang: true });
    const silent = Date.now();
    await until(
      "NOT READY",
      async () => (await supervisor.health()).text.startsWith("NOT READY: fish: REST port"),
      30_000,
    );
    expect(Date.now() - silent).toBeGreaterThan(9_000);
  });

  test("outlives errors and a closed REST port that last less than that", async () => {
    const supervisor = await startReady();
    await supervisor.answer("fish", { code: 500, body: "" });
    await staysReady(supervisor, 3000);
    await supervisor.steer("POST", "/close");
    await staysReady(supervisor, 4000);
  });

  test("is read from a connection that the server keeps open", async () => {
    const supervisor = await startSupervisor();
    const body = '{"model_version_status": [{"version": "1", "state": "AVAILABLE"}]}';
    const raw = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await supervisor.answer("fish", { raw, open: true });
    await untilHealth(supervisor, 200);
  });
});

describe("health port", () => {
  test("answers /livez while the model loads, and 404 elsewhere", async () => {
    const supervisor = await startSupervisor();
    expect(await supervisor.health("/livez")).toEqual({ code: 200, text: "ALIVE\n" });
    expect((await supervisor.health("/")).code).toBe(404);
    expect((await supervisor.health("/readyz?verbose=1")).code).toBe(503);
  });

  test("is not blocked by clients that send nothing, and closes them", async () => {
    const supervisor = await startReady();
    const idle = await Promise.all(Array.from({ length: 100 }, () => connect(supervisor)));
    expect((await supervisor.health()).code).toBe(200);
    expect(idle[99].closed).toBe(false);
    await until("the oldest make room", () => idle.slice(0, 36).every((socket) => socket.closed));
    expect(idle[99].closed).toBe(false);
    await until("all idle clients are closed", () => idle.every((socket) => socket.closed));
  });

  test("answers bytes that come one by one", async () => {
    const supervisor = await startReady();
    const socket = await connect(supervisor);
    let answer = "";
    socket.setNoDelay(true).on("data", (chunk) => (answer += chunk.toString()));
    for (const byte of "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n") {
      socket.write(byte);
    }
    await until("an answer", () => answer.endsWith("AVAILABLE\n"));
  });

  test("names the release of its image", async () => {
    const { ports } = await startReady({ env: { TFS_RELEASE: "0f3c9a5d2b71" } });
    const answer = await fetch(`http://127.0.0.1:${ports.health}/readyz`);
    expect(answer.headers.get("x-release")).toBe("0f3c9a5d2b71");
  });

  test.each([
    ["POST", "POST /readyz HTTP/1.1\r\n\r\n", "405"],
    ["HEAD", "HEAD /readyz HTTP/1.0\r\n\r\n", "200"],
    ["nonsense", "nonsense\r\n\r\n", "400"],
    ["more than 8 KiB", `GET /${"x".repeat(9000)}`, ""],
  ])("answers %s without a body that says ready", async (_, request, code) => {
    const supervisor = await startReady();
    const socket = await connect(supervisor);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.write(request);
    await until("the end, before the time-out for idle clients", () => socket.closed, 1500);
    expect(answer.split(" ")[1] ?? "").toBe(code);
    expect(answer).not.toContain("AVAILABLE");
  });
});

describe("joining", () => {
  test("waits until a load balancer has found the replica ready for REST and for gRPC", async () => {
    const supervisor = await startReady();
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 503 });
    await askFromOutside(supervisor);
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 503 });
    await askFromOutside(supervisor);
    expect(await supervisor.health("/joinedz")).toEqual({ code: 200, text: "JOINED\n" });
  });

  test("does without a load balancer after five seconds", async () => {
    const supervisor = await startReady();
    const ready = Date.now();
    await until("it has joined", async () => (await supervisor.health("/joinedz")).code === 200);
    expect(Date.now() - ready).toBeGreaterThan(4000);
  });

  test("waits for as many load balancers as they say that they are", async () => {
    const supervisor = await startReady();
    const first = { address: "127.0.0.2", balancers: 2 };
    for (let call = 0; call < 4; call++) await askFromOutside(supervisor, first);
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 503 });
    const second = { address: "127.0.0.3", balancers: 2 };
    await askFromOutside(supervisor, second);
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 503 });
    await askFromOutside(supervisor, second);
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 200 });
  });

  test("does without them after TFS_JOIN_SECONDS", async () => {
    const supervisor = await startReady({ env: { TFS_JOIN_SECONDS: "0" } });
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 200 });
  });

  test("begins again after the replica was not ready", async () => {
    const supervisor = await startReady();
    await askFromOutside(supervisor);
    await askFromOutside(supervisor);
    await supervisor.answer("fish", { states: { 1: "END" } });
    await untilHealth(supervisor, 503, "END");
    expect((await supervisor.health("/joinedz")).text).toContain("NOT READY");
    await supervisor.answer("fish", { states: { 1: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    expect(await supervisor.health("/joinedz")).toMatchObject({ code: 503 });
  });
});

describe("--check", () => {
  test("tells ready from not ready, and live from both", async () => {
    const supervisor = await startSupervisor();
    await supervisor.answer("fish", { states: { 1: "LOADING" } });
    await untilHealth(supervisor, 503, "LOADING");
    const { health } = supervisor.ports;
    expect(check(health)).toEqual({ code: 1, output: "STARTING: fish: version 1 is LOADING\n" });
    expect(check(health, "live")).toEqual({ code: 0, output: "ALIVE\n" });
    await supervisor.answer("fish", { states: { 1: "AVAILABLE" } });
    await untilHealth(supervisor, 200);
    expect(check(health, "ready")).toEqual({ code: 0, output: "AVAILABLE\n" });
  });

  test("says that no supervisor answers", async () => {
    const [port] = await freePorts(1);
    expect(check(port)).toEqual({
      code: 1,
      output: `NOT READY: no supervisor on port ${port}: Connection refused\n`,
    });
  });

  test("gives up on a port that accepts and never answers", async () => {
    const silent = net.createServer().listen(0, "127.0.0.1");
    await new Promise((done) => silent.on("listening", done));
    const { code, output } = check((silent.address() as net.AddressInfo).port);
    silent.close();
    expect(code).toBe(1);
    expect(output).toContain("no answer in 2 s");
  });

  test("refuses a word that it does not know", () => {
    expect(check(1, "redy").code).toBe(64);
  });
});

/** Asks for readiness from an address that is not 127.0.0.1, as a load balancer's is not. */
async function askFromOutside(
  supervisor: Supervisor,
  { address, balancers }: { address: string; balancers?: number } = { address: "127.0.0.2" },
): Promise<void> {
  const { health: port } = supervisor.ports;
  const path = balancers === undefined ? "/readyz" : `/readyz?balancers=${balancers}`;
  const request = http.get({ port, path, localAddress: address, agent: false });
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
}

async function staysReady(supervisor: Supervisor, durationMs: number): Promise<void> {
  const end = Date.now() + durationMs;
  while (Date.now() < end) {
    expect(await supervisor.health()).toEqual({ code: 200, text: "AVAILABLE\n" });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function connect(supervisor: Supervisor): Promise<net.Socket> {
  const socket = net.connect(supervisor.ports.health, "127.0.0.1").on("error", () => undefined);
  await new Promise((done) => socket.on("connect", done));
  return socket.resume();
}
