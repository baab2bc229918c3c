// TLS and keys of a service, the same on every target with balancers.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import * as tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareToolchain } from "../../../cli/setup/toolchain";
import {
  callSecurely,
  type SecureCaller,
  type SecureCalls,
  startSecureCalls,
} from "../../support/secureCalls";
import { configure, createStack, type TestStack } from "../../support/stack";
import { until } from "../../support/until";
import { rowsOf } from "../matrix/rows";
import type { MatrixTarget } from "../matrix/target";

const [first, second] = ["tfs_first", "tfs_second"];
const hash = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const path = "/v1/models/my_model";

/** @param servername - by which the certificate knows the service */
export function describeEdge(
  name: "docker" | "swarm" | "kubernetes",
  servername: string,
  start: () => Promise<MatrixTarget>,
): void {
  describe(`a service with TLS and keys on ${name}`, () => {
    let target: MatrixTarget;
    let served: TestStack;
    let config: Record<string, unknown>;
    let caller: SecureCaller;

    const withKeys = (...keys: string[]) => ({ auth: { apiKeys: { ada: keys.map(hash) } } });

    beforeAll(async () => {
      target = await start();
      await prepareToolchain({ ...process.env, ...target.env }, { target: name, selfSigned: true });
      const [row] = rowsOf({ ...target.fixed, registry: target.fixed.registry ?? "none" });
      config = {
        ...target.settings({ ...row, scaling: "fixed" }),
        ...{ replicas: "1", notebook: "false", tls: { selfSigned: true } },
      };
      served = await createStack(
        `edge-${name}`,
        { ...config, ...withKeys(first) },
        undefined,
        target.env,
      );
      const { outputs } = await served.stack.up();
      caller = {
        port: await target.open(),
        ca: outputs.caCertificate.value,
        servername,
        key: first,
      };
    });
    afterAll(async () => {
      await served?.remove();
      await target?.stop();
    });

    test("answers a client with a key, and nobody else", async () => {
      const callers = [caller, { ...caller, key: second }, { ...caller, key: undefined }];
      const answers = await Promise.all(callers.map((one) => callSecurely(one, path)));
      expect(answers).toEqual(["200", "401", "401"]);
    });

    test("takes another key in a key's place under load, and loses no request", async () => {
      const before = startSecureCalls(caller, path);
      await update(before, { ...withKeys(first, second) });
      expect(await before.stop()).toEqual({ "200": expect.any(Number) });

      const next = { ...caller, key: second };
      await until(
        "the second key is taken",
        async () => (await callSecurely(next, path)) === "200",
        10_000,
      );
      const after = startSecureCalls(next, path);
      await update(after, { ...withKeys(second) });
      expect(await after.stop()).toEqual({ "200": expect.any(Number) });
      await until(
        "the first key is nobody's",
        async () => (await callSecurely(caller, path)) === "401",
      );
      caller.key = second;
    });

    test("renews its certificate under load, and loses no request", async () => {
      const old = await shown();
      const calls = startSecureCalls(caller, path);
      const { deployment } = await served.stack.exportStack();
      const { urn } = deployment.resources.find(
        ({ type }: { type: string }) => type === "tls:index/locallySignedCert:LocallySignedCert",
      );
      await served.stack.up({ replace: [urn] });
      await until("the new certificate", async () => (await shown()) !== old, 120_000);
      await calls.more(50);
      expect(await calls.stop()).toEqual({ "200": expect.any(Number) });
    });

    test("shows its private keys and its clients' keys nowhere", async () => {
      const { deployment } = await served.stack.exportStack();
      const privateKeys = /PRIVATE KEY-----(?:\\+n)([\w+/=]+)/g;
      const secrets = [...JSON.stringify(deployment).matchAll(privateKeys)].map(([, line]) => line);
      expect(secrets.length).toBeGreaterThan(1);
      const places = {
        record: served.stateOnDisk(),
        objectsAndLogs: target.told(served.label),
        processes: execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: 1 << 26 }),
      };
      // It is there that they would be.
      expect(places.objectsAndLogs).toContain("my_model");
      expect(places.processes).toContain("haproxy");
      for (const [place, text] of Object.entries(places)) {
        const shown = [...secrets, first, second, "PRIVATE KEY"].filter((one) =>
          text.includes(one),
        );
        expect(shown, place).toEqual([]);
      }
    });

    async function update(calls: SecureCalls, keys: object): Promise<void> {
      await calls.more(20);
      await configure(served.stack, { ...config, ...keys });
      await served.stack.up();
      await calls.more(50);
    }

    /** Fingerprint of the certificate that is served. */
    async function shown(): Promise<string> {
      const { port, ca } = caller;
      const socket = tls.connect({ host: "127.0.0.1", port, ca, servername });
      await new Promise<void>((resolve, reject) => {
        socket.once("secureConnect", resolve).once("error", reject);
      });
      const certificate: X509Certificate = socket.getPeerX509Certificate()!;
      socket.on("error", () => undefined).end();
      return certificate.fingerprint256;
    }
  });
}
