import { describe, expect, it } from "vitest";

import { renderBalancerConfig as render } from "../../../components/core/serving/balancer/config";
import { maxReplicas } from "../../../components/core/serving/balancer/ports";
import type { BalancerSettings } from "../../../components/core/serving/balancer/settings";
import { edgeOf } from "../../../components/core/serving/edge/edge";

// P-256, of nobody.
const publicKey = {
  ...{ kty: "EC", crv: "P-256", kid: "one", use: "sig" },
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};
const times = { restMs: 31_000, grpcMs: 60_000 };
/** As of a service that sets nothing. */
const renderBalancerConfig = (settings: Omit<BalancerSettings, "edge">) =>
  render({ ...settings, edge: edgeOf({ cpus: 1 }) });
const config = renderBalancerConfig({ replicaAlias: "birds_replica", times });

/** The lines of a section, without their indentation. */
function section(title: string): string[] {
  const [, text] = config.split(new RegExp(`^${title}\\n`, "m"));
  return text
    .split("\n\n")[0]
    .split("\n")
    .map((line) => line.trim());
}

it("renders HAProxy's whole configuration", async () => {
  await expect(config).toMatchFileSnapshot("snapshots/haproxy.cfg");
});

describe("the balancer", () => {
  it("has room for the old and the new replicas of a release", () => {
    expect(section("backend rest_replicas").at(-1)).toBe(
      `server-template replica 1-${2 * maxReplicas} ipv4@birds_replica:8501 tcp-ut 5s`,
    );
    expect(section("backend grpc_replicas").at(-1)).toBe(
      `server-template replica 1-${2 * maxReplicas} ipv4@birds_replica:8500 tcp-ut 5s`,
    );
  });

  it("waits a little longer than the server, so that the server's own answer arrives", () => {
    expect(section("defaults")).toEqual(
      expect.arrayContaining(["timeout client 31000ms", "timeout server 31000ms"]),
    );
  });

  it("waits for a gRPC call as long as its own setting says", () => {
    expect(section("frontend grpc")).toContain("timeout client 60000ms");
    expect(section("backend grpc_replicas")).toContain("timeout server 60000ms");
  });

  it.each([
    [times, "hard-stop-after 60000ms"],
    [{ restMs: 91_000, grpcMs: 60_000 }, "hard-stop-after 91000ms"],
  ])("answers what is under way before its old process ends: %o", (given, line) => {
    expect(renderBalancerConfig({ replicaAlias: "birds_replica", times: given })).toContain(line);
  });

  it("lets no call through that is none of the API", () => {
    for (const frontend of ["frontend rest", "frontend grpc"]) {
      expect(section(frontend)).toContain(
        "http-request set-var(txn.refusal,ifnotexists) str(path) if !{ var(txn.verb) -m found }",
      );
    }
  });

  it("asks the supervisor of each replica, not TensorFlow Serving, whether it is ready", () => {
    for (const backend of ["backend rest_replicas", "backend grpc_replicas"]) {
      expect(section(backend)).toEqual(
        expect.arrayContaining([
          "http-check connect port 8502 proto h1",
          "http-check send meth GET uri /readyz",
          'http-check expect status 200 on-success "%[res.hdr(x-release)]"',
        ]),
      );
    }
  });
});

it("renders HAProxy's whole configuration with a canary", async () => {
  const canary = { alias: "birds_canary", modelName: "birds.v2", version: "42", percent: 10 };
  await expect(
    renderBalancerConfig({ replicaAlias: "birds_replica", times, canary }),
  ).toMatchFileSnapshot("snapshots/haproxy-canary.cfg");
});

it("renders HAProxy's whole configuration with callers, limits and TLS", async () => {
  const jwks = JSON.stringify({ keys: [publicKey] });
  const edge = edgeOf({
    ...{ cpus: 2, maxRequestMb: 1, maxConnections: 256, accessLog: { sample: 0.1 } },
    tls: { certificate: "PEM", privateKey: "PEM", clientCa: "PEM" },
    auth: {
      apiKeys: { ada: [], grace: [] },
      jwt: { issuer: "https://login.example.com/", audience: "serving", jwks },
      clients: { grace: { models: ["birds"], verbs: ["predict"], requestsPerSecond: 5 } },
    },
    limits: { callsAtATime: 8, verbs: ["predict", "metadata"] },
    server: { enableCors: true },
  });
  await expect(render({ replicaAlias: "birds_replica", times, edge })).toMatchFileSnapshot(
    "snapshots/everything.cfg",
  );
});

it("renders HAProxy's whole configuration for pods of Kubernetes", async () => {
  const canary = {
    alias: "birds-canary.models.svc.cluster.local",
    modelName: "birds",
    version: "42",
  };
  await expect(
    renderBalancerConfig({
      replicaAlias: "birds-replicas.models.svc.cluster.local",
      times,
      canary: { ...canary, percent: 10 },
      pods: { balancers: 2, aloneSeconds: 15 },
    }),
  ).toMatchFileSnapshot("snapshots/haproxy-pods.cfg");
});
