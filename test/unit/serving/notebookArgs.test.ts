import { describe, expect, it } from "vitest";

import { checkDockerNotebook, checkSwarmNotebook } from "@tf-model-serving/core";
import { checkEcsNotebook } from "@tf-model-serving/aws";
import { checkKubernetesNotebook } from "@tf-model-serving/kubernetes";
import { swarmEngine } from "../../support/fakeEngine";

type Check = (args: object) => { propertyPath: string; reason: string }[];

/** The checks of arguments that all notebooks have, by target. */
const checks: [string, Check][] = [
  ["docker", (args) => checkDockerNotebook(args, "tfserving/dev")],
  ["swarm", (args) => checkSwarmNotebook({ engine: swarmEngine, ...args }, "tfserving/dev")],
  ["ecs", (args) => checkEcsNotebook(args)],
  ["kubernetes", (args) => checkKubernetesNotebook(args)],
];

describe.each(checks)("the arguments of a notebook on %s", (_, check) => {
  it("may be left out as far as they are not known yet", () => {
    expect(check({})).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ["a field that there is none of", { memoryMB: 4096 }, "memoryMB", 'did you mean "memoryMb"?'],
    ["a text for a number", { memoryMb: "4096" }, "memoryMb", 'is "4096": use a whole number'],
    ["hardly any memory", { memoryMb: 511 }, "memoryMb", "from 512 to 4194304"],
    ["a number for a URL", { restUrl: 8501 }, "restUrl", "is 8501: use a text"],
    ["a number for an image", { image: 1 }, "image", "is 1: use a text"],
  ])("are refused with %s", (_, args, propertyPath, part) => {
    expect(check(args)).toEqual([{ propertyPath, reason: expect.stringContaining(part) }]);
  });
});

describe("where a notebook on Kubernetes runs", () => {
  it.each<[string, object, string]>([
    ["no list of tolerations", { tolerations: { key: "gpu" } }, "tolerations"],
    ["an unknown field", { tolerations: [{ keys: "gpu" }] }, "tolerations[0].keys"],
    ["another operator", { tolerations: [{ operator: "Is" }] }, "tolerations[0].operator"],
    ["no key for a value", { tolerations: [{ value: "x" }] }, "tolerations[0].key"],
    ["a number for a label", { nodeSelector: { pool: 1 } }, "nodeSelector.pool"],
    ["a resource without a domain", { gpuResource: "gpu" }, "gpuResource"],
    [
      "a label of the component's own",
      { labels: { "tfserving.stack": "x" } },
      'labels["tfserving.stack"]',
    ],
  ])("is refused with %s", (_, args, propertyPath) => {
    expect(checkKubernetesNotebook(args as object).map((one) => one.propertyPath)).toEqual([
      propertyPath,
    ]);
  });
});
