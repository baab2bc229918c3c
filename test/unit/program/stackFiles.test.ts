import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { networkAnswers } from "../../support/awsNetworkMocks";
import type { Registration } from "../../support/mocks";
import { renderedOutputs, runProgram } from "../../support/runProgram";
import { readStackFile, stackFiles } from "../../support/stackConfig";

type Labels = Record<string, string>;

beforeEach(() => {
  // Folders of root, when a test runs as root.
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

/** What is there before a stack's first update: the subnets that it names, each in its zone. */
function run(settings: Record<string, unknown>) {
  const { vpcId = "vpc-00000001", subnetIds: subnets = ["subnet-0000000a", "subnet-0000000b"] } =
    (settings.awsNetwork ?? {}) as { vpcId?: string; subnetIds?: string[] };
  const aws = networkAnswers(() => ({ vpcId, subnets }));
  return runProgram(settings, { aws, preview: settings.target !== undefined });
}

/** What everything that a stack of a target makes is labelled or tagged with. */
function stackLabels({ target, awsTags, kubernetesLabels }: Record<string, unknown>): Labels {
  if (target === "ecs") return { ...(awsTags as Labels), "tfserving:stack": "tfserving/dev" };
  return target === "kubernetes"
    ? {
        ...(kubernetesLabels as Labels),
        ...{ "tfserving.stack": "tfserving.dev", "app.kubernetes.io/managed-by": "pulumi" },
      }
    : { "tfserving.stack": "tfserving/dev" };
}

/** The labels or tags of a resource. */
function labelsOf({ inputs }: Registration): unknown {
  const { labels, tags, metadata } = inputs as {
    labels?: { label: string; value: string }[];
    tags?: Labels;
    metadata?: { labels: Labels };
  };
  return labels
    ? Object.fromEntries(labels.map(({ label, value }) => [label, value]))
    : (metadata?.labels ?? tags);
}

/** Whether a resource takes labels or tags as the others of its target do. */
function isLabelled({ type, inputs }: Registration): boolean {
  return (
    /^docker:index\/(container|network|volume):/.test(type) ||
    (type.startsWith("kubernetes:") && type !== "kubernetes:index:Provider") ||
    (inputs.tags !== undefined && type !== "aws:autoscaling/group:Group")
  );
}

describe.each(stackFiles())("the program with %s", (file) => {
  const settings = readStackFile(file);

  it("gives out addresses, image, model and release, without a warning on a cloud", async () => {
    const { outputs } = await run(settings);
    await expect(await renderedOutputs(outputs)).toMatchFileSnapshot(`snapshots/outputs-${file}`);
    if (settings.target === "ecs") {
      expect(pulumi.log.warn).not.toHaveBeenCalled();
    }
  });

  it("labels everything that takes labels with the stack", async () => {
    const { recording } = await run(settings);
    const labelled = recording.resources.filter(isLabelled);
    expect(labelled.length).toBeGreaterThan(6);
    for (const resource of labelled) {
      expect(labelsOf(resource), resource.urn).toMatchObject(stackLabels(settings));
    }
  });
});
