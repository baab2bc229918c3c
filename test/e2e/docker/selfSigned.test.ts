// A certificate that the stack's own authority signs, from Pulumi's tls provider to a client.
import { X509Certificate } from "crypto";
import * as tls from "tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelStatus } from "../../../cli/predict/service";
import { prepareToolchain } from "../../../cli/setup/toolchain";
import { containers, inspect } from "../../support/docker";
import { createStack, type TestStack } from "../../support/stack";
import { until } from "../../support/until";

const [restPort, grpcPort] = [18661, 18660];
const config = { replicas: "1", notebook: "false", restPort, grpcPort, tls: { selfSigned: true } };

describe("a service whose stack signs its certificate", () => {
  let served: TestStack;
  let ca: string;

  beforeAll(async () => {
    await prepareToolchain(process.env, { target: "docker", selfSigned: true });
    served = await createStack("self-signed", config);
    const { outputs } = await served.stack.up();
    expect(outputs.caCertificate.secret).toBe(false);
    ca = outputs.caCertificate.value;
  });
  afterAll(() => served?.remove());

  test.each([
    [restPort, "127.0.0.1"],
    [restPort, "tf_model_serving"],
    [restPort, "tf-model-serving"],
    [grpcPort, "localhost"],
  ])("is trusted at port %d as %s, and speaks HTTP/2", async (port, name) => {
    const socket = await connected(port, { ca, ...called(name), ALPNProtocols: ["h2"] });
    expect([socket.authorized, socket.alpnProtocol]).toEqual([true, "h2"]);
  });

  test("is trusted under no other name, and by nobody who does not know the authority", async () => {
    await expect(connected(restPort, { ca, ...called("example.com") })).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    await expect(connected(restPort)).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  test.each([restPort, grpcPort])("speaks no TLS before 1.2 at port %d", async (port) => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    // Which OpenSSL would not even offer.
    const ciphers = "DEFAULT:@SECLEVEL=0";
    await expect(connected(port, { ca, ...old, ciphers })).rejects.toMatchObject({
      code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    });
    const socket = await connected(port, { ca, maxVersion: "TLSv1.2" });
    expect(socket.getProtocol()).toBe("TLSv1.2");
  });

  test("answers the commands, who know the authority", async () => {
    const url = `https://127.0.0.1:${restPort}/v1/models/my_model`;
    const [{ state }] = await modelStatus(url, "dev", { tls: { ca } });
    expect(state).toBe("AVAILABLE");
  });

  test("has its keys neither in its record nor among what Docker shows", () => {
    const [balancer] = containers(served.label, "balancer");
    expect(served.stateOnDisk()).toContain("BEGIN CERTIFICATE");
    expect(served.stateOnDisk()).not.toContain("PRIVATE KEY");
    expect(JSON.stringify(inspect(balancer))).not.toContain("PRIVATE KEY");
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await served.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("takes a renewed certificate of the same authority, and starts nothing anew", async () => {
    const before = serving();
    const last = await shown();
    const { deployment } = await served.stack.exportStack();
    const { urn } = deployment.resources.find(
      ({ type }: { type: string }) => type === "tls:index/locallySignedCert:LocallySignedCert",
    );
    await served.stack.up({ replace: [urn] });
    await until(
      "the new certificate",
      async () => (await shown()).fingerprint256 !== last.fingerprint256,
    );
    expect((await shown()).checkIssued(new X509Certificate(ca))).toBe(true);
    expect(serving()).toEqual(before);
  });

  function serving(): string[] {
    return ["balancer", "replica"].flatMap((part) => containers(served.label, part));
  }

  async function shown(): Promise<X509Certificate> {
    return (await connected(restPort, { ca })).getPeerX509Certificate()!;
  }
});

/** By which name a client calls a service that is at 127.0.0.1. */
function called(name: string): tls.ConnectionOptions {
  return { servername: /^[\d.]+$/.test(name) ? undefined : name };
}

/** A connection to a port of this machine, once its handshake is over. */
async function connected(
  port: number,
  options: tls.ConnectionOptions = {},
): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: "127.0.0.1", port, ...options });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve).once("error", reject);
    });
    return socket;
  } finally {
    socket.on("error", () => undefined).end();
  }
}
