import { describe, expect, it } from "vitest";

import {
  appliedConfiguration,
  FieldsV1,
  ownedPart,
} from "../../../components/kubernetes/cluster/appliedConfiguration";
import { liveDeployment, of } from "./liveDeployment";

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
  const managers = [
    { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:paused": {} } } },
    {
      ...{ manager: "kubectl-scale", operation: "Update", subresource: "scale" },
      fieldsV1: ownFields,
    },
    { manager: "pulumi-kubernetes-1a2b", operation: "Apply", fieldsV1: ownFields },
    { manager: "kube-controller-manager", operation: "Update", subresource: "status" },
  ];
  const containers = [{ name: "server", image: "a" }];
  const selector = { matchLabels: { app: "model" } };

  const applied = (managedFields: object[]) => {
    const labels = { app: "model", other: "1" };
    const revision = { "deployment.kubernetes.io/revision": "2" };
    const metadata = { managedFields: managedFields as typeof managers, annotations: revision };
    const spec = {
      replicas: 2,
      selector,
      template: { spec: { containers, restartPolicy: "Always" } },
    };
    const live = liveDeployment({ ...metadata, ...{ labels } }, spec, { replicas: 2 });
    return appliedConfiguration(live);
  };

  it("is what the creator's field manager owns", () => {
    expect(applied(managers)).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
      manifest: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { ...of, labels: { app: "model" } },
        spec: { selector, template: { spec: { containers } } },
      },
    });
  });

  it("is what it was created with before the first apply", () => {
    const created = { manager: "pulumi", operation: "Update", fieldsV1: ownFields };
    expect(applied([created])?.manager).toBe("pulumi");
  });

  it("is unknown where nobody owns the selector", () => {
    expect(applied(managers.slice(0, 2))).toBeUndefined();
  });
});
