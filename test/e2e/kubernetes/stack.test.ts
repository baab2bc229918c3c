// The program with `target: kubernetes` on a real cluster of one node.
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubernetesStack, namespace, request, serviceName } from "../../support/kubernetesStack";
import { describeLoad } from "../../support/load";
import { spoilVariables } from "../../support/modelFolder";
import { openPortForward } from "../../support/portForward";
import { connect } from "../../support/servingGrpc";

describe("a stack on Kubernetes", () => {
  let stack: KubernetesStack;
  let outputs: Record<string, { value: unknown }>;
  let outside: number;

  beforeAll(async () => {
    stack = await KubernetesStack.start("kubernetes");
    stack.addVersion(1);
    outputs = (await stack.up()).outputs;
    outside = await stack.openService(8501);
  });
  afterAll(() => stack?.stop());

  test("runs replicas by digest under a namespace that enforces restricted pods", () => {
    const { metadata } = stack.get<{ metadata: { labels: Record<string, string> } }>(
      "namespace",
      namespace,
    );
    expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    expect(stack.readyPods("replica")).toHaveLength(2);
    expect(stack.readyPods("balancer")).toHaveLength(2);
    expect(outputs.image.value).toMatch(
      new RegExp(`^${stack.cluster.registry}/tf_serving@sha256:[0-9a-f]{64}$`),
    );
    expect(outputs.restUrl.value).toBe(
      `http://${serviceName}.${namespace}.svc.cluster.local:8501/v1/models/scale`,
    );
  });

  test("answers REST and gRPC through a forwarded port", async () => {
    const { kubeconfig } = stack.cluster;
    const [balancer] = stack.podNames("balancer");
    const rest = await openPortForward(kubeconfig, namespace, balancer, 8501);
    const grpc = await openPortForward(kubeconfig, namespace, balancer, 8500);
    const client = connect(`127.0.0.1:${grpc.port}`);
    try {
      const url = `http://127.0.0.1:${rest.port}/v1/models/scale:predict`;
      const answer = await fetch(url, { method: "POST", body: request });
      expect((await answer.json()).outputs.y).toEqual([[2, 4, 6]]);
      const [{ version, state }] = await client.getModelStatus({ model: "scale" });
      expect({ version, state }).toEqual({ version: 1, state: "AVAILABLE" });
    } finally {
      client.close();
      rest.close();
      grpc.close();
    }
  });

  test("changes nothing in a second update", async () => {
    const before = stack.podNames("replica");
    const { summary } = await stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(stack.podNames("replica")).toEqual(before);
  });

  test("loses no request in a release under load", async () => {
    const balancers = stack.podNames("balancer");
    const load = stack.startLoad(outside);
    await load.more(50);
    load.mark("release");
    stack.addVersion(2);
    await stack.up();
    load.mark("after");
    await load.more(50);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    expect(result.phases.release.total).toBeGreaterThan(100);
    expect(stack.podNames("balancer")).toEqual(balancers);
    await expect.poll(() => stack.versions(outside), { timeout: 20_000 }).toBe("2");
  });

  test("fails with what the server said for a model that does not load, and serves on", async () => {
    const serving = stack.podNames("replica");
    const load = stack.startLoad(outside);
    spoilVariables(stack.addVersion(3));
    await expect(stack.up()).rejects.toThrow(/new replica \S+ ended with code .*Loading servable/s);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    await expect.poll(() => stack.podNames("replica")).toEqual(serving);
    expect(await stack.versions(outside)).toBe("2");
    const left = await stack.stack.stack.outputs();
    expect(left.release.value).toMatchObject({ modelVersion: "2" });
  });

  test("takes the next good release without repair", async () => {
    stack.removeVersion(3);
    stack.addVersion(4);
    await stack.up();
    await expect.poll(() => stack.versions(outside), { timeout: 20_000 }).toBe("4");
  });

  test("never has less than all but one replica ready when its node is drained", async () => {
    const [first, second] = stack.podNames("replica");
    evict(first);
    expect(() => evict(second)).toThrow(/disruption budget/);
    await expect.poll(() => stack.readyPods("replica").length, { timeout: 60_000 }).toBe(2);
  });

  test("leaves nothing but its namespace when it is destroyed", async () => {
    await stack.stack.stack.destroy();
    const kinds =
      "deployments,pods,services,configmaps,secrets,networkpolicies,poddisruptionbudgets";
    const left = () => stack.get<{ items: object[] }>(kinds, "-l", "tfserving.stack").items;
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    expect(stack.get("namespace", namespace)).toBeDefined();
  });

  /** As `kubectl drain` does it. */
  function evict(pod: string): void {
    const eviction = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: pod, namespace },
    };
    const file = path.join(fs.mkdtempSync("/tmp/tfserving-eviction-"), "eviction.json");
    fs.writeFileSync(file, JSON.stringify(eviction));
    const path_ = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
    stack.cluster.kubectl("create", "--raw", path_, "-f", file);
  }
});
