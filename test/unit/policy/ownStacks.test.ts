import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

import { networkAnswers } from "../../support/awsNetworkMocks";
import { type PolicyConfig, registered, violationsOf } from "../../support/policies";
import { ecr, runProgram } from "../../support/runProgram";
import { readStackFile, repository, stackFiles } from "../../support/stackConfig";

const file = path.join(repository, "policy/config.json");
const config = JSON.parse(fs.readFileSync(file, "utf8")) as PolicyConfig;

beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

/** What the pack says of a stack once everything of it is known; on AWS with an image that is there. */
async function violations(stackFile: string, given: PolicyConfig): Promise<string[]> {
  const own = readStackFile(stackFile);
  const image = `${ecr}/reef@sha256:${"0a".repeat(32)}`;
  const settings = own.target === "ecs" ? { ...own, image } : own;
  const { vpcId = "vpc-00000001", subnetIds: subnets = ["subnet-0000000a", "subnet-0000000b"] } =
    (settings.awsNetwork ?? {}) as { vpcId?: string; subnetIds?: string[] };
  const aws = networkAnswers(() => ({ vpcId, subnets }));
  const { recording } = await runProgram(settings, { aws });
  const name = /^Pulumi\.(.+)\.yaml$/.exec(stackFile)![1];
  return violationsOf(
    recording.resources.map((one) => registered(one, name)),
    given,
  );
}

it.each(stackFiles())(
  "%s keeps every rule, with the reasons of policy/config.json",
  async (one) => {
    expect(await violations(one, config)).toEqual([]);
  },
);

it("a stack over its budget, and a listener without its reason, would be refused", async () => {
  const told = await violations("Pulumi.staging.yaml", {
    "monthly-budget": { usdPerMonth: { staging: 100 } },
  });
  expect(told).toEqual([
    expect.stringContaining("images-by-digest: TaskDefinition notebook: "),
    expect.stringContaining("no-anonymous-callers: ListenerRule serving-rest passes requests on"),
    expect.stringContaining("encryption: Listener serving-http takes requests in clear text"),
    "monthly-budget: Stack staging costs 130 USD a month for instances (serving-instances: 1 to 4 " +
      "c7i.xlarge) at prices of us-east-1 of 2026-07-20, and its budget is 100. Take fewer or smaller " +
      "ones, or raise monthly-budget.usdPerMonth of this stack in the config.",
  ]);
});
