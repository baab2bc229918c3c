import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

import { messageOf } from "../../../policy/pack";
import { reasonFor } from "../../../policy/reasons";
import { resourceRules } from "../../../policy/rules";
import { networkAnswers } from "../../support/awsNetworkMocks";
import { policyResource } from "../../support/policyResource";
import { ecr, runProgram } from "../../support/runProgram";
import { readStackFile, repository, stackFiles } from "../../support/stackConfig";

type Config = Record<string, { reasons?: Record<string, string> }>;

const file = path.join(repository, "policy/config.json");
const config = JSON.parse(fs.readFileSync(file, "utf8")) as Config;

beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

/** What the rules say of a stack once everything of it is known; on AWS with an image that is there. */
async function violations(stackFile: string): Promise<string[]> {
  const image = `${ecr}/reef@sha256:${"0a".repeat(32)}`;
  const own = readStackFile(stackFile);
  const settings = own.target === "ecs" ? { ...own, image } : own;
  const { vpcId = "vpc-00000001", subnetIds: subnets = ["subnet-0000000a", "subnet-0000000b"] } =
    (settings.awsNetwork ?? {}) as { vpcId?: string; subnetIds?: string[] };
  const aws = networkAnswers(() => ({ vpcId, subnets }));
  const { recording } = await runProgram(settings, { aws });
  return recording.resources.map(policyResource).flatMap((resource) =>
    resourceRules.flatMap((rule) => {
      const given = config[rule.name] ?? {};
      return reasonFor(resource, given.reasons)
        ? []
        : rule.check(resource, given).map((found) => `${rule.name}: ${messageOf(resource, found)}`);
    }),
  );
}

it.each(stackFiles())("%s breaks no rule, but for what policy/config.json has a reason for", async (stackFile) => {
  expect(await violations(stackFile)).toEqual([]);
});
