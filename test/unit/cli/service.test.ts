import * as http from "node:http";
import { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  modelStatus,
  parseAnswer,
  predict,
  signatureOf,
  toJson,
} from "../../../cli/predict/service";

let server: http.Server | undefined;

/** A service that gives one answer; resolves to the URL of its model. */
async function serviceThatAnswers(
  status: number,
  body: string,
  seen: (path: string, body: string) => void = () => {},
): Promise<string> {
  const started = http.createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      seen(request.url ?? "", text);
      response.writeHead(status).end(body);
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1/models/m`;
}

afterEach(() => {
  server?.close();
  server = undefined;
});

describe("asking the service", () => {
  it("posts the pictures in row format under the signature", async () => {
    const requests: unknown[] = [];
    const request = { signature_name: "serving_default", instances: [[[[1, 2, 3]]]] };
    const url = await serviceThatAnswers(200, '{"predictions": [[0.25, 0.75]]}', (path, body) =>
      requests.push([path, JSON.parse(body)]),
    );

    expect(await predict(url, request, "dev")).toEqual([[0.25, 0.75]]);
    expect(requests).toEqual([["/v1/models/m:predict", request]]);
  });

  it("tells the version and the state of the model", async () => {
    const version = {
      version: "3",
      state: "AVAILABLE",
      status: { error_code: "OK", error_message: "" },
    };
    const url = await serviceThatAnswers(200, JSON.stringify({ model_version_status: [version] }));

    expect(await modelStatus(url, "dev")).toEqual([
      { version: "3", state: "AVAILABLE", message: "" },
    ]);
  });

  it.each([
    [
      "TensorFlow Serving",
      400,
      '{"error": "no such signature"}',
      "answered 400: no such signature",
    ],
    ["the balancer", 503, "<html><h1>503 No server</h1></html>", "answered 503: 503 No server"],
    ["a server without words", 502, "", "answered 502: an empty answer"],
  ])("passes on the error of %s", async (_, status, body, message) => {
    const url = await serviceThatAnswers(status, body);

    await expect(predict(url, { instances: [] }, "dev")).rejects.toThrow(message);
  });

  it("says that nothing answers, and what to do", async () => {
    const url = await serviceThatAnswers(200, "{}");
    await new Promise((resolve) => server?.close(resolve));

    await expect(modelStatus(url, "dev")).rejects.toMatchObject({
      message: `The service at ${url} does not answer (ECONNREFUSED).`,
      advice: expect.stringContaining("npm run up"),
    });
  });
});

describe("the signature of a served model", () => {
  const metadata = (signatures: object) =>
    JSON.stringify({ metadata: { signature_def: { signature_def: signatures } } });
  const serving = {
    inputs: {
      x: { dtype: "DT_FLOAT", tensor_shape: { dim: [{ size: "-1" }, { size: "3" }] }, name: "x:0" },
    },
    outputs: { y: { dtype: "DT_STRING", tensor_shape: { unknown_rank: true }, name: "y:0" } },
  };

  it("is read from its metadata", async () => {
    const paths: string[] = [];
    const url = await serviceThatAnswers(200, metadata({ serving_default: serving }), (path) =>
      paths.push(path),
    );

    expect(await signatureOf(url, "serving_default", "dev")).toEqual({
      inputs: { x: { dtype: "float", shape: [-1, 3] } },
      outputs: { y: { dtype: "string" } },
    });
    expect(paths).toEqual(["/v1/models/m/metadata"]);
  });

  it("is missed by name", async () => {
    const url = await serviceThatAnswers(
      200,
      metadata({ embed: serving, __saved_model_init_op: {} }),
    );

    await expect(signatureOf(url, "serving_default", "dev")).rejects.toThrow(
      "has no signature serving_default: it has embed.",
    );
  });
});

describe("an answer with numbers that JSON does not have", () => {
  const text = '{"predictions": [[NaN, -Infinity, 1e3], ["NaN and Infinity"]]}';

  it("is read all the same", () => {
    expect(parseAnswer(text)).toEqual({
      predictions: [[NaN, -Infinity, 1000], ["NaN and Infinity"]],
    });
  });

  it("is written so that people and programs can read it", () => {
    expect(toJson(parseAnswer(text))).toBe(
      '{"predictions":[["NaN","-Infinity",1000],["NaN and Infinity"]]}',
    );
  });
});
