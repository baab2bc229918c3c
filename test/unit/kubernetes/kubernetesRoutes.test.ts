import { describe, expect, it } from "vitest";

import { checkKubernetesModelService } from "../../../components";
import { KubernetesModelServiceArgs } from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { PodMonitorArgs } from "../../../components/kubernetes/podMonitorArgs";
import { createPodMonitor } from "../../../components/kubernetes/podMonitor";
import { createRoutes } from "../../../components/kubernetes/network/routes";
import { cluster, created, resolved } from "./kubernetesEdges";

/** Whom the NetworkPolicies let in. */
const network = { clients: [{ cidr: "10.0.0.0/8" }], monitoringNamespace: "monitoring" };
const ingress = { className: "nginx", host: "models.example.com" };

async function routes(args: Partial<KubernetesModelServiceArgs>) {
  return created((parent) => createRoutes("serving", resolved(args), parent));
}

describe("an Ingress", () => {
  it("is without TLS where there is no certificate", async () => {
    const [{ inputs }] = await routes({ ingress });
    expect(inputs.spec).not.toHaveProperty("tls");
  });

  it("leaves a path of the caller's to the controller", async () => {
    const annotations = { "nginx.ingress.kubernetes.io/rewrite-target": "/v1/models/$1" };
    const [{ inputs }] = await routes({ ingress: { ...ingress, path: "/ml/(.*)", annotations } });
    expect(inputs.spec).toMatchObject({
      rules: [{ http: { paths: [{ path: "/ml/(.*)", pathType: "ImplementationSpecific" }] } }],
    });
  });
});

describe("routes on a Gateway", () => {
  it("are one for REST where gRPC has no host name", async () => {
    const found = await routes({ gateway: { name: "public" } });
    expect(found.map(({ inputs }) => [inputs.kind, inputs.spec])).toMatchObject([
      ["HTTPRoute", { parentRefs: [{ name: "public" }] }],
    ]);
    expect(found[0].inputs.spec).not.toHaveProperty("hostnames");
  });

  it("are not there unless they are asked for", async () => {
    expect(await routes({})).toEqual([]);
  });
});

describe("the routes of a service", () => {
  const hosts = { hostnames: ["models.example.com"], grpcHostnames: ["grpc.example.com"] };
  const gateway = { name: "public", ...hosts };

  it.each<[string, Partial<KubernetesModelServiceArgs>, string, string]>([
    [
      "an address for a host",
      { ingress: { ...ingress, host: "10.0.0.1" } },
      "ingress.host",
      "host",
    ],
    ["capitals", { ingress: { ...ingress, host: "Models.example.com" } }, "ingress.host", "lower"],
    [
      "a class that is not there",
      { ingress: { ...ingress, className: "nginxx" }, cluster },
      "ingress.className",
      'did you mean "nginx"?',
    ],
    [
      "a class of another cluster",
      { ingress: { ...ingress, className: "alb" }, cluster: { ...cluster, ingressClasses: [] } },
      "ingress.className",
      "install an Ingress controller",
    ],
    [
      "a path without a slash",
      { ingress: { ...ingress, path: "models" } },
      "ingress.path",
      "begin it with /",
    ],
    [
      "a path that nothing rewrites",
      { ingress: { ...ingress, path: "/v1/models/flowers" } },
      "ingress.path",
      "leave it out for /v1/models",
    ],
    ["no Gateway's name", { gateway: { ...gateway, name: "" } }, "gateway.name", "lower-case"],
    [
      "a listener that cannot be",
      { gateway: { ...gateway, sectionName: "HTTPS" } },
      "gateway.sectionName",
      "lower-case",
    ],
    [
      "a host name with a port",
      { gateway: { ...gateway, hostnames: ["models.example.com:443"] } },
      "gateway.hostnames[0]",
      "host name",
    ],
    [
      "no host name",
      { gateway: { name: "public", hostnames: [] } },
      "gateway.hostnames",
      "1 to 16",
    ],
    [
      "one host name for both",
      { gateway: { ...gateway, grpcHostnames: ["models.example.com"] } },
      "gateway.grpcHostnames[0]",
      "only one of",
    ],
    [
      "host names that overlap",
      { gateway: { ...gateway, hostnames: ["*.example.com"] } },
      "gateway.grpcHostnames[0]",
      "only one of",
    ],
    [
      "gRPC's host names only",
      { gateway: { ...gateway, hostnames: undefined } },
      "gateway.hostnames",
      "is missing",
    ],
    [
      "a cluster without the Gateway API",
      { gateway, cluster: { ...cluster, apiVersions: ["v1"] } },
      "gateway",
      "CRDs",
    ],
  ])("are refused with %s", (_, args, propertyPath, part) => {
    expect(checkKubernetesModelService(resolved({ network, ...args }))).toEqual([
      { propertyPath, reason: expect.stringContaining(part) },
    ]);
  });

  it("may be all there are", () => {
    expect(checkKubernetesModelService(resolved({ network, ingress, gateway, cluster }))).toEqual(
      [],
    );
  });
});

describe("a PodMonitor", () => {
  it("reads where the server has its metrics, every 30 s", async () => {
    const args = resolved({ podMonitor: {}, server: { monitoring: { path: "/metrics" } } });
    const [, { inputs }] = await created((parent) => createPodMonitor("serving", args, parent));
    expect(inputs.spec).toMatchObject({
      podMetricsEndpoints: [{ path: "/metrics", interval: "30s" }],
    });
  });

  it("is not there unless it is asked for", async () => {
    expect(await created((parent) => createPodMonitor("serving", resolved(), parent))).toEqual([]);
  });

  it.each<[string, PodMonitorArgs, Partial<KubernetesModelServiceArgs>, string, string]>([
    ["no interval", { intervalSeconds: 0 }, {}, "podMonitor.intervalSeconds", "from 1 to 3600"],
    [
      "a server without metrics",
      {},
      { server: { monitoring: { enabled: false } } },
      "podMonitor",
      "replicas have no metrics",
    ],
    [
      "a cluster without the operator",
      {},
      { cluster: { ...cluster, apiVersions: ["v1"] } },
      "podMonitor",
      "install the Prometheus operator",
    ],
  ])("is refused with %s", (_, podMonitor, args, propertyPath, part) => {
    expect(checkKubernetesModelService(resolved({ network, podMonitor, ...args }))).toEqual([
      { propertyPath, reason: expect.stringContaining(part) },
    ]);
  });

  it("may be given where the operator is", () => {
    expect(checkKubernetesModelService(resolved({ network, podMonitor: {}, cluster }))).toEqual([]);
  });
});
