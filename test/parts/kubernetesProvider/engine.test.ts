// Programs with @pulumi/kubernetes on Pulumi's engine, which starts the provider by itself.
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../cluster/cluster";
import { providerEnv } from "../../kubernetes/env";
import type { Plain } from "../../provider/provider";
import { engineOptions } from "../../support/stack";
import { errorsIn, stepsIn } from "../../support/steps";
import { idle } from "./testProvider";

let cluster: Cluster;
let stack: Stack;
let pod: Plain = {};
let text = "1";
let kubeconfig: string;
const state = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-state-"));

/** A namespace with a configuration, pods that read it and a Service; what changes is above. */
async function program() {
  const provider = new Provider("cluster", { kubeconfig });
  const options = { provider };
  const name = new core.Namespace("models", {}, options).metadata.name;
  const { metadata } = new core.ConfigMap(
    "settings",
    { metadata: { namespace: name }, data: { text } },
    options,
  );
  const given = idle("one", { envFrom: [{ configMapRef: { name: metadata.name } }], ...pod });
  const deployment = new apps.Deployment(
    "pods",
    { ...given, metadata: { namespace: name } },
    { ...options, customTimeouts: { create: "60s", update: "10s" } },
  );
  new core.Secret(
    "token",
    { metadata: { namespace: name }, stringData: { token: pulumi.secret("hidden-text") } },
    options,
  );
  const service = new core.Service(
    "service",
    { metadata: { namespace: name }, spec: { selector: { app: "one" }, ports: [{ port: 80 }] } },
    options,
  );
  return { name, deployment: deployment.metadata.name, address: service.spec.clusterIP };
}

beforeAll(async () => {
  cluster = await startCluster();
  kubeconfig = cluster.kubeconfig;
  stack = await LocalWorkspace.createStack(
    { stackName: "test", projectName: "kubernetes-provider", program },
    await engineOptions(state, providerEnv(kubeconfig)),
  );
});

afterAll(async () => {
  await cluster?.stop();
  fs.rmSync(state, { recursive: true, force: true });
});

type Operation = "preview" | "up" | "refresh" | "destroy";

async function run(operation: Operation): Promise<{ steps: string[]; said: EngineEvent[] }> {
  const said: EngineEvent[] = [];
  await stack[operation]({ onEvent: (event) => void said.push(event) });
  return { steps: stepsIn(said).sort(), said };
}

async function errorsOf(operation: Operation): Promise<string> {
  const said: EngineEvent[] = [];
  await expect(stack[operation]({ onEvent: (event) => void said.push(event) })).rejects.toThrow();
  return errorsIn(said).join("\n");
}

const all = ["Namespace models", "ConfigMap settings", "Secret token", "Service service"];

describe("a stack", () => {
  it("is planned without touching the cluster", async () => {
    const { steps } = await run("preview");

    expect(steps.filter((step) => step.startsWith("create kubernetes:"))).toHaveLength(
      all.length + 1,
    );
    expect(cluster.kubectl("get", "namespaces", "-o", "name")).not.toContain("models");
  });

  it("comes up, with what the server knows as outputs", async () => {
    await run("up");

    const { name, deployment, address } = await stack.outputs();
    const jsonpath = ["-o", "jsonpath={.status.readyReplicas}", "-n", name.value];
    expect(cluster.kubectl("get", "deployment", deployment.value, ...jsonpath)).toBe("1");
    expect(address.value).toMatch(/^10\./);
  });

  it("has no secret in its state", () => {
    const files = fs.readdirSync(state, { recursive: true, withFileTypes: true });
    const written = files
      .filter((file) => file.isFile())
      .map((file) => fs.readFileSync(path.join(file.parentPath, file.name), "utf8"))
      .join("\n");

    expect(written).toContain("kubernetes:core/v1:Secret");
    expect(written).not.toContain("hidden-text");
    expect(written).not.toContain(Buffer.from("hidden-text").toString("base64"));
  });

  it("does not change in a second update, nor by a refresh", async () => {
    expect((await run("up")).steps).toEqual([]);
    expect((await run("refresh")).steps.filter((step) => !step.startsWith("refresh"))).toEqual([]);
    expect((await run("up")).steps).toEqual([]);
  });

  it("gets a changed configuration as a new object, before the old one goes", async () => {
    text = "2";

    const { steps } = await run("up");

    expect(steps).toEqual([
      "create-replacement kubernetes:core/v1:ConfigMap settings",
      "delete-replaced kubernetes:core/v1:ConfigMap settings",
      "replace kubernetes:core/v1:ConfigMap settings",
      "update kubernetes:apps/v1:Deployment pods",
    ]);
  });

  it("fails with the reasons of its pods, and is repaired by the next update", async () => {
    pod = { command: ["/none"] };
    const errors = await errorsOf("up");
    pod = {};

    const { steps } = await run("up");

    expect(errors).toMatch(/Pod models-.*container "idle"/);
    expect(steps).toEqual(["update kubernetes:apps/v1:Deployment pods"]);
  });

  it("is tried again as it is after an update that failed", async () => {
    pod = { command: ["/none"] };
    await errorsOf("up");

    expect(await errorsOf("up")).toMatch(/Pod models-.*container "idle"/);
    pod = {};
    await run("up");
  });

  it("gets back what somebody else changed", async () => {
    const { name, deployment } = await stack.outputs();
    const object = [`deployment/${deployment.value}`, "-n", name.value];
    cluster.kubectl("set", "env", ...object, "OTHER=1");
    cluster.kubectl("set", "image", ...object, "idle=tfserving.test/none:1");

    await run("refresh");
    const { steps } = await run("up");

    expect(steps).toEqual(["update kubernetes:apps/v1:Deployment pods"]);
    const image = ["-o", "jsonpath={.spec.template.spec.containers[0].image}"];
    expect(cluster.kubectl("get", ...object, ...image)).toBe("tfserving.test/system:1");
  });

  it("leaves nothing when it is destroyed", async () => {
    await run("destroy");

    expect(cluster.kubectl("get", "namespaces", "-o", "name")).not.toContain("models");
  });
});

describe("a cluster that cannot be reached", () => {
  const gone = () =>
    fs.readFileSync(cluster.kubeconfig, "utf8").replace(cluster.server, "https://127.0.0.1:9");

  it("is warned of by a preview, and fails an update", async () => {
    kubeconfig = gone();

    const { said } = await run("preview");
    const errors = await errorsOf("up");

    const warned = said.map(({ diagnosticEvent }) => diagnosticEvent?.message ?? "").join("\n");
    expect(warned).toMatch(/configured Kubernetes cluster is unreachable: .*127\.0\.0\.1:9/);
    expect(errors).toMatch(/configured Kubernetes cluster is unreachable/);
  });
});
