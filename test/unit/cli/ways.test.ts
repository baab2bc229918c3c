// The commands that reach into a stack, on services of this machine.
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { open } from "../../../cli/commands/open";
import { predict } from "../../../cli/commands/predict";
import { status } from "../../../cli/commands/status";
import { freePort, openTunnel } from "../../../cli/targets/tunnel";
import { entry } from "../../support/accessLog";
import { temporaryFolder } from "../../support/modelFolder";
import { startRest } from "../../support/restService";
import { json, startScriptedEngine, withReplica, written } from "../../support/scriptedEngine";
import { stackContext } from "../../support/stackContext";

const local = "unix:///no-docker-engine-in-unit-tests.sock";
const signature = { inputs: { x: { dtype: "float32", shape: [-1, 2] } }, outputs: {} };
const sample = { modelFolder: "model/classifier", modelName: "my_model" };
let shown: MockInstance;

beforeEach(() => {
  shown = vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const lines = () => shown.mock.calls.flat().join("\n").split("\n");

/** A service that answers each path with a text, what it is asked, and the outputs of its stack. */
async function serviceWith(answers: Record<string, string>) {
  const { asked, base } = await startRest(answers);
  return { asked, base, given: { restUrl: `${base}/m`, replicas: 1, grpcAddress: "", signature } };
}

function requestFile(content: unknown): string {
  const file = path.join(temporaryFolder(), "request.json");
  fs.writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("npm run predict", () => {
  const settings = { signatureName: "serving_default", modelFolder: "other", modelName: "m" };
  const answer = { "/v1/models/m:predict": '{"predictions": [[0.25, 0.75], [NaN, NaN], 3]}' };
  const instances = [[1, 2], [3, 4], [5]];

  it("asks what a file of JSON holds, and says the best class of each answer", async () => {
    const { given, asked } = await serviceWith(answer);
    await predict(stackContext({ host: local, settings, given }), {}, [requestFile(instances)]);

    expect(asked).toEqual([{ signature_name: "serving_default", instances }]);
    expect(lines()).toEqual([
      "request.json 1: predicted class= number 1 with confidence level of 0.75",
      "request.json 2: no class, for none of its 2 scores is a number",
      "3",
    ]);
  });

  it("says as many classes as it is asked for", async () => {
    const { given } = await serviceWith(answer);
    const context = stackContext({ host: local, settings, given });
    await predict(context, { top: "2" }, [requestFile(instances)]);

    expect(lines().slice(0, 3)).toEqual([
      "request.json 1:",
      "    0.7500  number 1",
      "    0.2500  number 0",
    ]);
  });

  it("gives programs JSON, with what JSON has no number for as text", async () => {
    const { given } = await serviceWith(answer);
    const context = stackContext({ host: local, settings, given });
    await predict(context, { json: true }, [requestFile(instances)]);

    expect(JSON.parse(lines().join("\n"))).toEqual([
      { input: "request.json 1", top: [{ index: 1, score: 0.75 }], answer: [0.25, 0.75] },
      { input: "request.json 2", top: [], answer: ["NaN", "NaN"] },
      { input: "request.json 3", answer: 3 },
    ]);
  });

  it("asks another model of the stack by its name", async () => {
    const { base, given } = await serviceWith({
      "/v1/models/fish:predict": '{"outputs": {"y": [1]}}',
    });
    const modelUrls = { m: given.restUrl, fish: `${base}/fish` };
    const context = stackContext({ host: local, settings, given: { ...given, modelUrls } });
    const file = requestFile({ inputs: { x: [1] } });
    await predict(context, { model: "fish" }, [file]);

    expect(lines()).toEqual(['{"y":[1]}']);
    await expect(predict(context, { model: "bird" }, [file])).rejects.toThrow(
      "The stack dev has no model bird: it has m, fish.",
    );
  });

  it.each([
    ["a number of classes that is none", { top: "0" }, ["f"], '--top is "0", not a number from 1.'],
    ["no file, where another model is served", {}, [], "the held-out pictures fit the sample"],
  ])("refuses %s", async (_, options, files, message) => {
    await expect(predict(stackContext({ settings }), options, files)).rejects.toThrow(message);
  });

  it("fails where a held-out picture comes back with another class", async () => {
    const wrong = JSON.stringify({ predictions: Array.from({ length: 10 }, () => [0.9, 0.1]) });
    const { given } = await serviceWith({ "/v1/models/m:predict": wrong });
    const inputs = { x: { dtype: "float32", shape: [-1, 2, 2, 3] } };
    const context = stackContext({
      ...{ host: local, settings: sample },
      given: { ...given, signature: { inputs, outputs: {} } },
    });

    await expect(predict(context, {}, [])).rejects.toThrow(
      "9 of the 10 pictures came back with another class.",
    );
  });
});

describe("npm run status", () => {
  it("gives programs JSON, without the notebook's token", async () => {
    const { given } = await serviceWith({
      "/v1/models/m": '{"model_version_status": [{"version": "7", "state": "AVAILABLE"}]}',
    });
    const { host } = await startScriptedEngine(withReplica);
    const notebookUrl = "http://127.0.0.1:8888/lab?token=secret";
    const context = stackContext({ host, given: { ...given, notebookUrl } });

    expect(await status(context, { json: true })).toBe(0);
    expect(JSON.parse(lines().join("\n"))).toMatchObject({
      stack: "dev",
      well: true,
      notebookUrl: "http://127.0.0.1:8888/lab",
      parts: [{ part: "replica", id: "1", state: "running", well: true }],
      models: [{ name: "m", served: true, versions: [{ version: "7", state: "AVAILABLE" }] }],
    });
  });
});

describe("npm run status of a service that logs its requests", () => {
  const models = {
    "/v1/models/m": '{"model_version_status": [{"version": "7", "state": "AVAILABLE"}]}',
  };
  const time = "2026-01-01T00:00:01.000000001Z";
  const requests = [entry(), entry({ status: 429, refusal: "clientRate" })];
  const lines = [...requests.map((one) => JSON.stringify(one)), "[NOTICE] (1) : Loading success."];
  const text = lines.map((line) => `${time} ${line}\n`).join("");
  const balancer = json([
    {
      ...{ Id: "b1", Names: ["/serving"], Image: "sha256:abc", State: "running", Status: "Up" },
      Labels: { "tfserving.part": "balancer" },
    },
  ]);

  it("counts them by client", async () => {
    const { given } = await serviceWith(models);
    const { host } = await startScriptedEngine({
      ...{ ...withReplica, "/containers/json": balancer },
      "/containers/b1/logs": written(text, "end"),
    });
    const context = stackContext({ host, given: { ...given, replicas: 0 } });

    expect(await status(context, { json: true })).toBe(0);
    expect(JSON.parse(shown.mock.calls.flat().join(""))).toMatchObject({
      clients: { estimated: false, clients: [{ client: "web", requests: 2, refused: 1 }] },
    });
    expect(await status(context, {})).toBe(0);
    expect(shown.mock.calls.flat()).toContain("web     2         0       1        12 ms  12 ms");
  });

  it("says why they are not counted, and shows the rest", async () => {
    const { given } = await serviceWith(models);
    const { host } = await startScriptedEngine({ ...withReplica, "/containers/json": balancer });
    const context = stackContext({ host, given: { ...given, replicas: 0 } });
    expect(await status(context, {})).toBe(0);
    expect(vi.mocked(console.error).mock.calls.flat().join("\n")).toMatch(/clients +not counted: /);
  });
});

describe("npm run open", () => {
  const notebookUrl = "http://127.0.0.1:8888/lab?token=secret";

  it("prints the URL where there is no terminal", async () => {
    const given = { restUrl: "http://127.0.0.1:1", notebookUrl };
    await open(stackContext({ host: local, given }), {});
    expect(lines()).toEqual([notebookUrl]);
  });

  it("says that a stack has no notebook, or a port is none", async () => {
    const given = { restUrl: "http://127.0.0.1:1" };
    await expect(open(stackContext({ host: local, given }), {})).rejects.toThrow(
      "The stack dev has no notebook.",
    );
    const context = stackContext({ host: local, given: { ...given, notebookUrl } });
    await expect(open(context, { port: "http" })).rejects.toThrow('--port is "http", not a port.');
  });

  it("keeps a tunnel of AWS open until it is told to end", async () => {
    const port = await freePort();
    const server = `require("net").createServer().listen(process.argv[1], "127.0.0.1")`;
    const notebookTunnel = `'${process.execPath}' -e '${server}' ${port}`;
    const given = { restUrl: "http://127.0.0.1:1", notebookUrl, notebookTunnel };
    const settings = { target: "ecs" };

    const opened = open(stackContext({ settings, given }), { port: String(port) });
    const url = `http://127.0.0.1:${port}/lab?token=secret`;
    await vi.waitFor(() => expect(lines()).toContain(url), 10_000);
    process.emit("SIGHUP");

    await opened;
    await vi.waitFor(async () => {
      expect(await fetch(`http://127.0.0.1:${port}`).catch(() => "closed")).toBe("closed");
    }, 10_000);
  });
});

describe("a tunnel", () => {
  it("that cannot be opened says what its program said", async () => {
    const tunnel = {
      ...{ program: "sh", args: ["-c", "echo no such host >&2; exit 255"] },
      ...{ port: await freePort(), to: "the notebook", advice: "log in." },
    };
    await expect(openTunnel(tunnel)).rejects.toMatchObject({
      message: "There is no way to the notebook: no such host.",
      advice: "log in.",
    });
  });
});
