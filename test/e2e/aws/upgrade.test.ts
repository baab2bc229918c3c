// A recorded stack on ECS, previewed with today's program.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AwsServer, startAwsServer, testRegion } from "../../providers/aws/awsServer";
import { clients, useRegion } from "../../providers/aws/clients";
import { startServer } from "../../support/fakeEngine";
import { previewRecorded } from "../../support/recordedStack";

describe("a recorded stack on ECS", () => {
  let server: AwsServer;

  beforeAll(async () => {
    server = await startAwsServer();
    process.env.AWS_ENDPOINT_URL = server.address;
    useRegion(testRegion);
  });
  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await server?.stop();
  });

  test("loses nothing, where its image was built", async () => {
    let pushed = { name: "", tag: "", digest: "" };
    const port = await startServer((request, response) => {
      response.setHeader("docker-content-digest", pushed.digest);
      response.end(request.method === "GET" ? JSON.stringify({ tags: [pushed.tag] }) : undefined);
    });
    const env = { ...server.env, TEST_ECR_REGISTRY: `127.0.0.1:${port}` };
    const prepare = async (recorded: string) => {
      pushed = pushedIn(recorded);
      await clients.ecr().createRepository({ repositoryName: pushed.name });
      return intoDefaultVpc(recorded);
    };

    const upgrade = await previewRecorded("ecs", {}, env, prepare);

    expect(upgrade).toEqual({ lost: [], changed: [] });
  });

  test("loses nothing, where its image is pinned", async () => {
    const upgrade = await previewRecorded("ecs-pinned", {}, server.env, intoDefaultVpc);

    expect(upgrade).toEqual({ lost: [], changed: [] });
  });
});

function pushedIn(recorded: string): { name: string; tag: string; digest: string } {
  const [, name, tag] = /"targetImage":"[^/"]+\/([^:"]+):([^"]+)"/.exec(recorded)!;
  const [, digest] = /"image":"[^"]+@(sha256:\w+)"/.exec(recorded)!;
  return { name, tag, digest };
}

/** The ids of this server's default VPC, and of its subnets, in place of the recorded ones. */
async function intoDefaultVpc(recorded: string): Promise<string> {
  const ids = (prefix: string) =>
    [...new Set(recorded.match(new RegExp(`\\b${prefix}-[0-9a-f]{17}\\b`, "g")))].sort();
  const { Vpcs = [] } = await clients.ec2().describeVpcs({});
  const { Subnets = [] } = await clients.ec2().describeSubnets({});
  const own = [
    ...Vpcs.map(({ VpcId }) => VpcId!),
    ...Subnets.map(({ SubnetId }) => SubnetId!).sort(),
  ];
  const before = [...ids("vpc"), ...ids("subnet")];
  expect(own).toHaveLength(before.length);
  return before.reduce((text, id, at) => text.replaceAll(id, own[at]), recorded);
}
