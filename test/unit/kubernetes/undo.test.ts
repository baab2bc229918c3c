import { describe, expect, it } from "vitest";

import type {
  FieldsV1,
  LiveObject,
} from "../../../components/kubernetes/cluster/appliedConfiguration";
import { isUndone, planUndo } from "../../../components/kubernetes/release/undo";

const of = { name: "model", namespace: "models" };
const selector = { matchLabels: { app: "model" } };
const undone = { "tfserving.release": "undone" };

const declared: FieldsV1 = {
  "f:metadata": { "f:annotations": { "f:tfserving.release": {} } },
  "f:spec": {
    "f:replicas": {},
    "f:selector": {},
    "f:template": { "f:spec": { "f:containers": {} } },
  },
};
// Of who creates without apply, the API server's defaults are too.
const everything: FieldsV1 = {
  ...declared,
  "f:spec": { ...declared["f:spec"], "f:template": { "f:spec": {} } },
};

function applied(manager: string) {
  return { manager, operation: "Apply", fieldsV1: declared };
}

function updated(manager: string) {
  return { manager, operation: "Update", fieldsV1: everything };
}

/** A Deployment of an image, as the cluster has it. */
function deployment(
  image: string,
  ...managedFields: LiveObject["metadata"]["managedFields"] & object
): LiveObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      ...of,
      uid: "1",
      generation: 1,
      annotations: { "tfserving.release": "wanted", "deployment.kubernetes.io/revision": "1" },
      managedFields,
    },
    spec: {
      replicas: 2,
      selector,
      template: { spec: { containers: [{ name: "server", image }], restartPolicy: "Always" } },
    },
  };
}

/** What is applied to go back to a Deployment of an image. */
function manifest(image: string, podDefaults: object = {}) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...of, annotations: undone },
    spec: {
      replicas: 2,
      selector,
      template: { spec: { containers: [{ name: "server", image }], ...podDefaults } },
    },
  };
}

describe("the undo of an update", () => {
  it("is an apply by who created and updated by apply", () => {
    const own = applied("pulumi-kubernetes-1a2b");
    const served = { deployment: deployment("good", own) };
    expect(planUndo(deployment("bad", own), served)).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
      body: manifest("good"),
    });
  });

  it("is an apply by who has applied, of all that was there, after a create without apply", () => {
    const served = { deployment: deployment("good", updated("pulumi-kubernetes")) };
    const live = deployment("bad", applied("pulumi-kubernetes-1a2b"));
    expect(planUndo(live, served)).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
      body: manifest("good", { restartPolicy: "Always" }),
    });
  });

  it("is a patch by who updated, where nobody applies", () => {
    const own = updated("pulumi-resource-kubernetes");
    const before = deployment("good", own);
    expect(planUndo(deployment("bad", own), { deployment: before })).toEqual({
      manager: "pulumi-resource-kubernetes",
      operation: "Update",
      body: {
        metadata: { ...of, annotations: undone },
        spec: { ...before.spec, $patch: "replace" },
      },
    });
  });

  it.each([
    ["an apply", applied],
    ["a patch", updated],
  ])("goes back to the template that serves, by %s", (_name, by) => {
    const live = deployment("bad", by("pulumi-kubernetes"));
    const broken = deployment("broken", by("pulumi-kubernetes"));
    const template = { spec: { containers: [{ name: "server", image: "good" }] } };
    const { spec } = planUndo(live, { deployment: broken, template })!.body;
    expect(spec).toMatchObject({ replicas: 2, selector });
    expect(spec.template).toEqual(template);
  });

  it("is marked as one", () => {
    const own = applied("pulumi-kubernetes-1a2b");
    const live = deployment("bad", own);
    const { metadata } = planUndo(live, { deployment: deployment("good", own) })!.body;
    const { annotations } = metadata;
    expect(isUndone(live)).toBe(false);
    expect(isUndone({ ...live, metadata: { ...live.metadata, annotations } })).toBe(true);
  });
});

describe("the undo of a create", () => {
  it("is a patch to no pods by who created without apply", () => {
    expect(planUndo(deployment("bad", updated("pulumi-kubernetes")), undefined)).toEqual({
      manager: "pulumi-kubernetes",
      operation: "Update",
      body: { metadata: { ...of, annotations: undone }, spec: { replicas: 0 } },
    });
  });

  it("is an apply of the same without pods by who created by apply", () => {
    const { spec, ...rest } = manifest("bad");
    expect(planUndo(deployment("bad", applied("pulumi-kubernetes-1a2b")), undefined)).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
      body: { ...rest, spec: { ...spec, replicas: 0 } },
    });
  });
});

describe("no undo is planned", () => {
  const nobody = { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": {} } };
  const own = applied("pulumi-kubernetes-1a2b");

  it("where nobody owns the selector", () => {
    const served = { deployment: deployment("good", own) };
    expect(planUndo(deployment("bad", nobody), served)).toBeUndefined();
  });

  it("where nobody owned the selector before", () => {
    const served = { deployment: deployment("good", nobody) };
    expect(planUndo(deployment("bad", own), served)).toBeUndefined();
  });
});
