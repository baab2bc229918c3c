import { describe, expect, it } from "vitest";

import { checkKubernetesModelService } from "../../../components";
import { KubernetesModelServiceArgs } from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { NetworkClientArgs } from "../../../components/kubernetes/network/networkArgs";
import {
  createNetworkPolicies,
  renderBalancerPolicy,
  renderReplicaPolicy,
} from "../../../components/kubernetes/network/networkPolicies";
import { canary, created, resolved, selector } from "./kubernetesEdges";

const ingress = { className: "nginx", host: "models.example.com" };
const own = { podSelector: { matchLabels: { "flowers.tfserving/client": "true" } } };

function ofNamespace(name: string): object {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

function callers(args: Partial<KubernetesModelServiceArgs>): unknown {
  const [{ from }] = renderBalancerPolicy(resolved(args)).ingress as { from: unknown }[];
  return from;
}

describe("network policies", () => {
  it("let balancers reach canary replicas before these come and after they went", () => {
    const egress = (args: object) => renderBalancerPolicy(resolved(args)).egress;
    expect(egress({ canary })).toEqual(egress({}));
  });

  it("treat canary replicas as replicas", async () => {
    const args = resolved({ canary });
    const found = await created((parent) => createNetworkPolicies("serving", args, parent));
    const [, second] = found;
    expect([second.name, second.inputs.spec]).toEqual([
      "serving-canary",
      {
        ...renderReplicaPolicy("replica", args),
        podSelector: { matchLabels: selector("canary") },
      },
    ]);
  });

  it.each<[string, NetworkClientArgs, object]>([
    [
      "pods of its namespace",
      { podLabels: { app: "web" } },
      { podSelector: { matchLabels: { app: "web" } } },
    ],
    [
      "a namespace",
      { namespaceLabels: { team: "vision" } },
      { namespaceSelector: { matchLabels: { team: "vision" } } },
    ],
    [
      "pods of other namespaces",
      { namespaceLabels: { team: "vision" }, podLabels: { app: "web" } },
      {
        namespaceSelector: { matchLabels: { team: "vision" } },
        podSelector: { matchLabels: { app: "web" } },
      },
    ],
    ["addresses", { cidr: "10.20.0.0/16" }, { ipBlock: { cidr: "10.20.0.0/16" } }],
  ])("let %s call", (_, client, peer) => {
    expect(callers({ network: { clients: [client] } })).toEqual([own, peer]);
  });

  it("let the Ingress controller call", () => {
    expect(callers({ ingress: { ...ingress, controllerNamespace: "ingress-nginx" } })).toEqual([
      own,
      ofNamespace("ingress-nginx"),
    ]);
  });

  it.each<[string, string | undefined, object]>([
    ["of another namespace", "gateways", ofNamespace("gateways")],
    [
      "of its own namespace",
      undefined,
      { podSelector: { matchLabels: { "gateway.networking.k8s.io/gateway-name": "public" } } },
    ],
  ])("let a Gateway %s call", (_, namespace, peer) => {
    expect(callers({ gateway: { name: "public", namespace } })).toEqual([own, peer]);
  });

  it("are not there where they are not wanted", async () => {
    const args = resolved({ canary, network: { policies: false } });
    expect(await created((parent) => createNetworkPolicies("serving", args, parent))).toEqual([]);
  });
});

describe("a service's network", () => {
  it.each<[string, Partial<KubernetesModelServiceArgs>, string, string]>([
    ["a client that is nobody", { network: { clients: [{}] } }, "network.clients[0]", "everybody"],
    [
      "labels without a label",
      { network: { clients: [{ cidr: "10.0.0.0/8" }, { namespaceLabels: {} }] } },
      "network.clients[1]",
      "everybody",
    ],
    [
      "addresses with labels",
      { network: { clients: [{ cidr: "10.0.0.0/8", podLabels: { app: "web" } }] } },
      "network.clients[0]",
      "make it two clients",
    ],
    [
      "addresses that are none",
      { network: { clients: [{ cidr: "10.0.0.1/8" }] } },
      "network.clients[0].cidr",
      "write 10.0.0.0/8",
    ],
    [
      "a namespace that cannot be",
      { network: { monitoringNamespace: "Monitoring" } },
      "network.monitoringNamespace",
      "lower-case",
    ],
    [
      "an Ingress controller that is kept out",
      { ingress },
      "ingress.controllerNamespace",
      "keep the Ingress controller out",
    ],
    [
      "a controller's namespace that cannot be",
      { ingress: { ...ingress, controllerNamespace: "a.b" } },
      "ingress.controllerNamespace",
      "lower-case",
    ],
    [
      "a Gateway's namespace that cannot be",
      { gateway: { name: "public", namespace: "" } },
      "gateway.namespace",
      "lower-case",
    ],
    [
      "a Prometheus that is kept away",
      { podMonitor: {} },
      "network.monitoringNamespace",
      "keep Prometheus away",
    ],
    [
      "clients without policies",
      { network: { policies: false, clients: [{ cidr: "10.0.0.0/8" }] } },
      "network.clients",
      "no effect",
    ],
    [
      "a monitoring namespace without policies",
      { network: { policies: false, monitoringNamespace: "monitoring" } },
      "network.monitoringNamespace",
      "no effect",
    ],
    [
      "a controller's namespace without policies",
      {
        network: { policies: false },
        ingress: { ...ingress, controllerNamespace: "ingress-nginx" },
      },
      "ingress.controllerNamespace",
      "no effect",
    ],
  ])("refuses %s", (_, args, propertyPath, part) => {
    expect(checkKubernetesModelService(resolved(args))).toEqual([
      { propertyPath, reason: expect.stringContaining(part) },
    ]);
  });

  it.each<[string, Partial<KubernetesModelServiceArgs>]>([
    ["nothing", {}],
    ["IPv6", { network: { clients: [{ cidr: "fd00::/8" }] } }],
    ["an Ingress for a named client", { ingress, network: { clients: [{ cidr: "10.0.0.0/8" }] } }],
    ["an Ingress without policies", { ingress, network: { policies: false } }],
    ["monitoring", { podMonitor: {}, network: { monitoringNamespace: "monitoring" } }],
  ])("takes %s", (_, args) => {
    expect(checkKubernetesModelService(resolved(args))).toEqual([]);
  });
});
