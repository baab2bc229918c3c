// The contract of TensorFlow Serving's REST and gRPC API, on the stand-in's own container.
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type ServingClient } from "../../support/servingGrpc";
import { makeModels, prepare, serve, type Server } from "./server";

const served = ["scale", "strings", "sum", "examples", "scalar"];
const config = `model_config_list {
${served
  .map(
    (name) =>
      `  config { name: "${name}" base_path: "/models/${name}" model_platform: "tensorflow"
           model_version_policy { all {} }
           ${name === "scale" ? 'version_labels { key: "stable" value: 1 }' : ""} }`,
  )
  .join("\n")}
}`;

let models: string;
let server: Server;
let client: ServingClient;

beforeAll(async () => {
  await prepare();
  models = await makeModels();
  await fs.writeFile(path.join(models, "models.config"), config);
  await fs.writeFile(path.join(models, "monitoring.config"), "prometheus_config { enable: true }");
  server = await serve(models, {
    args: [
      "--model_config_file=/models/models.config",
      "--allow_version_labels_for_unavailable_models",
      "--monitoring_config_file=/models/monitoring.config",
    ],
  });
  client = connect(server.grpc);
});

afterAll(async () => {
  client?.close();
  await server?.stop();
  if (models) await fs.rm(models, { recursive: true, force: true });
});

const error = (text: string) => ({ error: expect.stringContaining(text) as string });

describe("REST status and metadata", () => {
  const status = (version: string) => ({
    version,
    state: "AVAILABLE",
    status: { error_code: "OK", error_message: "" },
  });

  it("lists every version, newest first", async () => {
    expect(await server.get("/v1/models/scale")).toMatchObject({
      status: 200,
      body: { model_version_status: [status("2"), status("1")] },
    });
  });

  it("answers for a version", async () => {
    const answer = await server.get("/v1/models/scale/versions/2");
    expect(answer.body).toEqual({ model_version_status: [status("2")] });
  });

  it.each(["stable", "none"])("lists every version for the label %s", async (label) => {
    expect(await server.get(`/v1/models/scale/labels/${label}`)).toMatchObject({
      status: 200,
      body: { model_version_status: [status("2"), status("1")] },
    });
  });

  it.each([
    ["/v1/models/none", 404, "Could not find any versions of model none"],
    ["/v1/models/scale/versions/9", 404, "Could not find version 9 of model scale"],
    ["/v1/models/scale/labels/none/metadata", 400, "Unrecognized servable version label: none"],
    ["/v1/models/none/metadata", 404, "Servable not found for request: Latest(none)"],
    ["/v1/models", 400, "Missing model name in request."],
    ["/v1/other", 400, "Malformed request: GET /v1/other"],
    ["/v1/models/scale:predict", 400, "Malformed request: GET /v1/models/scale:predict"],
    ["/v1/models/scale?x=1", 404, "Could not find any versions of model scale?x=1"],
  ])("refuses GET %s with %i", async (target, code, text) => {
    expect(await server.get(target)).toMatchObject({ status: code, body: error(text) });
  });

  it.each(["/", "//v1/models/scale"])("answers 404 and closes outside /v1: %s", async (target) => {
    expect(await server.get(target)).toMatchObject({
      status: 404,
      headers: { "content-type": "text/html", connection: "close" },
      text: expect.stringContaining("<TITLE>404 Not Found</TITLE>") as string,
    });
  });

  it("says nothing about a version number that is too large", async () => {
    const target = "/v1/models/scale/versions/99999999999999999999";
    expect(await server.get(target)).toMatchObject({ status: 400, text: "" });
  });

  it("shows the signatures", async () => {
    const { status: code, body } = await server.get("/v1/models/scale/versions/1/metadata");
    expect(code).toBe(200);
    expect(body).toMatchObject({
      model_spec: { name: "scale", signature_name: "", version: "1" },
      metadata: {
        signature_def: {
          signature_def: {
            serving_default: {
              inputs: {
                x: {
                  dtype: "DT_FLOAT",
                  name: "serving_default_x:0",
                  tensor_shape: {
                    dim: [
                      { size: "-1", name: "" },
                      { size: "3", name: "" },
                    ],
                    unknown_rank: false,
                  },
                },
              },
              method_name: "tensorflow/serving/predict",
            },
          },
        },
      },
    });
  });
});

