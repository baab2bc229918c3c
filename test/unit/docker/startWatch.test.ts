import { expect, it, onTestFinished } from "vitest";
import { StartFailure, StartWatch } from "../../../components/core/docker/startWatch";
import { type Answer, json, startScriptedEngine, written } from "../../support/scriptedEngine";

const ready = "supervisor: ready\n";
const network = "serving-1a2b3c4";

function event(Action: string, id: string, timeNano: number): string {
  const Attributes = { "tfserving.part": "replica", "tfserving.replica": "1" };
  return `${JSON.stringify({ Action, Actor: { ID: id, Attributes }, timeNano })}\n`;
}

/** Sends both events of a new container and keeps the connection. */
function started(id: string): Answer {
  return (response) => response.write(event("create", id, 1) + event("start", id, 2));
}

function container({ on = network, running = true, ExitCode = 0 } = {}): Answer {
  const State = { Running: running, Restarting: false, ExitCode, OOMKilled: false };
  return json({ State, RestartCount: 0, NetworkSettings: { Networks: { [on]: {} } } });
}

/** A watch of the engine that answers so; what it reports and which containers it removes. */
async function watch(answers: Record<string, Answer>) {
  const { host, requests } = await startScriptedEngine(answers);
  const failures: StartFailure[] = [];
  let report: () => void;
  const reported = new Promise<void>((resolve) => (report = resolve));
  const watched = await StartWatch.open(
    host,
    { stack: "tfserving/dev", network },
    30,
    (failure) => {
      failures.push(failure);
      report();
    },
  );
  onTestFinished(() => watched.close());
  const removed = () => requests.filter((request) => request.startsWith("DELETE"));
  return { watched, failures, reported, removed, requests };
}

it("knows a container that says that it is ready", async () => {
  const { watched, failures } = await watch({
    "/events": started("a"),
    "/containers/a/json": container(),
    "/containers/a/logs": written(ready, "go on"),
  });
  await watched.whenReady("replica", 1);
  expect(failures).toEqual([]);
});

it("reports one that ended, with its last lines, and removes it", async () => {
  const { failures, reported, removed } = await watch({
    "/events": started("a"),
    "/containers/a/json": container({ running: false, ExitCode: 255 }),
    "/containers/a/logs": written("no such model\n", "end"),
  });
  await reported;
  expect(failures).toEqual([
    {
      part: "replica",
      number: "1",
      message: "ended with code 255 before it was ready. It said:\n    no such model",
    },
  ]);
  await expect.poll(removed, { timeout: 10_000 }).toEqual(["DELETE /containers/a"]);
});

it.each<[string, Answer]>([
  ["answers with an error", json({ message: "busy" }, 500)],
  ["breaks the connection off", written("loading\n", "break")],
  ["ends the log of a container that runs", written("loading\n", "end")],
])("asks an engine again that %s, and fails nothing", async (_, hiccup) => {
  const { watched, failures, removed } = await watch({
    "/events": started("a"),
    "/containers/a/json": container(),
    "/containers/a/logs": (response, call, request) =>
      (call === 1 ? hiccup : written(ready, "go on"))(response, call, request),
  });
  await watched.whenReady("replica", 1);
  expect([failures, removed()]).toEqual([[], []]);
});

it("asks again when the engine does not say how a container is", async () => {
  const { watched, failures } = await watch({
    "/events": started("a"),
    "/containers/a/json": (response, call, request) =>
      (call === 1 ? json({ message: "busy" }, 500) : container())(response, call, request),
    "/containers/a/logs": written(ready, "go on"),
  });
  await watched.whenReady("replica", 1);
  expect(failures).toEqual([]);
});

it("goes on after the last event when the engine breaks the events off", async () => {
  let since: string | null = "";
  const { watched } = await watch({
    "/events": (response, call, request) => {
      if (call === 1) {
        response.write(event("create", "a", 1_500_000_000), () => response.destroy());
      } else {
        since = new URL(request.url ?? "", "http://engine").searchParams.get("since");
        response.write(event("create", "a", 1_500_000_000) + event("start", "a", 1_600_000_000));
      }
    },
    "/containers/a/json": container(),
    "/containers/a/logs": written(ready, "go on"),
  });
  await watched.whenReady("replica", 1);
  expect(since).toBe("1.500000000");
});

it("leaves the containers of another component of the stack alone, ready or ended", async () => {
  const { watched, failures, removed, requests } = await watch({
    "/events": (response, call, request) => {
      started("other-ready")(response, call, request);
      started("other-ended")(response, call, request);
      started("own")(response, call, request);
    },
    "/containers/other-ready/json": container({ on: "shop-5d6e7f8" }),
    "/containers/other-ready/logs": written(ready, "go on"),
    "/containers/other-ended/json": container({ on: "shop-5d6e7f8", running: false }),
    "/containers/other-ended/logs": written("", "end"),
    "/containers/own/json": container(),
    "/containers/own/logs": written(ready, "go on"),
  });
  await watched.whenReady("replica", 1);
  expect([failures, removed()]).toEqual([[], []]);
  expect(requests).not.toContain("GET /containers/other-ready/logs");
  expect(requests).not.toContain("GET /containers/other-ended/logs");
});
