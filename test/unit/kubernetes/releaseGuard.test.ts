import * as pulumi from "@pulumi/pulumi";
import * as apps from "@pulumi/kubernetes/apps/v1";
import { beforeEach, describe, expect, it } from "vitest";

import {
  type GuardedRelease,
  ReleaseGuard,
} from "../../../components/kubernetes/release/releaseGuard";
import { connectCluster } from "../../../components";
import { rolloutApi } from "../../../components/kubernetes/release/rolloutApi";
import type { Undo } from "../../../components/kubernetes/release/undo";
import { cluster, kubeconfigFor } from "../../support/fakeCluster";
import { startServer } from "../../support/fakeEngine";
import { Recording, settle, startMocks } from "../../support/mocks";

const release = {
  part: "replica",
  container: "server",
  startTimeoutSeconds: 40,
  schedulingTimeoutSeconds: 600,
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

  async function declare(given: GuardedRelease) {
    const spec = { selector: {}, template: {} };
    new apps.Deployment(
      "model",
      { spec },
      new ReleaseGuard("model", given, new Component("test")).options,
    );
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

interface Asked {
  method?: string;
  url: URL;
  type?: string;
  body: string;
}

const of = { namespace: "models", name: "model" };
const path = "/apis/apps/v1/namespaces/models/deployments/model";
const answers: Record<string, unknown> = {
  [path]: { kind: "Deployment", spec: { young: 1 } },
  "/apis/apps/v1/namespaces/models/deployments": { items: [{ metadata: { name: "model" } }] },
  "/apis/apps/v1/namespaces/models/replicasets": { items: [{ metadata: { name: "rs" } }] },
  "/apis/apps/v1/namespaces/models/replicasets/rs": {
    spec: { template: { spec: { young: 2 } } },
  },
  "/api/v1/namespaces/models/pods": { items: [{ metadata: { name: "pod" } }] },
  "/api/v1/namespaces/models/pods/pod/log": "last words\n",
};

/** An API server that writes down what it is asked. */
async function startCluster(answers: Record<string, unknown>) {
  const asked: Asked[] = [];
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
  return { asked, kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`) };
}

function patchOf({ method, url, type, body }: Asked): object {
  const search = Object.fromEntries(url.searchParams);
  return { method, path: url.pathname, type, search, body: JSON.parse(body) as unknown };
}

/** The request that holds a number of replicas. */
function held(replicas: number): object {
  return {
    method: "PATCH",
    path,
    type: "application/apply-patch+yaml",
    search: { fieldManager: "tfserving-autoscaling", force: "false" },
    body: { apiVersion: "apps/v1", kind: "Deployment", metadata: of, spec: { replicas } },
  };
}

describe("the requests of the guard", () => {
  let asked: Asked[];

  async function api() {
    const started = await startCluster(answers);
    asked = started.asked;
    return rolloutApi(await connectCluster({ kubeconfig: started.kubeconfig }));
  }

  it("read a Deployment with fields that this version's types do not know", async () => {
    const live = await (await api()).deployment(of);
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

  it("list Deployments by labels", async () => {
    const found = await (await api()).deployments("models", { a: "1", b: "2" });
    expect(found).toEqual([{ metadata: { name: "model" } }]);
    expect(asked[0].url.searchParams.get("labelSelector")).toBe("a=1,b=2");
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

  it("read what a ReplicaSet's pods are made from, with fields that are not known here", async () => {
    expect(await (await api()).template("rs", "models")).toEqual({ spec: { young: 2 } });
    expect(asked.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("undo an apply on the server's side, as the field manager that applied", async () => {
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: of, spec: { young: 1 } };
    const undo: Undo = { manager: "pulumi-kubernetes-1a2b", operation: "Apply", body };
    await (await api()).undo(undo);
    expect(asked.map(patchOf)).toEqual([
      {
        method: "PATCH",
        path,
        type: "application/apply-patch+yaml",
        search: { fieldManager: "pulumi-kubernetes-1a2b", force: "true" },
        body,
      },
    ]);
  });

  it("undo an update by a patch, as the field manager that updated", async () => {
    const body = { metadata: of, spec: { young: 1, $patch: "replace" } };
    await (await api()).undo({ manager: "pulumi-kubernetes", operation: "Update", body });
    expect(asked.map(patchOf)).toEqual([
      {
        method: "PATCH",
        path,
        type: "application/strategic-merge-patch+json",
        search: { fieldManager: "pulumi-kubernetes" },
        body,
      },
    ]);
  });

  it("hold the number of replicas, and nothing else, as a field manager of its own", async () => {
    await (await api()).holdReplicas(of, 3, false);
    expect(asked.map(patchOf)).toEqual([held(3)]);
  });
});

describe("a release that begins", () => {
  beforeEach(async () => void (await startMocks()));

  const live = {
    metadata: { ...of, generation: 1, annotations: {} },
    spec: { replicas: 3, selector: { matchLabels: { app: "model" } } },
    status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
  };

  /** Runs the hooks of an update that the provider gives up; gives what the guard has changed. */
  async function changes(fewestAutoscaled: number | undefined, deployment: object) {
    const { asked, kubeconfig } = await startCluster({ ...answers, [path]: deployment });
    const given = { ...release, fewestAutoscaled, cluster: { ...cluster, kubeconfig } };
    const { hooks } = new ReleaseGuard("model", given, new Component("test")).options;
    const [begin] = hooks!.beforeUpdate as pulumi.ResourceHook[];
    const [fail] = hooks!.onError as pulumi.ErrorHook[];
    await begin.callback({ newInputs: { metadata: of } } as unknown as pulumi.ResourceHookArgs);
    await fail.callback({} as pulumi.ErrorHookArgs);
    return asked.filter(({ method }) => method !== "GET").map(patchOf);
  }

  it("holds the number of replicas that an autoscaler has set", async () => {
    expect(await changes(2, live)).toEqual([held(3)]);
  });

  const undone = { ...live.metadata, annotations: { "tfserving.release": "undone" } };
  it.each<[string, number | undefined, object]>([
    ["without an autoscaler", undefined, live],
    ["of a Deployment without pods", 2, { ...live, spec: { ...live.spec, replicas: 0 } }],
    ["of a Deployment as an undo has left it", 2, { ...live, metadata: undone }],
  ])("changes nothing %s", async (_name, fewest, deployment) => {
    expect(await changes(fewest, deployment)).toEqual([]);
  });
});