describe("REST predict", () => {
  it.each([
    ["rows", { instances: [[1, 2, 3]] }, { predictions: [[3, 6, 9]] }],
    ["named rows", { instances: [{ x: [1, 2, 3] }] }, { predictions: [[3, 6, 9]] }],
    ["a column", { inputs: [[1, 2, 3]] }, { outputs: [[3, 6, 9]] }],
    ["a named column", { inputs: { x: [[1, 2, 3]] } }, { outputs: [[3, 6, 9]] }],
    [
      "another signature",
      { signature_name: "shift", instances: [[1, 2, 3]] },
      { predictions: [[4, 5, 6]] },
    ],
    [
      "the first of two equal keys",
      '{"inputs": [[1, 2, 3]], "inputs": [[7]]}',
      { outputs: [[3, 6, 9]] },
    ],
    ["what ends in junk", '{"inputs": [[1, 2, 3]]} [', { outputs: [[3, 6, 9]] }],
    ["fewer dimensions than the signature has", { inputs: [1, 2, 3] }, { outputs: [3, 6, 9] }],
    [
      "more dimensions than the signature has",
      { inputs: [[[1, 2, 3]]] },
      { outputs: [[[3, 6, 9]]] },
    ],
    ["a float32 without noise", { instances: [[0.1, 0, 0]] }, { predictions: [[0.3, 0, 0]] }],
  ])("takes %s", async (_what, body, expected) => {
    const answer = await server.post("/v1/models/scale:predict", body);
    expect(answer.status).toBe(200);
    const rounded = JSON.parse(JSON.stringify(answer.body), (_key, value: unknown) =>
      typeof value === "number" ? Math.fround(value) : value,
    ) as unknown;
    expect(rounded).toEqual(
      JSON.parse(JSON.stringify(expected), (_key, value: unknown) =>
        typeof value === "number" ? Math.fround(value) : value,
      ),
    );
  });

  it.each([
    ["version", "/v1/models/scale/versions/1:predict"],
    ["label", "/v1/models/scale/labels/stable:predict"],
  ])("runs the %s that the path names", async (_what, target) => {
    const { body } = await server.post(target, { instances: [[1, 2, 3]] });
    expect(body).toEqual({ predictions: [[2, 4, 6]] });
  });

  it.each([
    ["NaN and infinities", "NaN, Infinity, -Infinity", "NaN, Infinity, -Infinity"],
    ["numbers beyond float32", "1e39, -1e39, 0", "Infinity, -Infinity, 0.0"],
    [
      "six digits, or nine where six are not exact",
      "0.5, 1e6, 0.123456789",
      "1.5, 3e+06, 0.370370388",
    ],
  ])("answers %s", async (_what, given, expected) => {
    const answer = await server.post("/v1/models/scale:predict", `{"inputs": [[${given}]]}`);
    expect(answer.text).toBe(`{\n    "outputs": [[${expected}]]\n}`);
  });

  it("answers a scalar with a scalar", async () => {
    const answer = await server.post("/v1/models/scalar:predict", { inputs: 3 });
    expect(answer.text).toBe('{\n    "outputs": 6.0\n}');
  });

  it("leaves the shape to the graph when the signature has none", async () => {
    const request = { signature_name: "shapeless", inputs: [1, 2] };
    const { body } = await server.post("/v1/models/scalar:predict", request);
    expect(body).toEqual({ outputs: { y: [1, 2], rank: 1 } });
  });

  const rows = JSON.stringify({ instances: [[1, 2, 3]] });

  it("takes a compressed body", async () => {
    const headers = { "Content-Encoding": "gzip" };
    const target = "/v1/models/scale:predict";
    expect(await server.call(target, "POST", gzipSync(rows), headers)).toMatchObject({
      status: 200,
      body: { predictions: [[3, 6, 9]] },
    });
  });

  it("asks for a body that waits to be asked for, as curl's does beyond 1 MB", async () => {
    const headers = { Expect: "100-continue", "Content-Length": String(rows.length) };
    const answer = await server.call("/v1/models/scale:predict", "POST", rows, headers);
    expect(answer.body).toEqual({ predictions: [[3, 6, 9]] });
  });

  it("takes text and base64, and answers base64 for outputs named _bytes", async () => {
    const { body } = await server.post("/v1/models/strings:predict", {
      instances: ["abc", { b64: Buffer.from("x\xff", "latin1").toString("base64") }],
    });
    expect(body).toMatchObject({
      predictions: [
        { upper: "ABC", raw_bytes: { b64: Buffer.from("abc").toString("base64") } },
        { raw_bytes: { b64: Buffer.from("x\xff", "latin1").toString("base64") } },
      ],
    });
  });

  it.each([
    ["rows", { instances: [{ a: 1, b: 2 }] }, { predictions: [{ total: 3, twice: 4 }] }],
    ["columns", { inputs: { a: [1], b: [2] } }, { outputs: { total: [3], twice: [4] } }],
  ])("takes several inputs in %s", async (_what, body, expected) => {
    expect(await server.post("/v1/models/sum:predict", body)).toMatchObject({
      status: 200,
      body: expected,
    });
  });

  it.each([
    ["no body", "", "JSON Parse error: The document is empty"],
    ["broken JSON", '{"instances": [', "JSON Parse error"],
    ["a list", "[1]", "Is not object"],
    ["neither key", {}, "Missing 'inputs' or 'instances' key"],
    ["both keys", { instances: [1], inputs: [1] }, "expecting only one of"],
    ["no rows", { instances: [] }, "No values in 'instances' array"],
    ["text for numbers", { instances: [["a", 1, 2]] }, "is not of expected type: float"],
    ["rows of two lengths", { instances: [[1, 2, 3], [1]] }, "Expecting shape [3] but got: [1]"],
    ["a row of two depths", { instances: [[1, [2], 3]] }, "Encountered list at unexpected level"],
    ["a number beyond double", '{"instances": [[1e400, 0, 0]]}', "Number too big to be stored in"],
    ["an unknown input", { instances: [{ z: 1 }] }, "does not have named input: z"],
    ["a missing input", { inputs: { z: 1 } }, "Missing named input: x in 'inputs' object."],
    ["an unknown signature", { signature_name: "z", instances: [1] }, '"z" not found in signature'],
    ["a number as signature", { signature_name: 1 }, "key must be a string value"],
    ["a whole number too large", { instances: [[123456789, 0, 0]] }, "without loss of precision"],
  ])("refuses %s with 400", async (_what, body, text) => {
    expect(await server.post("/v1/models/scale:predict", body)).toMatchObject({
      status: 400,
      body: error(text),
    });
  });

  it.each([
    ["/v1/models/none:predict", 404, "Servable not found for request: Latest(none)"],
    ["/v1/models/scale/versions/9:predict", 404, "Specific(scale, 9)"],
    ["/v1/models/scale/labels/none:predict", 400, "Unrecognized servable version label: none"],
    ["/v1/models/scale:explain", 400, "Malformed request: POST"],
    ["/v1/models/scale:PREDICT", 400, "Malformed request: POST /v1/models/scale:PREDICT"],
  ])("refuses POST %s with %i", async (target, code, text) => {
    const answer = await server.post(target, { instances: [[1, 2, 3]] });
    expect(answer).toMatchObject({ status: code, body: error(text) });
  });
});

