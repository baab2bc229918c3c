// Loading, reloading and ending: what a supervisor and an operator rely on.
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../support/servingGrpc";
import {
  docker,
  image,
  launch,
  makeModels,
  prepare,
  runToEnd,
  serve,
  type Server,
  type Start,
} from "./server";
import { until } from "../../support/until";

let models: string;
const started: Server[] = [];

const model = (name: string, ...more: string[]): Start => ({
  options: ["-e", `MODEL_NAME=${name}`, ...more],
});

async function run(start: Start): Promise<Server> {
  const server = await serve(models, start);
  started.push(server);
  return server;
}

async function versions(server: Server, name: string): Promise<Record<string, string>> {
  const { body } = await server.get(`/v1/models/${name}`);
  const listed = body as { model_version_status: { version: string; state: string }[] };
  return Object.fromEntries(listed.model_version_status.map((one) => [one.version, one.state]));
}

async function config(name: string, text: string): Promise<string> {
  await fs.writeFile(path.join(models, name), `model_config_list { config { ${text} } }`);
  return `--model_config_file=/models/${name}`;
}

/** Puts a version below a model in one step: a server that looks meanwhile sees all or nothing. */
async function place(from: string, name: string, version: number): Promise<void> {
  const staging = path.join(models, "staging");
  await fs.cp(path.join(models, from), staging, { recursive: true });
  await fs.mkdir(path.join(models, name), { recursive: true });
  await fs.rename(staging, path.join(models, name, String(version)));
}

/** A model of one test's own, with version 1. */
async function ownModel(): Promise<string> {
  const name = `own_${randomUUID()}`;
  await place("scale/1", name, 1);
  return name;
}

const predict = (server: Server, name: string) =>
  server.post(`/v1/models/${name}:predict`, { instances: [[1, 2, 3]] });

beforeAll(async () => {
  await prepare();
  models = await makeModels();
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  if (models) await fs.rm(models, { recursive: true, force: true });
});

describe("versions", () => {
  const scale = 'name: "scale" base_path: "/models/scale" model_platform: "tensorflow"';

  it.each([
    ["the latest alone by default", "", { "2": "AVAILABLE" }],
    [
      "as many as latest says",
      "model_version_policy { latest { num_versions: 2 } }",
      { "1": "AVAILABLE", "2": "AVAILABLE" },
    ],
    [
      "only the specific ones",
      "model_version_policy { specific { versions: 1 } }",
      { "1": "AVAILABLE" },
    ],
  ])("loads %s", async (_what, policy, expected) => {
    const server = await run({ args: [await config("policy.config", `${scale} ${policy}`)] });
    expect(
      await until("the versions", async () => {
        const found = await versions(server, "scale");
        return Object.keys(found).length === Object.keys(expected).length && found;
      }),
    ).toEqual(expected);
  });

  it("takes over a new version while it runs, and unloads the old one", async () => {
    const name = await ownModel();
    const server = await run(model(name));
    expect((await predict(server, name)).body).toEqual({ predictions: [[2, 4, 6]] });
    await place("waiting/3", name, 3);
    await until("version 3", async () => (await versions(server, name))["3"] === "AVAILABLE");
    expect((await predict(server, name)).body).toEqual({ predictions: [[4, 8, 12]] });
    await until("the end of version 1", async () => (await versions(server, name))["1"] === "END");
  });

  it("keeps the old version when the new one is broken", async () => {
    const name = await ownModel();
    const server = await run({ ...model(name), args: ["--max_num_load_retries=0"] });
    await place("broken/1", name, 9);
    await until("the failure", async () => (await versions(server, name))["9"] === "END");
    expect(await versions(server, name)).toEqual({ "1": "AVAILABLE", "9": "END" });
    expect((await predict(server, name)).status).toBe(200);
  });

  it("looks only once with a poll interval of 0", async () => {
    const name = await ownModel();
    const server = await run({ ...model(name), args: ["--file_system_poll_wait_seconds=0"] });
    await place("scale/2", name, 2);
    const other = await run(model(name)); // proof that the new version can be found and loaded
    expect(await versions(other, name)).toEqual({ "2": "AVAILABLE" });
    expect(await versions(server, name)).toEqual({ "1": "AVAILABLE" });
  });

  it("refuses labels at the start without the flag that allows them", async () => {
    const label = 'version_labels { key: "stable" value: 2 }';
    const { code, output } = await runToEnd(models, {
      args: [await config("label.config", `${scale} ${label}`)],
    });
    expect(code).not.toBe(0);
    expect(output).toContain(
      "Request to assign label to version 2 of model scale, which is not currently available",
    );
  });

  it("exchanges its models on request, and moves labels to loaded versions only", async () => {
    const all = "model_version_policy { all {} }";
    const server = await run({ args: [await config("reload.config", `${scale} ${all}`)] });
    const client = connect(server.grpc);
    try {
      await until(
        "both versions",
        async () => Object.keys(await versions(server, "scale")).length === 2,
      );
      const entry = { name: "scale", basePath: "/models/scale" };
      await expect(
        client.reloadConfig([{ ...entry, versionLabels: { next: 7 } }]),
      ).rejects.toMatchObject({
        code: grpc.status.FAILED_PRECONDITION,
        details: expect.stringContaining("assign label to version 7") as string,
      });
      const relative = client.reloadConfig([{ name: "sum", basePath: "sum" }]);
      await expect(relative).rejects.toMatchObject({ code: grpc.status.INVALID_ARGUMENT });
      await client.reloadConfig([
        { ...entry, versionLabels: { stable: 2 } },
        { name: "sum", basePath: "/models/sum" },
      ]);
      const call = { model: "scale", label: "stable", input: "x", data: [1, 2, 3], shape: [1, 3] };
      expect(await client.predict(call)).toMatchObject({ version: 2 });
      expect(await client.getModelStatus({ model: "sum" })).toMatchObject([{ state: "AVAILABLE" }]);
      await client.reloadConfig([{ name: "sum", basePath: "/models/sum" }]);
      await until("the end of scale", async () => (await versions(server, "scale"))["2"] === "END");
      expect((await predict(server, "scale")).status).toBe(404);
    } finally {
      client.close();
    }
  });
});

