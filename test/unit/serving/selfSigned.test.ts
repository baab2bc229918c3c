import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { createSelfSigned, namesOfService } from "../../../components/core/serving/edge/selfSigned";
import { promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { rendered } from "../../support/rendered";

describe("a certificate of the stack's own", () => {
  let recording: Recording;

  beforeEach(async () => {
    recording = await startMocks();
  });

  async function create() {
    const parent = new pulumi.ComponentResource("test:index:Service", "serving");
    const names = { hosts: ["tf_model_serving", "localhost"], ips: [pulumi.output("127.0.0.1")] };
    const made = createSelfSigned("serving", names, parent);
    await settle();
    return made;
  }

  it("is signed for the service's names by an authority that outlives it", async () => {
    await create();
    await expect(rendered(recording.resources, "tls")).toMatchFileSnapshot(
      "snapshots/self-signed.yaml",
    );
  });

  it("has a key that is a secret, and what clients trust is none", async () => {
    const { certificate, privateKey, caCertificate } = await create();
    const outputs = [certificate, privateKey, caCertificate];
    expect(await Promise.all(outputs.map(promiseOf))).toEqual([
      "certificate-of-serving",
      "key-of-serving",
      "certificate-of-serving-ca",
    ]);
    expect(await Promise.all(outputs.map((output) => pulumi.isSecret(output)))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("the names of a service", () => {
  it("are those on its network and this machine's", () => {
    expect(namesOfService("tf_model_serving")).toEqual({
      hosts: ["tf_model_serving", "tf-model-serving", "localhost"],
      ips: ["127.0.0.1", "::1"],
    });
  });

  it.each([
    [["192.0.2.7", "gpu.example.com"], ["serving", "localhost", "gpu.example.com"], ["192.0.2.7"]],
    [["127.0.0.1", "localhost", "serving"], ["serving", "localhost"], []],
    [["0.0.0.0", "::", ""], ["serving", "localhost"], []],
    [["2001:db8::7"], ["serving", "localhost"], ["2001:db8::7"]],
  ])("have %j sorted to them", (others, hosts, ips) => {
    expect(namesOfService("serving", others)).toEqual({ hosts, ips: ["127.0.0.1", "::1", ...ips] });
  });
});
