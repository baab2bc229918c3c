import { describe, expect, it } from "vitest";

import type { FieldsV1 } from "../../../components/kubernetes/cluster/appliedConfiguration";
import { isUndone, planUndo } from "../../../components/kubernetes/release/undo";
import { renderedValues } from "../../support/rendered";
import { liveDeployment } from "./liveDeployment";

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

const applied = { manager: "pulumi-1a2b", operation: "Apply", fieldsV1: declared };
const updated = { manager: "pulumi", operation: "Update", fieldsV1: everything };
const nobody = { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": {} } };

/** A Deployment of an image, as the cluster has it. */
function deployment(image: string, manager: typeof applied) {
  const annotations = { "tfserving.release": "wanted", "deployment.kubernetes.io/revision": "1" };
  const spec = { containers: [{ name: "server", image }], restartPolicy: "Always" };
  return liveDeployment(
    { annotations, managedFields: [manager] },
    { replicas: 2, selector: { matchLabels: { app: "model" } }, template: { spec } },
  );
}

/** The undo of an update by one manager, or of what another had made before. */
function undo(by: typeof applied, before = by, template?: Record<string, unknown>) {
  return planUndo(deployment("bad", by), { deployment: deployment("good", before), template });
}

it("an undo is planned as who applied or updated would take it back", async () => {
  const template = { spec: { containers: [{ name: "server", image: "serves" }] } };
  const plans = {
    "an update by who created and updated by apply": undo(applied),
    "an update by apply after a create without apply: all that was there": undo(applied, updated),
    "an update by who updates, where nobody applies: a patch": undo(updated),
    "an apply, to the template that serves": undo(applied, applied, template),
    "a patch, to the template that serves": undo(updated, updated, template),
    "a create without apply: a patch to no pods": planUndo(deployment("bad", updated), undefined),
    "a create by apply: the same without pods": planUndo(deployment("bad", applied), undefined),
  };
  await expect(renderedValues(plans)).toMatchFileSnapshot("snapshots/undo.yaml");
});

it("an undo is marked as one", () => {
  const live = deployment("bad", applied);
  const { annotations } = undo(applied)!.body.metadata;
  expect(isUndone(live)).toBe(false);
  expect(isUndone({ ...live, metadata: { ...live.metadata, annotations } })).toBe(true);
});

describe("no undo is planned", () => {
  it("where nobody owns the selector, or owned it before", () => {
    expect(undo(nobody, applied)).toBeUndefined();
    expect(undo(applied, nobody)).toBeUndefined();
  });
});
