import { describe, expect, it } from "vitest";

import { checkKubernetesModelService } from "../../../components";
import { KubernetesModelServiceArgs } from "../../../components/kubernetes/kubernetesModelServiceArgs";
import { renderBalancerPolicy } from "../../../components/kubernetes/network/networkPolicies";
import { refusals } from "../../support/refusals";
import { canary, cluster, resolved } from "./kubernetesEdges";

type Args = Partial<KubernetesModelServiceArgs>;

const host = "models.example.com";
const ingress = { className: "nginx", host };
const gateway = { name: "public", hostnames: [host], grpcHostnames: ["grpc.example.com"] };
/** Whom the NetworkPolicies let in. */
const network = { clients: [{ cidr: "10.0.0.0/8" }], monitoringNamespace: "monitoring" };
const bare = { ...cluster, apiVersions: ["v1"] };

const problems = (args: Args) => checkKubernetesModelService(resolved(args));

it("a policy lets balancers reach canary replicas before these come and after they went", () => {
  const egress = (args: Args) => renderBalancerPolicy(resolved(args)).egress;
  expect(egress({ canary })).toEqual(egress({}));
});

const policies: Record<string, Args> = {
  "a client that is nobody": { network: { clients: [{}] } },
  "labels without a label": {
    network: { clients: [{ cidr: "10.0.0.0/8" }, { namespaceLabels: {} }] },
  },
  "addresses with labels": {
    network: { clients: [{ cidr: "10.0.0.0/8", podLabels: { app: "web" } }] },
  },
  "addresses that are none": { network: { clients: [{ cidr: "10.0.0.1/8" }] } },
  "a namespace that cannot be": { network: { monitoringNamespace: "Monitoring" } },
  "an Ingress controller that is kept out": { ingress },
  "a controller's namespace that cannot be": {
    ingress: { ...ingress, controllerNamespace: "a.b" },
  },
  "a Gateway's namespace that cannot be": { gateway: { name: "public", namespace: "" } },
  "a Prometheus that is kept away": { podMonitor: {} },
  "clients without policies": { network: { policies: false, clients: [{ cidr: "10.0.0.0/8" }] } },
  "a monitoring namespace without policies": {
    network: { policies: false, monitoringNamespace: "monitoring" },
  },
  "a controller's namespace without policies": {
    network: { policies: false },
    ingress: { ...ingress, controllerNamespace: "ingress-nginx" },
  },
};

const routes: Record<string, Args> = {
  "an address for a host": { ingress: { ...ingress, host: "10.0.0.1" } },
  "capitals in a host": { ingress: { ...ingress, host: "Models.example.com" } },
  "a class that is not there": { ingress: { ...ingress, className: "nginxx" }, cluster },
  "a class of another cluster": {
    ingress: { ...ingress, className: "alb" },
    cluster: { ...cluster, ingressClasses: [] },
  },
  "a path without a slash": { ingress: { ...ingress, path: "models" } },
  "a path that nothing rewrites": { ingress: { ...ingress, path: "/v1/models/flowers" } },
  "no Gateway's name": { gateway: { ...gateway, name: "" } },
  "a listener that cannot be": { gateway: { ...gateway, sectionName: "HTTPS" } },
  "a host name with a port": { gateway: { ...gateway, hostnames: [`${host}:443`] } },
  "no host name": { gateway: { name: "public", hostnames: [] } },
  "one host name for both": { gateway: { ...gateway, grpcHostnames: [host] } },
  "host names that overlap": { gateway: { ...gateway, hostnames: ["*.example.com"] } },
  "gRPC's host names only": { gateway: { ...gateway, hostnames: undefined } },
  "a cluster without the Gateway API": { gateway, cluster: bare },
};

const podMonitors: Record<string, Args> = {
  "no interval": { podMonitor: { intervalSeconds: 0 } },
  "a server without metrics": { podMonitor: {}, server: { monitoring: { enabled: false } } },
  "a cluster without the operator": { podMonitor: {}, cluster: bare },
};

describe("the network of a service", () => {
  it.each([
    ["policies that would keep callers out or let everybody in", policies, {}, "policies"],
    ["routes that lead nowhere", routes, { network }, "routes"],
    ["PodMonitors that read nothing", podMonitors, { network }, "pod-monitors"],
  ])("has no %s: that is refused", async (_, cases, further, name) => {
    const said = await refusals(cases, (args) => problems({ ...further, ...args }));
    await expect(said).toMatchFileSnapshot(`snapshots/refused-${name}.txt`);
  });

  it.each<[string, Args]>([
    ["nothing", {}],
    ["clients by IPv6", { network: { clients: [{ cidr: "fd00::/8" }] } }],
    ["an Ingress for a named client", { ingress, network: { clients: [{ cidr: "10.0.0.0/8" }] } }],
    ["an Ingress without policies", { ingress, network: { policies: false } }],
    ["all routes, and monitoring", { network, ingress, gateway, podMonitor: {}, cluster }],
  ])("may have %s", (_, args) => {
    expect(problems(args)).toEqual([]);
  });
});
