import { beforeEach, describe, expect, it, vi } from "vitest";

import program from "../../../index";
import { EcsCluster, GpuHost, VpcNetwork } from "@tf-model-serving/aws";
import * as engine from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import { Actions, awsActions, functionActions, pushActions } from "../../support/awsActions";
import { arns, furtherArns } from "../../support/awsArns";
import { account, region } from "../../support/awsMocks";
import { networkAnswers } from "../../support/awsNetworkMocks";
import { list, policies, statements } from "../../support/deployPolicies";
import { startFakeEngine } from "../../support/fakeEngine";
import { Answer, Registration, settle, startMocks } from "../../support/mocks";
import { readStackFile, setConfig, stackFiles } from "../../support/stackConfig";

const words = (text: string) => text.split(" ").filter(Boolean);
const actionsOf = (row: Actions) =>
  Object.entries(row).flatMap(([service, names]) =>
    words(names).map((name) => `${service}:${name}`),
  );

const registered: Registration[] = [];
const called = new Set<string>();
let subnets: string[] = [];

/** What AWS has: a network for each stack, and no image yet, so that one is pushed. */
const onAws: Record<string, Answer> = {
  ...networkAnswers(() => ({
    vpcId: subnets.includes("subnet-0000000a") ? "vpc-00000001" : "vpc-0a1b2c3d4e5f67890",
    subnets,
  })),
  "aws:ecr/getImages:getImages": () => ({ imageIds: [] }),
};

/** What it has in a partition whose endpoints have names of their own. */
const inChina: Record<string, Answer> = {
  ...onAws,
  "aws:index/getPartition:getPartition": () => ({ reverseDnsPrefix: "cn.com.amazonaws" }),
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": () => ({ serviceName: "a service" }),
};

/** As of a stack that was up before, so that its repository is asked for the image. */
const recorded = {
  repository: `${account}.dkr.ecr.${region}.amazonaws.com/tf-serving-dev-1a2b3c4`,
};

/** Runs one program under mocks, and notes what it registers and calls. */
async function note(run: () => unknown, answers = onAws): Promise<void> {
  const { resources, calls } = await startMocks({ preview: true, answers, recorded });
  await run();
  await settle();
  registered.push(...resources);
  calls.forEach(({ token }) => called.add(token));
}

async function runStack(values: Record<string, unknown>): Promise<void> {
  vi.stubEnv("DOCKER_HOST", await startFakeEngine());
  const network = values.awsNetwork as { subnetIds?: string[] } | undefined;
  subnets = network?.subnetIds ?? ["subnet-0000000a", "subnet-0000000b"];
  await note(async () => {
    setConfig(values);
    await program();
  });
}

// It runs each stack for AWS twice.
describe("the policies of the deploying role", { timeout: 60_000 }, () => {
  beforeEach(() => {
    vi.spyOn(engine, "engineAnswers").mockResolvedValue();
    vi.spyOn(files, "writeSshFiles").mockReturnValue();
  });

  it("allow what every resource and function of AWS in the stacks and components needs, and a push", async () => {
    for (const file of stackFiles()) {
      const values = readStackFile(file);
      if (values.target === "ecs") {
        await runStack(values);
        const webAclArn = `arn:aws:wafv2:${region}:${account}:regional/webacl/office/0a1b2c3d`;
        await runStack({
          ...values,
          awsEndpoint: { ...(values.awsEndpoint as object), webAclArn },
        });
      }
    }
    await note(() => {
      new VpcNetwork("network", { endpoints: true });
    }, inChina);
    await note(() => {
      new GpuHost("gpu", {
        subnetId: "subnet-0000000a",
        instanceType: "g5.xlarge",
        public: true,
        stopSchedule: "rate(12 hours)",
        idleStopMinutes: 60,
      });
      new EcsCluster("serving", {
        vpcId: "vpc-00000001",
        subnetIds: ["subnet-0000000a"],
        instanceType: "g5.xlarge",
        instancePolicyArns: ["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"],
      });
    });
    const ofAws = registered.filter(({ type }) => type.startsWith("aws:"));
    const types = new Set(ofAws.map(({ type }) => type));

    expect([...types].sort()).toEqual(Object.keys(awsActions).sort());
    expect(ofAws.flatMap(refusals)).toEqual([]);

    const functions = [...called].filter((token) => token.startsWith("aws:"));
    expect(functions.sort()).toEqual(Object.keys(functionActions).sort());
    expect(registered.map(({ type }) => type)).toContain("tfserving-aws:index:EcrImage");
    const needed = [...Object.values(functionActions), pushActions].flatMap(words);
    expect(needed.filter((action) => !allows(action))).toEqual([]);
  });

  it("allow nothing that no resource, function or push needs", () => {
    const needed = new Set([
      ...Object.values(awsActions).flatMap(actionsOf),
      ...Object.values(functionActions).flatMap(words),
      ...words(pushActions),
      // SSH to a GpuHost through Session Manager.
      "ssm:StartSession",
    ]);
    const given = statements.flatMap(({ Action }) => list(Action));
    expect(given.filter((action) => !needed.has(action))).toEqual([]);
  });

  it("have no wildcard in an action, and only Allow", () => {
    expect(statements.flatMap(({ Action }) => list(Action)).join()).not.toContain("*");
    expect(new Set(statements.map(({ Effect }) => Effect))).toEqual(new Set(["Allow"]));
  });

  it("name every resource but where AWS knows none, or none yet", () => {
    const open = statements.filter(({ Resource }) => list(Resource).includes("*"));
    expect(open.map(({ Sid, Condition }) => `${Sid}${Condition ? ", tagged" : ""}`)).toEqual([
      "KeyNew, tagged",
      "FirewallOfLoadBalancer",
      "NotebookFileSystem, tagged",
      "LookUp",
    ]);
  });

  it("pass roles to the services that take them only", () => {
    const passing = statements.filter(({ Action }) => list(Action).includes("iam:PassRole"));
    expect(passing.map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          "iam:PassedToService": [
            "ec2.amazonaws.com",
            "ecs-tasks.amazonaws.com",
            "scheduler.amazonaws.com",
          ],
        },
      },
    ]);
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  it.each(policies)("$file fits a managed policy", ({ text }) => {
    expect(JSON.stringify(JSON.parse(text)).length).toBeLessThanOrEqual(6144);
  });
});

/** Actions of a resource that no statement allows, by its type and name. */
function refusals({ type, name }: Registration): string[] {
  const row = awsActions[type];
  const own = arns[type]?.(name);
  const on = { ...furtherArns[type], [Object.keys(row)[0]]: own } as Record<string, string>;
  return actionsOf(row)
    .filter((action) => !allows(action, on[action.split(":")[0]]))
    .map((action) => `${type} ${name}: ${action}`);
}

/** Whether a statement allows an action, on a resource where that is known; conditions are not judged. */
function allows(action: string, arn?: string): boolean {
  return statements.some(
    ({ Action, Resource }) =>
      list(Action).includes(action) &&
      (arn === undefined || list(Resource).some((pattern) => matches(pattern, arn))),
  );
}

function matches(pattern: string, arn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(arn);
}
