import * as fs from "fs";
import * as net from "net";
import { afterEach, describe, expect, test } from "vitest";
import {
  Answer,
  check,
  freePorts,
  startReady,
  startSupervisor,
  stopAll,
  Supervisor,
  until,
  untilHealth,
} from "../support/supervisor";

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
    const asked = Date.now();
    expect((await supervisor.health()).code).toBe(200);
    expect(Date.now() - asked).toBeLessThan(1000);
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

describe("stop", () => {
  test.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])(
    "%s: says 503 first, serves for the drain time, then ends with 0",
    async (signal) => {
      const supervisor = await startReady({ env: { TFS_DRAIN_SECONDS: "2" } });
      const asked = Date.now();
      supervisor.process.kill(signal);
      await untilHealth(supervisor, 503, "DRAINING");
      expect(Date.now() - asked).toBeLessThan(1000);
      expect((await supervisor.rest("fish")).code).toBe(200);
      expect((await supervisor.health("/livez")).code).toBe(200);

      let served = Date.now();
      void until("the server stops", async () => {
        await supervisor.rest("fish").then(() => (served = Date.now()));
        return false;
      }).catch(() => undefined);
      expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
      expect(served - asked).toBeGreaterThan(1700);
    },
  );

  test("a second signal ends the drain", async () => {
    const supervisor = await startReady({ env: { TFS_DRAIN_SECONDS: "600" } });
    supervisor.process.kill("SIGTERM");
    await untilHealth(supervisor, 503, "DRAINING");
    supervisor.process.kill("SIGTERM");
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
  });

  test("does not drain when no model was ready yet", async () => {
    const supervisor = await startSupervisor({ env: { TFS_DRAIN_SECONDS: "600" } });
    await until("the health port answers", () => supervisor.health());
    supervisor.process.kill("SIGTERM");
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
  });

  test("does not drain for 0 seconds", async () => {
    const supervisor = await startReady({ env: { TFS_DRAIN_SECONDS: "0" } });
    supervisor.process.kill("SIGTERM");
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
  });

  test("kills a server that ignores SIGTERM", async () => {
    const env = { TFS_DRAIN_SECONDS: "0", FAKE_SIGTERM: "ignore" };
    const supervisor = await startReady({ env });
    supervisor.process.kill("SIGTERM");
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
    expect(supervisor.stderr()).toContain("killing it");
  });

  test.each<NodeJS.Signals>(["SIGHUP", "SIGUSR1", "SIGUSR2"])(
    "%s changes nothing",
    async (name) => {
      const supervisor = await startReady();
      supervisor.process.kill(name);
      await supervisor.answer("fish", { states: { 1: "LOADING" } });
      await untilHealth(supervisor, 503, "NOT READY: fish: version 1 is LOADING");
    },
  );
});

describe("a server that ends by itself", () => {
  test.each([0, 7])("with code %d ends the supervisor with the same", async (code) => {
    const supervisor = await startReady();
    await supervisor.steer("POST", `/exit/${code}`).catch(() => undefined);
    expect(await supervisor.exit()).toEqual({ code, signal: null });
    expect(supervisor.stderr()).toContain(`the server exited with code ${code}`);
  });

  test.each<[NodeJS.Signals, number]>([
    ["SIGKILL", 137],
    ["SIGSEGV", 139],
    ["SIGTERM", 143],
  ])("by %s ends the supervisor with %d", async (signal, code) => {
    const supervisor = await startReady();
    process.kill((await info(supervisor)).pid, signal);
    expect(await supervisor.exit()).toEqual({ code, signal: null });
    expect(supervisor.stderr()).toContain(`the server was ended by signal ${code - 128}`);
  });

  test("while draining is a failure: its calls were lost", async () => {
    const supervisor = await startReady({ env: { TFS_DRAIN_SECONDS: "600" } });
    supervisor.process.kill("SIGTERM");
    await untilHealth(supervisor, 503, "DRAINING");
    process.kill((await info(supervisor)).pid, "SIGKILL");
    expect(await supervisor.exit()).toEqual({ code: 137, signal: null });
  });
});

test("as PID 1 it reaps what others leave behind, and stops on SIGTERM", async () => {
  const namespace = ["unshare", "--user", "--map-root-user", "--pid", "--kill-child"];
  const supervisor = await startReady({ prefix: namespace, env: { TFS_DRAIN_SECONDS: "0" } });
  const [pid1] = children(supervisor.process.pid!);
  const server = children(pid1);
  await supervisor.steer("POST", "/orphan");
  await until("the orphan has come", () => children(pid1).length > server.length);
  await until("the orphan is reaped", () => children(pid1).length === server.length);
  process.kill(pid1, "SIGTERM");
  expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
});

async function staysReady(supervisor: Supervisor, durationMs: number): Promise<void> {
  const end = Date.now() + durationMs;
  while (Date.now() < end) {
    expect(await supervisor.health()).toEqual({ code: 200, text: "AVAILABLE\n" });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function children(pid: number): number[] {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

async function info(supervisor: Supervisor): Promise<{ pid: number; argv: string[] }> {
  return JSON.parse(await supervisor.steer("GET", "/info")) as { pid: number; argv: string[] };
}

async function connect(supervisor: Supervisor): Promise<net.Socket> {
  const socket = net.connect(supervisor.ports.health, "127.0.0.1").on("error", () => undefined);
  await new Promise((done) => socket.on("connect", done));
  return socket.resume();
}
