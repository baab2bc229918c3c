// The components for ECS together on the real engine, with a provider for AWS that makes
// everything on an AWS API server of this machine. No host and no task runs.
import * as path from "path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AwsServer, startAwsServer, testRegion } from "../../providers/aws/awsServer";
import { callAcm, clients } from "../../providers/aws/clients";
import { TestProvider } from "../../providers/aws/provider";
import type { Plain } from "../../providers/host/provider";
import { configure, createStack, type TestStack } from "../../support/stack";
import { errorsIn, stepsIn } from "../../support/steps";

const provider = new TestProvider();
const config: Record<string, unknown> = {};
/** The same with another model version. */
let second: Record<string, unknown>;
let server: AwsServer;
let project: TestStack;

beforeAll(async () => {
  server = await startAwsServer();
  process.env.AWS_ENDPOINT_URL = server.address;
  provider.configure({ region: testRegion });
  const { CertificateArn } = await callAcm("RequestCertificate", {
    DomainName: "models.example.org",
  });
  const { HostedZone } = await clients
    .route53()
    .createHostedZone({ Name: "example.org", CallerReference: "tests" });
  Object.assign(config, {
    certificateArn: CertificateArn,
    zoneId: HostedZone!.Id!.replace("/hostedzone/", ""),
    modelVersion: "1",
    digest: `sha256:${"a".repeat(64)}`,
  });
  project = await createStack("aws", config, path.join(__dirname, "project"), server.env);
});

afterAll(async () => {
  await project?.remove();
  delete process.env.AWS_ENDPOINT_URL;
  await server?.stop();
});

async function preview(): Promise<string[]> {
  const events: EngineEvent[] = [];
  await project.stack.preview({ onEvent: (event) => void events.push(event) });
  return stepsIn(events);
}

async function up(): Promise<string[]> {
  const events: EngineEvent[] = [];
  await project.stack.up({ onEvent: (event) => void events.push(event) });
  return stepsIn(events);
}

interface Recorded {
  type: string;
  urn: string;
  id: string;
  outputs: Plain;
}

async function recorded(): Promise<Recorded[]> {
  const { deployment } = await project.stack.exportStack();
  return ((deployment.resources ?? []) as Recorded[]).filter(({ type }) => type.startsWith("aws:"));
}

describe("a stack on ECS", () => {
  it("is planned without touching AWS", async () => {
    const steps = await preview();

    expect(steps).toContain("create aws:ecs/service:Service service");
    expect((await clients.ecs().listClusters({})).clusterArns).toEqual([]);
  });

  it("comes up, with everything that the plan named", async () => {
    await up();

    const resources = await recorded();
    const there = await Promise.all(
      resources.map(async ({ urn, id, outputs }) => [urn, await provider.exists(urn, id, outputs)]),
    );
    expect(there.filter(([, is]) => !is)).toEqual([]);
    const [service] = resources.filter(({ urn }) =>
      urn.endsWith("aws:ecs/service:Service::service"),
    );
    const { services: [running] = [] } = await clients
      .ecs()
      .describeServices({ services: [service.id], cluster: service.outputs.cluster });
    expect(running).toMatchObject({
      status: "ACTIVE",
      taskDefinition: service.outputs.taskDefinition,
    });
    expect(running.loadBalancers).toHaveLength(2);
  });

  it("does not change in a second update", async () => {
    expect(await up()).toEqual([]);
  });

  it("gets a new model version by a new task definition of the same service", async () => {
    second = { ...config, modelVersion: "2", digest: `sha256:${"b".repeat(64)}` };
    await configure(project.stack, second);

    const steps = await up();

    const touched = steps.filter((step) => !/tfserving[-\w]*:index:/.test(step)).sort();
    expect(touched).toEqual([
      "create-replacement aws:ecs/taskDefinition:TaskDefinition service",
      "delete-replaced aws:ecs/taskDefinition:TaskDefinition service",
      "replace aws:ecs/taskDefinition:TaskDefinition service",
      "update aws:ecs/service:Service service",
    ]);
  });

  it("says in a preview that another instance type needs another AMI", async () => {
    await configure(project.stack, { ...second, instanceType: "c7i.xlarge" });
    const events: EngineEvent[] = [];

    const preview = project.stack.preview({ onEvent: (event) => void events.push(event) });

    await expect(preview).rejects.toThrow();
    expect(errorsIn(events).join()).toMatch(
      /instanceType goes from g5.xlarge to c7i.xlarge, .* with GPUs: set amiId to ami-/,
    );
  });

  it("gets another instance type by a new version of the launch template, where it is on offer", async () => {
    await configure(project.stack, { ...second, instanceType: "gr6.4xlarge" });

    const steps = await up();

    expect(steps.filter((step) => /autoscaling|launchTemplate/.test(step)).sort()).toEqual([
      expect.stringMatching(/^update aws:autoscaling\/group:Group /),
      expect.stringMatching(/^update aws:ec2\/launchTemplate:LaunchTemplate /),
    ]);
    expect(steps.filter((step) => step.startsWith("delete"))).toEqual([]);
    const { AutoScalingGroups: [group] = [] } = await clients
      .autoScaling()
      .describeAutoScalingGroups({});
    // The server offers the type in two of three zones.
    expect(group.VPCZoneIdentifier?.split(",")).toHaveLength(2);
  });

  it("leaves nothing when it is destroyed, the endpoints last", async () => {
    const before = await recorded();
    const events: EngineEvent[] = [];

    await project.stack.destroy({ onEvent: (event) => void events.push(event) });

    const order = stepsIn(events).map((step) => step.split(" ")[1]);
    const endpoints = order.indexOf("aws:ec2/vpcEndpoint:VpcEndpoint");
    for (const inside of ["ecs/service:Service", "autoscaling/group:Group"]) {
      expect(order.lastIndexOf(`aws:${inside}`)).toBeLessThan(endpoints);
    }

    const left = await Promise.all(
      before.map(async ({ urn, id, outputs }) =>
        (await provider.exists(urn, id, outputs)) ? [urn] : [],
      ),
    );
    expect(before.length).toBeGreaterThan(80);
    expect(left.flat()).toEqual([]);
    expect(await recorded()).toEqual([]);
  });
});
