import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect, it } from "vitest";
import { previewMarkdown, type Previewed } from "../../../../cli/preview/markdown";
import { newLayers, sizeText } from "../../../../cli/preview/newLayers";
import { notKnownYet, plannedBy } from "../../../../cli/preview/planned";
import { temporaryFolder, writeFiles } from "../../../support/modelFolder";

const signature = (dtype: string) => ({
  methodName: "tensorflow/serving/predict",
  inputs: { images: { dtype, shape: [-1, 4] } },
  outputs: { classes: { dtype: "float32", shape: [-1, 2] } },
});
const was = {
  ...{ image: "tf_serving:old", modelVersion: "1", replicas: 2, canaryVersion: "" },
  signature: signature("float32"),
};
const willBe = { ...was, image: "tf_serving:new", modelVersion: "2" };
const group = (minSize: number) => ({
  ...{ minSize, maxSize: 4 },
  mixedInstancesPolicy: { launchTemplate: { overrides: [{ instanceType: "c7i.xlarge" }] } },
});

const release: EngineEvent[] = [
  step("same", "pulumi:providers:docker", "docker"),
  step("refresh", "docker:index/container:Container", "serving-replica-1"),
  step("replace", "docker:index/container:Container", "serving-replica-1", replica(), replica()),
  step("create-replacement", "docker:index/container:Container", "serving-replica-1"),
  step("create", "docker:index/remoteImage:RemoteImage", "serving", undefined, {
    name: "tf_serving:new",
    build: { context: "model/2", buildArgs: { PARENT_IMAGE: "tf_serving_runtime:1" } },
  }),
  step("update", "aws:autoscaling/group:Group", "fleet", group(1), group(2)),
];

it("a release is told with image, version, signature, layer and losses", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "model/2/saved_model.pb": Buffer.alloc(1_500_000) });
  const planned = plannedBy([...release, outputs(was, willBe)]);
  const text = markdown({ planned, layers: newLayers(planned, folder) });
  expect(text).toBe(
    [
      "### Stack `staging`",
      "",
      "- 1 created: `RemoteImage serving`",
      "- 1 changed: `Group fleet`",
      "- 1 replaced: `Container serving-replica-1`",
      "",
      "|  | before | after |",
      "| --- | --- | --- |",
      "| image | `tf_serving:old` | `tf_serving:new` |",
      "| model version | `1` | `2` |",
      "| signature | `images float32 [-1, 4] → classes float32 [-1, 2]` | `images float32 [-1, 4] → classes float32 [-1, 2]` |",
      "| replicas | `2` | `2` |",
      "",
      "The signature stays.",
      "",
      "New layers:",
      "",
      "- `tf_serving:new`: 1.5 MB on top of `tf_serving_runtime:1`",
      "",
      "Requests expected to be lost: 0. Old replicas leave only once new ones have joined, and finish " +
        "their calls first; only a request that takes longer than drainSeconds (5 s) is cut off.",
      "",
    ].join("\n"),
  );
});

it("a changed signature is called breaking, and what it breaks is named", () => {
  const planned = plannedBy([outputs(was, { ...willBe, signature: signature("uint8") })]);
  const text = markdown({ planned });
  expect(text).toContain("**Breaking: the signature changes");
  expect(text).toContain("- **breaking**: input `images` is uint8 and no longer float32");
});

it("on AWS the month is priced before and after, with the list's date and what it lacks", () => {
  const planned = plannedBy([...release, outputs(was, willBe)]);
  const text = markdown({ planned, region: "eu-central-1" });
  expect(text).toContain("| as many as it asks for | 73.00 USD | 146.00 USD |");
  expect(text).toContain("| as many as it may have | 292.00 USD | 292.00 USD |");
  expect(text).toContain(
    "Prices of us-east-1 as of 2026-07-20, on demand, fleet: 2 to 4 c7i.xlarge.",
  );
  expect(text).toContain("**The price list has none of eu-central-1, where this stack is**");
  expect(markdown({ planned, region: "us-east-1" })).not.toContain("The price list has none");
});

it("what only the update will know is said, and not shown as Pulumi marks it", () => {
  const planned = plannedBy([
    outputs(was, { ...willBe, image: notKnownYet, signature: notKnownYet }),
  ]);
  const text = markdown({ planned });
  expect(text).toContain("| image | `tf_serving:old` | known after the update |");
  expect(text).toContain("**The signature after is not known before the update**");
  expect(text).not.toContain(notKnownYet);
});

it("what policies say is told, those that only advise too", () => {
  const policyEvent = {
    policyName: "images-by-digest",
    message: "<{%reset%}>haproxy:3\n has none",
  };
  const planned = plannedBy([{ sequence: 0, timestamp: 0, policyEvent } as unknown as EngineEvent]);
  expect(markdown({ planned })).toContain(
    "Policies say:\n\n- images-by-digest: haproxy:3 has none",
  );
});

it("without a change there is one line", () => {
  const same = step("same", "docker:index/container:Container", "serving-replica-1", {}, {});
  const text = markdown({ planned: plannedBy([same, outputs(was, was)]) });
  expect(text).toBe("### Stack `staging`\n\nNo changes.\n");
});

it.each([
  [999, "999 B"],
  [1_500_000, "1.5 MB"],
  [4_200_000_000, "4.2 GB"],
])("%s bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

function markdown(more: Partial<Previewed>): string {
  const prices = {
    source: { generated: "2026-07-20T13:44:30Z" },
    ...{ region: "us-east-1", currency: "USD", instances: { "c7i.xlarge": 0.1 } },
  };
  const serving = { strategy: "surge", drainSeconds: "5" };
  return previewMarkdown({
    ...{ stack: "staging", planned: plannedBy([]), layers: [], serving, prices },
    ...more,
  });
}

function replica() {
  return { labels: [{ label: "tfserving.part", value: "replica" }] };
}

function step(op: string, type: string, name: string, before?: object, after?: object) {
  const urn = `urn:pulumi:staging::tfserving::${type}::${name}`;
  const state = (inputs?: object) => inputs && { type, urn, id: "", parent: "", inputs };
  const metadata = { op, urn, type, old: state(before), new: state(after), provider: "" };
  return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

function outputs(before: object, after: object): EngineEvent {
  const type = "pulumi:pulumi:Stack";
  const urn = `urn:pulumi:staging::tfserving::${type}::tfserving-staging`;
  const metadata = { op: "same", urn, type, old: { outputs: before }, new: { outputs: after } };
  return { sequence: 0, timestamp: 0, resOutputsEvent: { metadata } } as unknown as EngineEvent;
}
