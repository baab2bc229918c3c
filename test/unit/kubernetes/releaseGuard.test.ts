import * as pulumi from "@pulumi/pulumi";
import * as apps from "@pulumi/kubernetes/apps/v1";
import { beforeEach, describe, expect, it } from "vitest";

import {
  type GuardedRelease,
  ReleaseGuard,
} from "../../../components/kubernetes/release/releaseGuard";
import { connectCluster } from "@tf-model-serving/kubernetes";
import { type RolloutApi, rolloutApi } from "../../../components/kubernetes/release/rolloutApi";
import { cluster, kubeconfigFor } from "../../support/fakeCluster";
import { startServer } from "../../support/fakeEngine";
import { renderedValues } from "../../support/rendered";
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
  path: string;
  query: Record<string, string>;
  type?: string;
  body?: unknown;
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
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const { method, headers } = request;
      const { pathname, searchParams } = new URL(request.url!, "http://cluster");
      const query = Object.fromEntries(searchParams);
      const body = text ? (JSON.parse(text) as unknown) : undefined;
      asked.push({ method, path: pathname, query, type: headers["content-type"], body });
      const answer = answers[pathname];
      const isText = typeof answer === "string";
      response.statusCode = answer === undefined ? 404 : 200;
      response.setHeader("content-type", isText ? "text/plain" : "application/json");
      response.end(isText ? answer : JSON.stringify(answer ?? {}));
    });
  });
  return { asked, kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`) };
}

const pod = { metadata: { namespace: "models", name: "pod" } };
const applied = { apiVersion: "apps/v1", kind: "Deployment", metadata: of, spec: { young: 1 } };
const patched = { metadata: of, spec: { young: 1, $patch: "replace" } };

/** Fields that are called young are not in this version's types. */
const requests: Record<string, (api: RolloutApi) => Promise<unknown>> = {
  "a Deployment": (api) => api.deployment(of),
  "a Deployment that is not there": (api) => api.deployment({ ...of, name: "other" }),
  "Deployments by labels": (api) => api.deployments("models", { a: "1", b: "2" }),
  "ReplicaSets by labels": (api) => api.replicaSets("models", { a: "1", b: "2" }),
  "Pods by a label": (api) => api.pods("models", { a: "1" }),
  "the last lines of a container": (api) => api.lastLines(pod, "server", true),
  "what a ReplicaSet's pods are made from": (api) => api.template("rs", "models"),
  "an apply is undone on the server's side, as the field manager that applied": (api) =>
    api.undo({ manager: "pulumi-kubernetes-1a2b", operation: "Apply", body: applied }),
  "an update is undone by a patch, as the field manager that updated": (api) =>
    api.undo({ manager: "pulumi-kubernetes", operation: "Update", body: patched }),
  "the number of replicas alone is held, as a field manager of its own": (api) =>
    api.holdReplicas(of, 3, false),
};

it("the requests of the guard ask for what it needs, and change what it means to", async () => {
  const { asked, kubeconfig } = await startCluster(answers);
  const api = rolloutApi(await connectCluster({ kubeconfig }));
  const exchanges: Record<string, unknown> = {};
  for (const [what, request] of Object.entries(requests)) {
    exchanges[what] = { answer: await request(api), asked: asked.splice(0) };
  }
  await expect(renderedValues(exchanges)).toMatchFileSnapshot("snapshots/guard-requests.yaml");
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
    return asked.filter(({ method }) => method !== "GET");
  }

  it("holds the number of replicas that an autoscaler has set", async () => {
    expect(await changes(2, live)).toMatchObject([
      { method: "PATCH", body: { spec: { replicas: 3 } } },
    ]);
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
