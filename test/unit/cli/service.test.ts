import { describe, expect, it } from "vitest";
import { modelStatus, predict, signatureOf, toJson } from "../../../cli/predict/service";
import { freePort } from "../../../cli/targets/tunnel";
import { parseAnswer } from "@tf-model-serving/core/facts";
import { startRest } from "../../support/restService";

/** A service with one answer for each question about its model; the URL of that, and what it is asked. */
async function serviceThatAnswers(body: string, status?: number) {
  const questions = ["", ":predict", "/metadata"].map((end) => [`/v1/models/m${end}`, body]);
  const answers = Object.fromEntries(questions) as Record<string, string>;
  const { asked, base } = await startRest(answers, status);
  return { asked, url: `${base}/m` };
}

describe("asking the service", () => {
  it("posts the pictures in row format under the signature", async () => {
    const { asked, url } = await serviceThatAnswers('{"predictions": [[0.25, 0.75]]}');
    const request = { signature_name: "serving_default", instances: [[[[1, 2, 3]]]] };
    expect(await predict(url, request, "dev")).toEqual([[0.25, 0.75]]);
    expect(asked).toEqual([request]);
  });

  it("tells the version and the state of the model", async () => {
    const status = { error_code: "OK", error_message: "" };
    const version = { version: "3", state: "AVAILABLE", status };
    const { asked, url } = await serviceThatAnswers(
      JSON.stringify({ model_version_status: [version] }),
    );
    const told = { version: "3", state: "AVAILABLE", message: "" };
    expect(await modelStatus(url, "dev")).toEqual([told]);
    expect(asked).toEqual(["/v1/models/m"]);
  });

  it.each([
    ["TensorFlow Serving", 400, '{"error": "no such signature"}', "400: no such signature"],
    ["the balancer", 503, "<html><h1>503 No server</h1></html>", "503: 503 No server"],
    ["a server without words", 502, "", "502: an empty answer"],
  ])("passes on the error of %s", async (_, status, body, message) => {
    const { url } = await serviceThatAnswers(body, status);
    const asked = predict(url, { instances: [] }, "dev");
    await expect(asked).rejects.toThrow(`answered ${message}`);
  });

  it("says that nothing answers, and what to do", async () => {
    const url = `http://127.0.0.1:${await freePort()}/v1/models/m`;
    await expect(modelStatus(url, "dev")).rejects.toMatchObject({
      message: `The service at ${url} does not answer (ECONNREFUSED).`,
      advice: expect.stringContaining("npm run up"),
    });
  });
});

describe("the signature of a served model", () => {
  const metadata = (signatures: object) =>
    JSON.stringify({ metadata: { signature_def: { signature_def: signatures } } });
  const shape = { dim: [{ size: "-1" }, { size: "3" }] };
  const serving = {
    inputs: { x: { dtype: "DT_FLOAT", tensor_shape: shape, name: "x:0" } },
    outputs: { y: { dtype: "DT_STRING", tensor_shape: { unknown_rank: true }, name: "y:0" } },
  };

  it("is read from its metadata", async () => {
    const { asked, url } = await serviceThatAnswers(metadata({ serving_default: serving }));
    expect(await signatureOf(url, "serving_default", "dev")).toEqual({
      inputs: { x: { dtype: "float", shape: [-1, 3] } },
      outputs: { y: { dtype: "string" } },
    });
    expect(asked).toEqual(["/v1/models/m/metadata"]);
  });

  it("is missed by name", async () => {
    const others = metadata({ embed: serving, __saved_model_init_op: {} });
    const { url } = await serviceThatAnswers(others);
    await expect(signatureOf(url, "serving_default", "dev")).rejects.toThrow(
      "has no signature serving_default: it has embed.",
    );
  });
});

it("an answer with numbers that JSON does not have is read, and written as texts", () => {
  const text = '{"predictions": [[NaN, -Infinity, 1e3], ["NaN and Infinity"]]}';
  expect(parseAnswer(text)).toEqual({
    predictions: [[NaN, -Infinity, 1000], ["NaN and Infinity"]],
  });
  expect(toJson(parseAnswer(text))).toBe(
    '{"predictions":[["NaN","-Infinity",1000],["NaN and Infinity"]]}',
  );
});
