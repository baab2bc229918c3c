import * as pulumi from "@pulumi/pulumi";
import * as apps from "@pulumi/kubernetes/apps/v1";
import { beforeEach, describe, expect, it } from "vitest";

import { guardRelease } from "../../../components/kubernetes/releaseGuard";
import { connectCluster } from "../../../components";
import { rolloutApi } from "../../../components/kubernetes/rolloutApi";
import { cluster, kubeconfigFor } from "../../support/fakeCluster";
import { startServer } from "../../support/fakeEngine";
import { Recording, settle, startMocks } from "../../support/mocks";

const release = {
  part: "replica",
  container: "server",
  startTimeoutSeconds: 40,
  stopGraceSeconds: 15,
};

class Component extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Component", name);
    this.registerOutputs({});
  }
}

describe("a guarded Deployment", () => {
  let recording: Recording;
  beforeEach(async () => void (recording = await startMocks()));

  async function declare(given: Parameters<typeof guardRelease>[1]) {
    const spec = { selector: {}, template: {} };
    new apps.Deployment("model", { spec }, guardRelease("model", given, new Component("test")));
    await settle();
    return recording.find("kubernetes:apps/v1:Deployment");
  }

  it("has hooks around its creation and update", async () => {
    const { hooks } = await declare({ ...release, cluster });
    expect(hooks).toEqual({
      beforeCreate: ["model: before the release"],
      afterCreate: ["model: release"],
      beforeUpdate: ["model: before the release"],
      afterUpdate: ["model: release"],
      onError: ["model: failed release"],
    });
  });

  it("has none without access to the cluster", async () => {
    const { hooks } = await declare(release);
    expect(hooks).toEqual({});
  });
});

describe("the requests of the guard", () => {
  interface Asked {
    method?: string;
    url: URL;
    type?: string;
    body: string;
  }
  let asked: Asked[];
  const answers: Record<string, unknown> = {
    "/apis/apps/v1/namespaces/models/deployments/model": { kind: "Deployment", spec: { young: 1 } },
    "/apis/apps/v1/namespaces/models/replicasets": { items: [{ metadata: { name: "rs" } }] },
    "/api/v1/namespaces/models/pods": { items: [{ metadata: { name: "pod" } }] },
    "/api/v1/namespaces/models/pods/pod/log": "last words\n",
  };

  async function api() {
    asked = [];
    const port = await startServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        const url = new URL(request.url!, "http://cluster");
        asked.push({ method: request.method, url, type: request.headers["content-type"], body });
        const answer = answers[url.pathname];
        response.statusCode = answer === undefined ? 404 : 200;
        response.setHeader(
          "content-type",
          typeof answer === "string" ? "text/plain" : "application/json",
        );
        response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? {}));
      });
    });
    const kubeconfig = kubeconfigFor(`http://127.0.0.1:${port}`);
    return rolloutApi(await connectCluster({ kubeconfig }));
  }

  it("read a Deployment with fields that this version's types do not know", async () => {
    const live = await (await api()).deployment({ namespace: "models", name: "model" });
    expect(live).toEqual({ kind: "Deployment", spec: { young: 1 } });
  });

  it("take a Deployment that is not there as none", async () => {
    expect(await (await api()).deployment({ namespace: "models", name: "other" })).toBeUndefined();
  });

  it("list ReplicaSets and Pods by labels", async () => {
    const cluster = await api();
    expect(await cluster.replicaSets("models", { a: "1", b: "2" })).toMatchObject([
      { metadata: { name: "rs" } },
    ]);
    expect(await cluster.pods("models", { a: "1" })).toMatchObject([{ metadata: { name: "pod" } }]);
    expect(asked.map(({ url }) => url.searchParams.get("labelSelector"))).toEqual([
      "a=1,b=2",
      "a=1",
    ]);
  });

  it("read the last lines of a container", async () => {
    const pod = { metadata: { namespace: "models", name: "pod" } };
    expect(await (await api()).lastLines(pod, "server", true)).toBe("last words\n");
    expect(Object.fromEntries(asked[0].url.searchParams)).toEqual({
      container: "server",
      previous: "true",
      tailLines: "20",
    });
  });

  it("apply on the server's side, as the field manager that applied before", async () => {
    const manifest = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "models", name: "model" },
      spec: { young: 1 },
    };
    await (await api()).apply({ manager: "pulumi-kubernetes-1a2b", manifest });
    const [{ method, url, type, body }] = asked;
    expect({ method, type }).toEqual({ method: "PATCH", type: "application/apply-patch+yaml" });
    expect(Object.fromEntries(url.searchParams)).toEqual({
      fieldManager: "pulumi-kubernetes-1a2b",
      force: "true",
    });
    expect(JSON.parse(body)).toEqual(manifest);
  });
});
