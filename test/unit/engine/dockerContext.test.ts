import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import {
  contextHost,
  defaultDockerHost,
  tlsOf,
  usualEngine,
} from "../../../components/core/engine/dockerContext";
import {
  engineProviderArgs,
  providerTlsProblem,
} from "../../../components/core/engine/engineProvider";
import { type DockerContext, writeContext } from "../../support/dockerContexts";
import { temporaryFolder } from "../../support/modelFolder";

interface Context extends DockerContext {
  files?: string[];
}

/** A folder as Docker's command line keeps it, as DOCKER_CONFIG. */
function dockerConfig(contexts: Context[], current?: string): { DOCKER_CONFIG: string } {
  const folder = temporaryFolder();
  const config = current ? { currentContext: current } : {};
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  for (const { files = [], ...context } of contexts) {
    const certificates = writeContext(folder, context);
    if (files.length > 0) fs.mkdirSync(certificates, { recursive: true });
    files.forEach((file) => fs.writeFileSync(path.join(certificates, file), `text of ${file}`));
  }
  return { DOCKER_CONFIG: folder };
}

const whole = ["ca.pem", "cert.pem", "key.pem"];
const gpu = { name: "gpu", host: "tcp://gpu.example.com:9443", files: whole };
const colima = { name: "colima", host: "unix:///home/ada/.colima/docker.sock" };

describe("the engine that docker ps asks", () => {
  it.each<[string, Record<string, string>, string | undefined, string]>([
    ["this machine's when nothing says otherwise", {}, undefined, defaultDockerHost],
    ["the default context's", {}, "default", defaultDockerHost],
    ["that of docker context use", {}, "colima", colima.host],
    ["that of DOCKER_CONTEXT", { DOCKER_CONTEXT: "gpu" }, "colima", gpu.host],
    ["DOCKER_HOST before a context", { DOCKER_HOST: "ssh://a@b" }, "colima", "ssh://a@b"],
    [
      "DOCKER_HOST before DOCKER_CONTEXT",
      { DOCKER_HOST: "tcp://h:1", DOCKER_CONTEXT: "gpu" },
      "colima",
      "tcp://h:1",
    ],
    ["none of empty variables", { DOCKER_HOST: "", DOCKER_CONTEXT: "" }, "colima", colima.host],
  ])("is %s", (_, env, current, host) => {
    expect(usualEngine({ ...dockerConfig([gpu, colima], current), ...env })).toBe(host);
  });

  it.each([
    ["DOCKER_CONTEXT", { DOCKER_CONTEXT: "old" }, undefined],
    ["the Docker context in use", {}, "old"],
  ])("is said to be missing when %s names no context", (source, env, current) => {
    expect(() => usualEngine({ ...dockerConfig([gpu], current), ...env })).toThrow(
      `There is no Docker context "old", which ${source} names: docker context ls lists those that there are.`,
    );
  });

  it("of a context by name is its address", () => {
    expect(contextHost("gpu", dockerConfig([colima, gpu]))).toBe(gpu.host);
  });
});

describe("the certificates for an engine on tcp://", () => {
  it("are those of the context with its address, on any port", () => {
    const env = dockerConfig([colima, gpu]);
    const tls = tlsOf(gpu.host, env);
    expect(tls?.skipVerify).toBe(false);
    expect(fs.readFileSync(path.join(tls!.folder, "ca.pem"), "utf8")).toBe("text of ca.pem");
  });

  it("are those of the context in use, of several with its address", () => {
    const other = { ...gpu, name: "another", skipVerify: true };
    expect(tlsOf(gpu.host, dockerConfig([gpu, other], "another"))?.skipVerify).toBe(true);
    expect(tlsOf(gpu.host, dockerConfig([other, gpu], "gpu"))?.skipVerify).toBe(false);
  });

  it("are those of DOCKER_CERT_PATH, where DOCKER_TLS_VERIFY asks for them", () => {
    const env = {
      ...dockerConfig([gpu]),
      DOCKER_HOST: gpu.host,
      DOCKER_CERT_PATH: "/certificates",
    };
    expect(tlsOf(gpu.host, { ...env, DOCKER_TLS_VERIFY: "1" })?.folder).toBe("/certificates");
    expect(tlsOf(gpu.host, env)?.folder).not.toBe("/certificates");
  });

  it("are in Docker's own folder without DOCKER_CERT_PATH", () => {
    const env = { ...dockerConfig([]), DOCKER_HOST: "tcp://h:2376", DOCKER_TLS_VERIFY: "1" };
    expect(tlsOf("tcp://h:2376", env)?.folder).toBe(env.DOCKER_CONFIG);
  });

  it.each([colima.host, "ssh://ada@gpu.example.com", "tcp://plain.example.com:2375"])(
    "are none for %s",
    (host) => {
      expect(tlsOf(host, dockerConfig([gpu, colima]))).toBeUndefined();
    },
  );
});

describe("Pulumi's Docker provider", () => {
  const args = (host: string, env: Record<string, string> = {}, contexts = [gpu, colima]) =>
    engineProviderArgs(host, { ...dockerConfig(contexts), ...env });

  it.each<[string, string, Record<string, string>, object]>([
    ["gets the address alone of an engine without TLS", colima.host, {}, {}],
    [
      "gets the folder with a context's certificates",
      gpu.host,
      {},
      { certPath: expect.stringMatching(/contexts\/tls\/[0-9a-f]{64}\/docker$/) as string },
    ],
    [
      "works with the engine that was chosen, whatever DOCKER_CONTEXT says",
      ...([colima.host, { DOCKER_CONTEXT: "gpu" }, { context: "" }] as const),
    ],
    [
      "presents no certificate of DOCKER_CERT_PATH to an engine without TLS",
      ...([colima.host, { DOCKER_CERT_PATH: "/c" }, { certPath: "" }] as const),
    ],
  ])("%s", (_, host, env, further) => {
    expect(args(host, env)).toEqual({ host, ...further });
  });

  it("gets the certificate and not the CA where the engine's own is not checked", () => {
    const given = args(gpu.host, {}, [{ ...gpu, skipVerify: true } as typeof gpu, colima]);
    expect(Object.keys(given).sort()).toEqual(["certMaterial", "certPath", "host", "keyMaterial"]);
    expect(given.certPath).toBe("");
  });

  it.each<[string, Partial<Context>, string | undefined]>([
    ["all three files", {}, undefined],
    ["no CA, and no check", { skipVerify: true, files: ["cert.pem", "key.pem"] }, undefined],
    ["a CA alone", { files: ["ca.pem"] }, "cert.pem and key.pem"],
    ["a client certificate alone", { files: ["cert.pem", "key.pem"] }, "ca.pem"],
    ["nothing, and no check", { skipVerify: true, files: [] }, "cert.pem and key.pem"],
  ])("can use a context with %s, or it is said what is missing", (_, change, lacks) => {
    const tls = tlsOf(gpu.host, dockerConfig([{ ...gpu, ...change }]));
    const problem = providerTlsProblem(tls);
    expect(problem).toBe(
      lacks &&
        `its TLS folder ${tls!.folder} lacks ${lacks}, and Pulumi's Docker provider needs a client ` +
          "certificate with its key and CA: add them there, or use an ssh:// address",
    );
  });
});