describe("a model that cannot be loaded", () => {
  it.each([
    ["broken", ""],
    [
      "hollow",
      "NOT_FOUND: Specified file path does not appear to contain a SavedModel bundle (should have " +
        "a file called `saved_model.pb`)\nSpecified file path: /models/hollow/1",
    ],
    [
      "warm_wrong",
      "INVALID_ARGUMENT: Signature input alias: x(feed name: serving_default_x:0) not found in " +
        "request and no default value provided. Inputs expected to be in the request {z}, or " +
        "default input alias set: ",
    ],
    ["warm_garbage", ""],
  ])("ends the server: %s", async (name, reason) => {
    const { code, output } = await runToEnd(models, {
      ...model(name),
      args: ["--max_num_load_retries=0"],
    });
    expect(code).toBe(255);
    expect(output).toContain(`Loading servable: {name: ${name} version: 1} failed`);
    expect(output).toContain(
      "Failed to start server. Error: UNKNOWN: 1 servable(s) did not become available: " +
        `{{{name: ${name} version: 1} due to error: ${reason}`,
    );
  });

  it("is tried again as often as the flag says", async () => {
    const { output } = await runToEnd(models, {
      ...model("broken"),
      args: ["--max_num_load_retries=2", "--load_retry_interval_micros=1000"],
    });
    expect(output.match(/Retrying of Loading servable: .* retry: \d/g)?.length).toBe(2);
  });

  it("opens no port before a version is there", async () => {
    const server = await launch(models, model("empty"));
    started.push(server);
    await until("the first look", async () =>
      (await server.logs()).includes("No versions of servable empty found"),
    );
    await expect(server.get("/v1/models/empty")).rejects.toThrow();
    await place("scale/1", "empty", 1);
    await until("the port", () => server.get("/v1/models/empty").catch(() => undefined));
  });
});

it("looks for a base path that is missing again and again, and opens no port", async () => {
  const server = await launch(models, model("nowhere"));
  started.push(server);
  const line = "Could not find base path /models/nowhere for servable nowhere";
  await until("a second look", async () => (await server.logs()).split(line).length > 2);
  await expect(server.get("/v1/models/nowhere")).rejects.toThrow();
});

describe("warm-up", () => {
  it("replays the recorded requests while loading", async () => {
    const server = await run(model("warm"));
    expect(await server.logs()).toContain("Number of warmup records read: 2.");
  });

  it("can be turned off", async () => {
    const server = await run({ ...model("warm_wrong"), args: ["--enable_model_warmup=false"] });
    expect((await predict(server, "warm_wrong")).status).toBe(200);
  });
});

describe("the process", () => {
  it("ignores SIGTERM as process 1, like the stock image", async () => {
    const server = await run({
      options: ["--entrypoint", "tensorflow_model_server"],
      args: ["--rest_api_port=8501", "--model_name=scale", "--model_base_path=/models/scale"],
    });
    await docker("kill", "--signal", "TERM", server.id);
    expect((await predict(server, "scale")).status).toBe(200);
  });

  it("is killed at the end of the time to stop when a shell is process 1", async () => {
    const server = await run(model("scale"));
    await docker("stop", "-t", "1", server.id);
    expect(await docker("wait", server.id)).toBe("137");
  });

  it("dies of SIGTERM at once as a child", async () => {
    const server = await run(model("scale"));
    await docker("exec", server.id, "bash", "-c", "kill -TERM $(cat /proc/1/task/1/children)");
    const code = await docker("wait", server.id);
    expect(code).toBe("143");
  });

  it("runs as any user on a read-only root file system", async () => {
    const server = await run(
      model(
        "scale",
        "--user",
        "12345:12345",
        "--read-only",
        "--tmpfs",
        "/tmp",
        "--cap-drop",
        "ALL",
      ),
    );
    expect((await predict(server, "scale")).status).toBe(200);
  });

  it("says in its log and its image that it is a stand-in", async () => {
    const server = await run(model("scale"));
    expect(await server.logs()).toContain("STAND-IN for tensorflow/serving");
    const labels = await docker("image", "inspect", "-f", "{{json .Config.Labels}}", image);
    expect(labels).toContain("Stand-in for tensorflow/serving");
  });
});
