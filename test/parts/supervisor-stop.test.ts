import * as fs from "fs";
import { afterEach, describe, expect, test } from "vitest";
import {
  startReady,
  startSupervisor,
  stopAll,
  Supervisor,
  untilHealth,
} from "../support/supervisor";
import { until } from "../support/until";

afterEach(stopAll);

describe("stop", () => {
  test.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])(
    "%s: says 503 first, serves for the drain time, then ends with 0",
    async (signal) => {
      const supervisor = await startReady({ env: { TFS_DRAIN_SECONDS: "2" } });
      const asked = Date.now();
      supervisor.process.kill(signal);
      await untilHealth(supervisor, 503, "DRAINING");
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

  test("stays ready for the leave time before it drains", async () => {
    const env = { TFS_LEAVE_SECONDS: "1", TFS_DRAIN_SECONDS: "1" };
    const supervisor = await startReady({ env });
    const asked = Date.now();
    supervisor.process.kill("SIGTERM");
    await until("it has seen the signal", () => /staying ready for 1 s/.test(supervisor.stderr()));
    expect((await supervisor.health()).code).toBe(200);
    await untilHealth(supervisor, 503, "DRAINING");
    expect(Date.now() - asked).toBeGreaterThan(900);
    expect(await supervisor.exit()).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeGreaterThan(1800);
  });

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

function children(pid: number): number[] {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

async function info(supervisor: Supervisor): Promise<{ pid: number; argv: string[] }> {
  return JSON.parse(await supervisor.steer("GET", "/info")) as { pid: number; argv: string[] };
}
