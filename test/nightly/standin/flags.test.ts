// The command line: TensorFlow's own parsing, and what the server refuses at the start.
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connect } from "../../support/servingGrpc";
import { launch, makeModels, prepare, runToEnd, serve, type Server } from "./server";
import { until } from "../../support/until";

const scale = ["-e", "MODEL_NAME=scale"];
let models: string;
let server: Server | undefined;

beforeAll(async () => {
  await prepare();
  models = await makeModels();
  const batching = (last: number) =>
    `max_batch_size { value: 8 } batch_timeout_micros { value: 2000 } num_batch_threads { value: 2 }
     max_enqueued_batches { value: 100 } allowed_batch_sizes: 4 allowed_batch_sizes: ${last}`;
  await fs.writeFile(path.join(models, "batching.config"), batching(8));
  await fs.writeFile(path.join(models, "wrong.config"), batching(6));
  await fs.writeFile(path.join(models, "garbage.config"), "max_batch_size: is not text proto {");
  await fs.writeFile(path.join(models, "empty.config"), "");
  const files = {
    "threads.config": "num_batch_threads { value: 0 }",
    "size.config": "max_batch_size { value: 0 }",
    "wait.config": "batch_timeout_micros { value: -1 }",
    "split.config": `enable_large_batch_splitting { value: true } max_enqueued_batches { value: 0 }
      max_batch_size { value: 8 } max_execution_batch_size { value: 4 }`,
    "platform.config": 'model_config_list { config { name: "scale" base_path: "/models/scale" } }',
    "path.config": 'model_config_list { config { name: "scale" base_path: "scale" } }',
  };
  for (const [name, text] of Object.entries(files)) {
    await fs.writeFile(path.join(models, name), text);
  }
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(async () => {
  if (models) await fs.rm(models, { recursive: true, force: true });
});

it.each([
  ["a word for a number", ["--port=many"], "Couldn't interpret value many for flag port."],
  ["a word for a boolean", ["--enable_batching=maybe"], "Couldn't interpret value maybe"],
  [
    "all three thread flags",
    [
      "--tensorflow_session_parallelism=1",
      "--tensorflow_intra_op_parallelism=1",
      "--tensorflow_inter_op_parallelism=1",
    ],
    "You cannot configure all.",
  ],
  [
    "batching parameters without batching",
    ["--batching_parameters_file=/models/batching.config"],
    "batching_parameters_file is set without setting server_options.enable_batching",
  ],
  [
    "batch sizes that do not end with the largest",
    ["--enable_batching", "--batching_parameters_file=/models/wrong.config"],
    "Last entry in allowed_batch_sizes must match max_batch_size; last entry was 6; expected 8",
  ],
  [
    "a file that is no text proto",
    ["--enable_batching", "--batching_parameters_file=/models/garbage.config"],
    "Error: INVALID_ARGUMENT: Invalid protobuf file: '/models/garbage.config'\n",
  ],
  [
    "an empty file",
    ["--model_config_file=/models/empty.config"],
    "Error: INVALID_ARGUMENT: /models/empty.config; Invalid argument\n",
  ],
  [
    "a batching without threads",
    ["--enable_batching", "--batching_parameters_file=/models/threads.config"],
    "num_batch_threads must be positive; was 0",
  ],
  [
    "a model without a platform",
    ["--model_config_file=/models/platform.config"],
    "Illegal setting neither ModelServerConfig::model_type (deprecated) nor " +
      "ModelServerConfig::model_platform, model name is scale",
  ],
  [
    "a relative base path, which is looked at before the platform",
    ["--model_config_file=/models/path.config"],
    "Expected model scale to have an absolute path or URI; got base_path()=scale",
  ],
  ["no model at all", ["--model_base_path="], "model_config_file are empty!"],
  ["neither port nor socket", ["--port=0"], "grpc_socket_path must be set"],
  ["tags that no graph has", ["--saved_model_tags=none"], "matching supplied tags: { none }"],
])("ends with 255 for %s", async (_what, args, text) => {
  const { code, output } = await runToEnd(models, {
    options: scale,
    args: ["--max_num_load_retries=0", ...args],
  });
  expect(output).toContain(text);
  expect(code).toBe(255);
});

// The exit status is 128 and the signal's number: a shell is process 1.
it.each([
  [
    "a batch size of 0",
    139,
    ["--enable_batching", "--batching_parameters_file=/models/size.config"],
  ],
  ["a negative wait", 139, ["--enable_batching", "--batching_parameters_file=/models/wait.config"]],
  ["a queue of 0", 139, ["--enable_batching", "--batching_parameters_file=/models/split.config"]],
  ["a channel argument without =", 139, ["--grpc_channel_arguments=foo"]],
  ["a missing TLS file", 134, ["--ssl_config_file=/models/none"]],
])("crashes for %s", async (_what, status, args) => {
  const { code, output } = await runToEnd(models, { options: scale, args });
  expect(output).not.toContain("Failed to start server");
  expect(code).toBe(status);
});

it("crashes as process 1 as well", async () => {
  const { code } = await runToEnd(models, {
    options: ["--entrypoint", "tensorflow_model_server"],
    args: ["--model_name=scale", "--model_base_path=/models/scale", "--grpc_channel_arguments=foo"],
  });
  expect(code).toBe(139);
});

it("stays half up without its monitoring file, and says nothing", async () => {
  server = await launch(models, {
    options: scale,
    args: ["--monitoring_config_file=/models/none"],
  });
  const client = connect(server.grpc);
  try {
    const status = () => client.getModelStatus({ model: "scale" }).catch(() => undefined);
    expect(await until("gRPC", status)).toMatchObject([{ state: "AVAILABLE" }]);
    await expect(server.get("/v1/models/scale")).rejects.toThrow();
    expect(await server.logs()).not.toMatch(/Failed|\/models\/none/);
  } finally {
    client.close();
  }
});

it("tells where a text proto is wrong on the error stream only", async () => {
  const { output } = await runToEnd(models, {
    options: scale,
    args: ["--enable_batching", "--batching_parameters_file=/models/garbage.config"],
  });
  expect(output).toMatch(
    /^\[libprotobuf ERROR .*\] Error parsing text-format tensorflow.serving.BatchingParameters: 1:\d+: /m,
  );
});

it("prints unknown arguments and serves all the same", async () => {
  server = await serve(models, { options: scale, args: ["--no_such_flag=1"] });
  expect(await server.logs()).toContain("unknown argument: --no_such_flag=1");
});

it("knows no value after a space, like TensorFlow's parser", async () => {
  server = await serve(models, { options: scale, args: ["--rest_api_port", "9999"] });
  expect(await server.logs()).toContain("unknown argument: --rest_api_port");
  expect((await server.get("/v1/models/scale")).status).toBe(200);
});

it("takes the last of a repeated flag", async () => {
  server = await serve(models, {
    options: scale,
    args: ["--model_name=other", "--model_name=renamed"],
  });
  expect((await server.get("/v1/models/renamed")).status).toBe(200);
});

it("opens no REST port when it is 0", async () => {
  const id = { options: [...scale, "--entrypoint", "bash"] };
  const listening =
    "tensorflow_model_server --model_name=scale --model_base_path=/models/scale & " +
    "until grep -q :2134 /proc/net/tcp*; do sleep 0.1; done; grep -c :2135 /proc/net/tcp*; kill $!";
  const { output } = await runToEnd(models, { ...id, args: ["-c", listening] });
  expect(output).toMatch(/tcp:0$/m);
});

it("answers preflight headers only when asked to", async () => {
  server = await serve(models, { options: scale, args: ["--rest_api_enable_cors_support"] });
  expect((await server.get("/v1/models/scale")).headers).toMatchObject({
    "access-control-allow-origin": "*",
  });
  const preflight = await server.call("/v1/models/scale:predict", "OPTIONS", "", {
    Origin: "http://example.com",
  });
  expect(preflight).toMatchObject({
    status: 200,
    text: "",
    headers: { "content-type": "text/html", "access-control-allow-methods": "POST, GET" },
  });
});

it("checks the method of a signature only when asked to", async () => {
  const flag = "--enable_signature_method_name_check";
  server = await serve(models, { options: scale, args: [flag] });
  const answer = await server.post("/v1/models/scale:classify", { examples: [{ x: 1 }] });
  expect(answer.text).toContain("Was: tensorflow/serving/predict");
});

it("has no metrics page unless it is configured", async () => {
  server = await serve(models, { options: scale });
  expect((await server.get("/monitoring/prometheus/metrics")).status).toBe(404);
});

it("batches concurrent requests without mixing their answers", async () => {
  server = await serve(models, {
    options: scale,
    args: ["--enable_batching=true", "--batching_parameters_file=/models/batching.config"],
  });
  const client = connect(server.grpc);
  try {
    const calls = Array.from({ length: 200 }, (_, index) =>
      client.predict({ model: "scale", input: "x", data: [index, 0, 1], shape: [1, 3] }),
    );
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => answer.outputs["y"]!.data)).toEqual(
      answers.map((_, index) => [3 * index, 0, 3]),
    );
  } finally {
    client.close();
  }
});

it("refuses a request larger than a batch", async () => {
  server = await serve(models, {
    options: scale,
    args: ["--enable_batching=true", "--batching_parameters_file=/models/batching.config"],
  });
  const rows = Array.from({ length: 9 }, () => [1, 2, 3]);
  expect(await server.post("/v1/models/scale:predict", { instances: rows })).toMatchObject({
    status: 400,
    body: { error: "Task size 9 is larger than maximum input batch size 8" },
  });
});
