// The provider that stands in for `aws` in engine tests, on the AWS API server that they use.
import { afterAll, beforeAll, expect } from "vitest";

import { type AwsServer, startAwsServer, testRegion } from "../../providers/aws/awsServer";
import { TestProvider } from "../../providers/aws/provider";
import type { Plain } from "../../providers/host/provider";

export const provider = new TestProvider();
provider.configure({ region: testRegion, defaultTags: { tags: { team: "models" } } });

/** Runs the server while the tests of a file run; those that only check and plan need none. */
export function withAwsServer(): void {
  let server: AwsServer;

  beforeAll(async () => {
    server = await startAwsServer();
    process.env.AWS_ENDPOINT_URL = server.address;
  });

  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await server.stop();
  });
}

export interface Made {
  urn: string;
  id: string;
  inputs: Plain;
  state: Plain;
}

export const urnOf = (token: string, name: string) => `urn:pulumi:test::tests::${token}::${name}`;

export async function make(token: string, given: Plain, name = "one"): Promise<Made> {
  const urn = urnOf(token, name);
  const { inputs, failures } = provider.check(urn, {}, given);
  expect(failures).toEqual([]);
  const { id, outputs: state } = await provider.create(urn, inputs);
  return { urn, id, inputs, state };
}

export async function defaultNetwork(): Promise<{ vpcId: string; subnetIds: string[] }> {
  const vpc = await provider.invoke("aws:ec2/getVpc:getVpc", { default: true });
  const { ids } = await provider.invoke("aws:ec2/getSubnets:getSubnets", {
    filters: [{ name: "vpc-id", values: [vpc.id] }],
  });
  return { vpcId: vpc.id as string, subnetIds: ids as string[] };
}

const policyOf = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const Principal = { Service: "ecs-tasks.amazonaws.com" };

export const trust = policyOf({ Principal, Action: "sts:AssumeRole" });
export const rights = policyOf({ Action: "ecr:GetAuthorizationToken", Resource: "*" });

/** Inputs of a target group. */
export const group = { port: 8501, protocol: "HTTP", vpcId: "vpc-1" };
