import { beforeEach, expect, it, vi } from "vitest";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { makeAuthority } from "../../support/certificates";
import { runProgram, valuesOf } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

beforeEach(() => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

it.each(["docker", "swarm", "kubernetes"])(
  "keys are secrets wherever resources on %s have them, and hashes are none",
  async (target) => {
    makeAuthority(".", { key: "key.pem", certificate: "server.pem" }, "serving");
    const { outputs, recording } = await runProgram({
      target,
      ...(target === "kubernetes" && { registry: "registry.example.com:5000" }),
      tls: { certificate: "server.pem", privateKey: "key.pem" },
      auth: { apiKeys: { "team-a": [`sha256:${"a".repeat(64)}`] } },
    });
    const open = JSON.stringify(recording.resources, (_, value) =>
      value?.[pulumi.runtime.specialSigKey] === pulumi.runtime.specialSecretSig ? "secret" : value,
    );
    const { predictKey } = await valuesOf(outputs);
    expect(predictKey).toMatch(/^tfs_/);
    expect(open).not.toContain("tfs_");
    expect(open).not.toContain(fs.readFileSync("key.pem", "utf8").split("\n")[1]);
    expect(open).toContain(`${"a".repeat(64)} team-a`);
    expect(await pulumi.isSecret(pulumi.output(outputs.predictKey))).toBe(true);
  },
);