describe("REST classify and regress", () => {
  const examples = [{ x: 0.25 }, { x: [0.75] }];

  it("classifies examples", async () => {
    const { body } = await server.post("/v1/models/examples:classify", { examples });
    expect(body).toEqual({
      results: [
        [
          ["yes", 0.25],
          ["no", 0.75],
        ],
        [
          ["yes", 0.75],
          ["no", 0.25],
        ],
      ],
    });
  });

  it("regresses examples that share a context", async () => {
    const { body } = await server.post("/v1/models/examples:regress", {
      signature_name: "regress",
      context: { x: 0.5 },
      examples: [{}, { x: 1.0e-1 }],
    });
    expect(body).toEqual({ results: [1, 0.2] });
  });

  it.each([
    ["classify", "No classification inputs found in SignatureDef: "],
    ["regress", "No regression inputs found in SignatureDef: "],
  ])("%s looks for the right input, not at the signature's method", async (action, text) => {
    expect(await server.post(`/v1/models/scale:${action}`, { examples })).toMatchObject({
      status: 400,
      body: error(text),
    });
  });
});

describe("gRPC", () => {
  const call = { model: "scale", input: "x", data: [1, 2, 3], shape: [1, 3] };

  it("predicts, and says which version and signature", async () => {
    expect(await client.predict(call)).toEqual({
      outputs: { y: { shape: [1, 3], data: [3, 6, 9] } },
      model: "scale",
      version: 2,
      signature: "serving_default",
    });
  });

  it.each([
    ["version", { version: 1 }],
    ["label", { label: "stable" }],
  ])("predicts with the %s asked for", async (_what, choice) => {
    const prediction = await client.predict({ ...call, ...choice, signature: "shift" });
    expect(prediction).toMatchObject({ version: 1, outputs: { y: { data: [3, 4, 5] } } });
  });

  it("takes and gives messages of 24 MB", async () => {
    const rows = 2_000_000;
    const prediction = await client.predict({
      ...call,
      data: new Float32Array(rows * 3).fill(1),
      shape: [rows, 3],
    });
    expect(prediction.outputs["y"]!.data.length).toBe(rows * 3);
  });

  it.each([
    ["an unknown model", { model: "none" }, grpc.status.NOT_FOUND, "Latest(none)"],
    ["an unknown version", { version: 9 }, grpc.status.NOT_FOUND, "Specific(scale, 9)"],
    ["an unknown label", { label: "z" }, grpc.status.INVALID_ARGUMENT, "version label: z"],
    ["an unknown signature", { signature: "z" }, grpc.status.FAILED_PRECONDITION, '"z" not found'],
    // Its text ends in a blank, which Node.js takes for a broken header: lifecycle.test.ts has it.
    ["an unknown input", { input: "z" }, grpc.status.INVALID_ARGUMENT, ""],
    [
      "fewer values than the shape",
      { data: [1] },
      grpc.status.INVALID_ARGUMENT,
      "tensor parsing error: x",
    ],
    ["a wrong inner dimension", { shape: [3, 1] }, grpc.status.OK, ""],
    ["a wrong number of dimensions", { shape: [3] }, grpc.status.OK, ""],
  ])("answers %s with its own status", async (_what, change, code, details) => {
    const outcome = await client.predict({ ...call, ...change }).then(
      () => ({ code: grpc.status.OK, details: "" }),
      (failure: grpc.ServiceError) => failure,
    );
    expect(outcome).toMatchObject({ code, details: expect.stringContaining(details) as string });
  });

  it.each([
    ["every version", {}],
    ["every version for a label", { label: "stable" }],
  ])("gives the status of %s", async (_what, choice) => {
    expect(await client.getModelStatus({ model: "scale", ...choice })).toEqual([
      { version: 2, state: "AVAILABLE", status: { errorCode: 0, errorMessage: "" } },
      { version: 1, state: "AVAILABLE", status: { errorCode: 0, errorMessage: "" } },
    ]);
  });

  it("gives the signatures", async () => {
    const metadata = await client.getModelMetadata({ model: "scale" });
    expect(metadata.version).toBe(2);
    const tensorShape = { dim: [{ size: -1 }, { size: 3 }] };
    expect(metadata.signatures["serving_default"]).toMatchObject({
      methodName: "tensorflow/serving/predict",
      inputs: { x: { dtype: "DT_FLOAT", tensorShape } },
      outputs: { y: { dtype: "DT_FLOAT", tensorShape } },
    });
  });
});

it("counts requests under TensorFlow Serving's metric names", async () => {
  await server.post("/v1/models/scale:predict", { instances: [[1, 2, 3]] });
  await client.predict({ model: "scale", input: "x", data: [1, 2, 3], shape: [1, 3] });
  const { body } = await server.get("/monitoring/prometheus/metrics");
  expect(body).toMatch(
    /^:tensorflow:serving:request_count\{model_name="scale",status="OK"\} \d+$/m,
  );
  // Lower case over REST, where it is the action in the path; upper case over gRPC.
  for (const labels of ['API="predict",entrypoint="REST"', 'API="Predict",entrypoint="GRPC"']) {
    expect(body).toContain(
      `\n:tensorflow:serving:request_latency_bucket{model_name="scale",${labels},le="+Inf"} `,
    );
  }
});
