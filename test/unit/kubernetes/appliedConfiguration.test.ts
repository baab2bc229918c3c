import { describe, expect, it } from "vitest";

import {
  appliedConfiguration,
  FieldsV1,
  LiveObject,
  ownedPart,
} from "../../../components/kubernetes/cluster/appliedConfiguration";

describe("the owned part of a value", () => {
  const table: [string, unknown, FieldsV1, unknown][] = [
    ["whole", { a: 1 }, {}, { a: 1 }],
    ["by field", { a: 1, b: 2 }, { "f:a": {} }, { a: 1 }],
    ["of a field that is gone", { b: 2 }, { "f:a": {}, "f:b": {} }, { b: 2 }],
    ["the object only", { a: 1 }, { ".": {} }, {}],
    ["a label with dots", { "a.b/c": "1" }, { ".": {}, "f:a.b/c": {} }, { "a.b/c": "1" }],
    [
      "items by key",
      [
        { name: "a", value: "1" },
        { name: "b", value: "2", own: true },
      ],
      { 'k:{"name":"b"}': { ".": {}, "f:name": {}, "f:value": {} } },
      [{ name: "b", value: "2" }],
    ],
    [
      "items by several keys, one of them a default",
      [{ containerPort: 8500, protocol: "TCP", name: "grpc" }],
      { 'k:{"containerPort":8500,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
      [{ containerPort: 8500, protocol: "TCP" }],
    ],
    ["items of a set", ["a", "b"], { 'v:"b"': {} }, ["b"]],
    ["items by place", ["a", "b"], { "i:1": {} }, ["b"]],
    [
      "in the order of the list",
      [{ name: "b" }, { name: "a" }],
      { 'k:{"name":"a"}': { "f:name": {} }, 'k:{"name":"b"}': { "f:name": {} } },
      [{ name: "b" }, { name: "a" }],
    ],
  ];

  it.each(table)("%s", (_name, value, fields, owned) => {
    expect(ownedPart(value, fields)).toEqual(owned);
  });
});

describe("what a Deployment was applied with", () => {
  const ownFields: FieldsV1 = {
    "f:metadata": { "f:labels": { "f:app": {} } },
    "f:spec": { "f:selector": {}, "f:template": { "f:spec": { "f:containers": {} } } },
  };
  const live: LiveObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "model",
      namespace: "models",
      uid: "1",
      generation: 3,
      annotations: { "deployment.kubernetes.io/revision": "2" },
      managedFields: [
        { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:paused": {} } } },
        {
          manager: "kubectl-scale",
          operation: "Update",
          subresource: "scale",
          fieldsV1: ownFields,
        },
        { manager: "pulumi-kubernetes-1a2b", operation: "Apply", fieldsV1: ownFields },
        { manager: "kube-controller-manager", operation: "Update", subresource: "status" },
      ],
      ...{ labels: { app: "model", other: "1" }, resourceVersion: "17" },
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "model" } },
      template: { spec: { containers: [{ name: "server", image: "a" }], restartPolicy: "Always" } },
    },
    status: { replicas: 2 },
  };

  it("is what the creator's field manager owns", () => {
    expect(appliedConfiguration(live)).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
      manifest: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "model", namespace: "models", labels: { app: "model" } },
        spec: {
          selector: { matchLabels: { app: "model" } },
          template: { spec: { containers: [{ name: "server", image: "a" }] } },
        },
      },
    });
  });

  it("is what it was created with before the first apply", () => {
    const managedFields = [{ manager: "pulumi", operation: "Update", fieldsV1: ownFields }];
    const created = { ...live, metadata: { ...live.metadata, managedFields } };
    expect(appliedConfiguration(created)?.manager).toBe("pulumi");
  });

  it("is unknown where nobody owns the selector", () => {
    const [managedFields] = [live.metadata.managedFields!.slice(0, 2)];
    const foreign = { ...live, metadata: { ...live.metadata, managedFields } };
    expect(appliedConfiguration(foreign)).toBeUndefined();
  });
});
