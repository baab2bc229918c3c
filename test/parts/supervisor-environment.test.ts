import { spawnSync } from "child_process";
import * as fs from "fs";
import * as net from "net";
import * as path from "path";
import { afterEach, describe, expect, test } from "vitest";
import { perlBase, script, Start, startSupervisor, stopAll } from "../support/supervisor";

afterEach(stopAll);

describe("the server's command line", () => {
  test("names ports and model, then the container's arguments", async () => {
    const supervisor = await startSupervisor({ arguments: ["--enable_batching=true", "--x y"] });
    const { grpc, rest } = supervisor.ports;
    expect(await argv(supervisor)).toEqual([
      `--port=${grpc}`,
      `--rest_api_port=${rest}`,
      "--model_name=fish",
      "--model_base_path=/models/fish",
      "--enable_batching=true",
      "--x y",
    ]);
  });

  test("joins MODEL_BASE_PATH and the name with one slash", async () => {
    const supervisor = await startSupervisor({ env: { MODEL_BASE_PATH: "gs://bucket/models/" } });
    expect(await argv(supervisor)).toContain("--model_base_path=gs://bucket/models/fish");
  });

  test("names the files of TFS_FILE_*, readable by the owner only", async () => {
    const text = "max_batch_size { value: 8 }\n";
    const supervisor = await startSupervisor({ env: { TFS_FILE_batching_parameters_file: text } });
    const file = path.join(supervisor.folder, "tfserving/batching_parameters_file.pbtxt");
    expect(await argv(supervisor)).toContain(`--batching_parameters_file=${file}`);
    expect(fs.readFileSync(file, "utf8")).toBe(text);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each<[string, Start]>([
    ["the environment", { env: { TFS_FILE_model_config_file: "model_config_list {}" } }],
    ["an argument", { arguments: ["--model_config_file=/models/models.config"] }],
  ])("leaves the model out when a model config comes from %s", async (_, start) => {
    const line = (await argv(await startSupervisor(start))).join(" ");
    expect(line).toContain("--model_config_file=");
    expect(line).not.toMatch(/--model_name|--model_base_path/);
  });

  test("keeps the standard defaults", () => {
    const { stderr, status } = run({}, ["--version"], { PATH: "/nowhere" });
    expect(stderr).toContain(
      "starting tensorflow_model_server --port=8500 --rest_api_port=8501 --model_name=model" +
        " --model_base_path=/models/model --version\n",
    );
    expect(stderr).toContain("cannot start tensorflow_model_server: No such file or directory");
    expect(status).toBe(127);
  });
});

describe("exit 64 before the server starts", () => {
  test.each<[Record<string, string>, string]>([
    [{ MODEL_NAME: "" }, 'MODEL_NAME is "", not a model name'],
    [{ TFS_RELEASE: "a\r\nb" }, 'TFS_RELEASE is "a'],
    [{ MODEL_NAME: "a/b" }, 'MODEL_NAME is "a/b", not a model name'],
    [{ MODEL_NAME: "a/versions/1" }, 'MODEL_NAME is "a/versions/1", not a model name'],
    [{ MODEL_NAME: "a\nb" }, ", not a model name"],
    [{ TFS_STATUS_MODELS: "" }, 'TFS_STATUS_MODELS holds "": use NAME, NAME/versions/NUMBER'],
    [{ TFS_STATUS_MODELS: "a, b" }, 'TFS_STATUS_MODELS holds " b"'],
    [{ TFS_STATUS_MODELS: "a," }, 'TFS_STATUS_MODELS holds ""'],
    [{ TFS_STATUS_MODELS: "a/versions/v1" }, 'TFS_STATUS_MODELS holds "a/versions/v1"'],
    [{ TFS_STATUS_MODELS: "a/versions/" }, 'TFS_STATUS_MODELS holds "a/versions/"'],
    [{ TFS_STATUS_MODELS: "a/labels/stable" }, 'TFS_STATUS_MODELS holds "a/labels/stable"'],
    [{ MODEL_BASE_PATH: "" }, "MODEL_BASE_PATH is empty"],
    [{ TFS_REST_PORT: "0" }, 'TFS_REST_PORT is "0": give a port number, 1 to 65535'],
    [{ TFS_REST_PORT: "65536" }, 'TFS_REST_PORT is "65536"'],
    [{ TFS_GRPC_PORT: "http" }, 'TFS_GRPC_PORT is "http"'],
    [{ TFS_HEALTH_PORT: "tcp://10.0.0.1:80" }, 'TFS_HEALTH_PORT is "tcp://10.0.0.1:80"'],
    [{ TFS_HEALTH_PORT: "8501" }, "TFS_HEALTH_PORT and TFS_REST_PORT are both 8501"],
    [{ TFS_DRAIN_SECONDS: "-1" }, 'TFS_DRAIN_SECONDS is "-1": give whole seconds, 0 to 3600'],
    [{ TFS_DRAIN_SECONDS: "5s" }, 'TFS_DRAIN_SECONDS is "5s"'],
    [{ TFS_DRAIN_SECONDS: "3601" }, 'TFS_DRAIN_SECONDS is "3601"'],
    [{ TFS_JOIN_SECONDS: "soon" }, 'TFS_JOIN_SECONDS is "soon"'],
    [{ TFS_FILE_batching_file: "x" }, "TFS_FILE_batching_file: TF Serving has no such file flag"],
    [{ TFS_FILE_platform_config_file: "" }, "TFS_FILE_platform_config_file is empty"],
    [{ TFS_FILE_ssl_config_file: "key" }, "mount the file and pass --ssl_config_file=PATH"],
    [
      { TFS_FILE_monitoring_config_file: "x", TMPDIR: "/nowhere" },
      "cannot make /nowhere/tfserving",
    ],
  ])("%j", (env, problem) => {
    const { status, stderr } = run(env);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain("starting");
    expect(status).toBe(64);
  });

  test.each([
    ["--port=1", "argument --port: set TFS_GRPC_PORT instead"],
    ["--rest_api_port=1", "argument --rest_api_port: set TFS_REST_PORT instead"],
    ["--model_name=a", "argument --model_name: set MODEL_NAME instead"],
    ["--model_base_path=/a", "argument --model_base_path: set MODEL_BASE_PATH instead"],
    [
      "--monitoring_config_file=/a",
      "TFS_FILE_monitoring_config_file and the argument --monitoring_config_file are both given",
    ],
  ])("argument %s", (argument, problem) => {
    const { status, stderr } = run({ TFS_FILE_monitoring_config_file: "x" }, [argument]);
    expect(stderr).toContain(problem);
    expect(status).toBe(64);
  });

  test("lists all problems, and never a file's text", () => {
    const { stderr } = run({
      TFS_REST_PORT: "a",
      TFS_DRAIN_SECONDS: "b",
      TFS_FILE_ssl_config_file: "SECRET",
    });
    expect(stderr.split("\n")).toHaveLength(5);
    expect(stderr).not.toContain("SECRET");
  });

  test("a health port that is taken", async () => {
    const other = net.createServer().listen(0);
    await new Promise((done) => other.on("listening", done));
    const port = (other.address() as net.AddressInfo).port;
    const { status, stderr } = run({ TFS_HEALTH_PORT: String(port) });
    other.close();
    expect(stderr).toContain(`cannot listen on port ${port} (TFS_HEALTH_PORT): Address already`);
    expect(status).toBe(64);
  });

  test("a link in the place of its folder is not followed", async () => {
    const supervisor = await startSupervisor({ serving: false });
    fs.mkdirSync(path.join(supervisor.folder, "target"));
    fs.symlinkSync("target", path.join(supervisor.folder, "tfserving"));
    const { status, stderr } = run({
      TMPDIR: supervisor.folder,
      TFS_FILE_monitoring_config_file: "x",
    });
    expect(stderr).toContain("cannot make");
    expect(status).toBe(64);
  });
});

test("the script itself is executable", () => {
  const { status, stderr } = spawnSync(script, ["--check", "nonsense"], { encoding: "utf8" });
  expect(stderr).toContain("usage: tfserving-supervisor --check [ready|joined|live]");
  expect(status).toBe(64);
});

async function argv(supervisor: { steer: (m: string, p: string) => Promise<string> }) {
  return (JSON.parse(await supervisor.steer("GET", "/info")) as { argv: string[] }).argv;
}

function run(env: Record<string, string>, args: string[] = [], more: Record<string, string> = {}) {
  return spawnSync(process.env.PERL ?? "/usr/bin/perl", [...perlBase, ...args], {
    env: { PATH: "/nowhere", ...env, ...more },
    encoding: "utf8",
  });
}
