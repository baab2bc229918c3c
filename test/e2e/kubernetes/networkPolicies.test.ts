import { beforeAll, describe, expect, it, vi } from "vitest";

import names from "../../../airgap/images/names.json";
import { KubernetesModelService, KubernetesNotebook } from "@tf-model-serving/kubernetes";
import { selectorFor } from "../../../components/kubernetes/labels";
import { clientLabel } from "../../../components/kubernetes/network/networkPolicies";
import { type Cluster, sharedCluster } from "../../cluster/cluster";
import { renderedObjects } from "../../support/kubernetesObjects";

// The declared NetworkPolicies, enforced on a real node, between pods that only have the labels and
// ports of what they stand for.
const namespace = "policies";
const others = "policies-others";
const serviceName = "flowers";
const imageHere = names.notebookImage;

const listeners: Record<string, { labels: Record<string, string>; ports: number[] }> = {
  replica: { labels: selectorFor("replica", serviceName), ports: [8500, 8501, 8502] },
  balancer: { labels: selectorFor("balancer", serviceName), ports: [8500, 8501, 8404] },
  notebook: {
    labels: { ...selectorFor("notebook", "lab"), [clientLabel(serviceName)]: "true" },
    ports: [8888],
  },
  stranger: { labels: { app: "stranger" }, ports: [8501] },
};

let cluster: Cluster;
let addresses: Record<string, string>;

beforeAll(async () => {
  cluster = sharedCluster();
  const image = cluster.push(imageHere, "notebook");
  const pod = (name: string, home: string, labels: object, ports: number[]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: home, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: "listener", image, command: ["python3", "-c", listen, ...ports.map(String)] },
      ],
    },
  });
  for (const name of [namespace, others]) {
    cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  cluster.apply(
    ...Object.entries(listeners).map(([name, { labels, ports }]) =>
      pod(name, namespace, labels, ports),
    ),
    pod("prometheus", others, {}, []),
  );
  for (const name of [namespace, others]) {
    cluster.kubectl("wait", "pod", "--all", "-n", name, "--for=condition=Ready", "--timeout=90s");
  }
  addresses = Object.fromEntries(
    Object.keys(listeners).map((name) => [
      name,
      cluster.kubectl("get", "pod", name, "-n", namespace, "-o", "jsonpath={.status.podIP}"),
    ]),
  );
});

const listen = `
import socket, sys, time
held = [socket.create_server(("", int(port))) for port in sys.argv[1:]]
time.sleep(3600)
`;

/** Whether a pod can open a connection to a port of another. */
function reaches(from: string, to: string, port: number): boolean {
  const script = `
import socket
try:
    socket.create_connection(("${addresses[to]}", ${port}), 1)
    print("open")
except OSError:
    print("closed")
`;
  const home = from === "prometheus" ? others : namespace;
  const answer = cluster.kubectl("exec", from, "-n", home, "--", "python3", "-c", script);
  return answer === "open";
}

describe("network policies on a real node", () => {
  it("are not in the way before they are there", () => {
    expect(reaches("stranger", "replica", 8501)).toBe(true);
  });

  it("begin to hold", async () => {
    const objects = await renderedObjects(() => {
      new KubernetesModelService("serving", {
        image: `registry.example.com/flowers@sha256:${"a".repeat(64)}`,
        modelName: "flowers",
        namespace,
        serviceName,
        network: { monitoringNamespace: others },
      });
      new KubernetesNotebook("notebook", {
        namespace,
        serviceName: "lab",
        modelServiceName: serviceName,
        modelName: "flowers",
        restUrl: "http://flowers:8501/v1/models/flowers",
        grpcAddress: "flowers:8500",
      });
    });
    cluster.apply(...objects.filter(({ kind }) => kind === "NetworkPolicy"));
    await vi.waitUntil(() => !reaches("stranger", "notebook", 8888), { timeout: 30_000 });
  });

  it.each([
    ["balancer", "replica", 8500],
    ["balancer", "replica", 8501],
    ["balancer", "replica", 8502],
    ["notebook", "balancer", 8500],
    ["notebook", "balancer", 8501],
    ["prometheus", "balancer", 8404],
    ["prometheus", "replica", 8501],
  ])("let the %s reach the %s at %d", (from, to, port) => {
    expect(reaches(from, to, port)).toBe(true);
  });

  it.each([
    ["stranger", "balancer", 8501],
    ["stranger", "replica", 8501],
    ["stranger", "notebook", 8888],
    ["notebook", "replica", 8501],
    ["notebook", "balancer", 8404],
    ["notebook", "stranger", 8501],
    ["prometheus", "balancer", 8501],
    ["prometheus", "replica", 8500],
    ["balancer", "stranger", 8501],
    ["replica", "balancer", 8501],
    ["replica", "stranger", 8501],
  ])("keep the %s from the %s at %d", (from, to, port) => {
    expect(reaches(from, to, port)).toBe(false);
  });
});
