// The program with `target: ecs` on the real engine: the image is built by the Docker Engine and
// pushed to a registry of this machine, and AWS is a server of this machine. No host and no task runs.
import type { EngineEvent, OutputMap } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelServiceDefaults } from "@tf-model-serving/core";
import { type AwsServer, startAwsServer, testRegion } from "../../providers/aws/awsServer";
import { clients, useRegion } from "../../providers/aws/clients";
import { TestProvider } from "../../providers/aws/provider";
import type { Plain } from "../../providers/host/provider";
import { docker } from "../../support/docker";
import { type Registry, startRegistry } from "../../support/registry";
import { type SampleModel, sampleModel } from "../../support/sampleModel";
import { configure, createStack, type TestStack } from "../../support/stack";
import { readStackFile } from "../../support/stackConfig";
import { errorsIn, stepsIn } from "../../support/steps";

const provider = new TestProvider();
const regionWithoutVpc = "eu-west-1";
let server: AwsServer;
let registry: Registry;
let model: SampleModel;
let program: TestStack;
let config: Record<string, unknown>;

beforeAll(async () => {
  [server, registry] = await Promise.all([startAwsServer(), startRegistry(23121)]);
  process.env.AWS_ENDPOINT_URL = server.address;
  await removeDefaultVpc(regionWithoutVpc);
  useRegion(testRegion);
  model = sampleModel(100);
  config = {
    ...readStackFile("Pulumi.staging.yaml"),
    modelFolder: model.folder,
    // Another one is refused, and the other targets' stacks of this machine have a stand-in.
    balancerImage: modelServiceDefaults.balancerImage,
  };
  program = await createStack("aws-program", config, undefined, {
    ...server.env,
    TEST_ECR_REGISTRY: registry.address,
    TEST_ECR_LOGIN: `${registry.username}:${registry.password}`,
  });
});

afterAll(async () => {
  await program?.remove();
  delete process.env.AWS_ENDPOINT_URL;
  const names = ["--filter", `reference=${registry?.address}/*`];
  const pushed = docker("images", "--format", "{{.Repository}}:{{.Tag}}", ...names);
  if (pushed) docker("rmi", ...pushed.split("\n"));
  model?.remove();
  await registry?.stop();
  await server?.stop();
});

/** The server gives every region a default VPC. */
async function removeDefaultVpc(region: string): Promise<void> {
  useRegion(region);
  const { Subnets = [] } = await clients.ec2().describeSubnets({});
  await Promise.all(Subnets.map(({ SubnetId }) => clients.ec2().deleteSubnet({ SubnetId })));
  const { Vpcs = [] } = await clients.ec2().describeVpcs({});
  await Promise.all(Vpcs.map(({ VpcId }) => clients.ec2().deleteVpc({ VpcId })));
}

async function preview(): Promise<string[]> {
  const events: EngineEvent[] = [];
  await program.stack.preview({ onEvent: (event) => void events.push(event) });
  return stepsIn(events);
}

async function up(): Promise<{ steps: string[]; outputs: Record<string, Plain> }> {
  const events: EngineEvent[] = [];
  const { outputs } = await program.stack.up({ onEvent: (event) => void events.push(event) });
  return { steps: stepsIn(events), outputs: valuesOf(outputs) };
}

function valuesOf(outputs: OutputMap): Record<string, Plain> {
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
}

interface Recorded {
  type: string;
  urn: string;
  id: string;
  outputs: Plain;
}

async function recorded(): Promise<Recorded[]> {
  const { deployment } = await program.stack.exportStack();
  return (deployment.resources ?? []) as Recorded[];
}

/** Steps without those of components, which only hold others. */
function touched(steps: string[]): string[] {
  return steps.filter((step) => !/ tfserving[-\w]*:index:/.test(step)).sort();
}

/** A new task definition, taken by the service that is there. */
const release = [
  "create-replacement aws:ecs/taskDefinition:TaskDefinition serving",
  "delete-replaced aws:ecs/taskDefinition:TaskDefinition serving",
  "replace aws:ecs/taskDefinition:TaskDefinition serving",
  "update aws:ecs/service:Service serving",
];

/** What a destroy leaves by default: the repository, the files of the notebook and the access logs. */
const kept = [
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:ecr/repository:Repository",
  "aws:efs/accessPoint:AccessPoint",
  "aws:efs/backupPolicy:BackupPolicy",
  "aws:efs/fileSystem:FileSystem",
  "aws:efs/fileSystemPolicy:FileSystemPolicy",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
];

/** What the containers of the service's tasks are made from. */
async function imageInService(outputs: Record<string, Plain>): Promise<string | undefined> {
  const { services: [service] = [] } = await clients
    .ecs()
    .describeServices({ cluster: outputs.cluster, services: [outputs.service] });
  const { taskDefinition } = await clients
    .ecs()
    .describeTaskDefinition({ taskDefinition: service.taskDefinition });
  return taskDefinition?.containerDefinitions?.[0].image;
}

async function ask(path: string): Promise<Response> {
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const headers = { authorization: `Basic ${login}`, accept };
  return fetch(`http://${registry.address}/v2/${path}`, { headers });
}

/** The images that the registry has of a repository, by their digests. */
async function pushed(url: string): Promise<string[]> {
  const path = url.slice(url.indexOf("/") + 1);
  const { tags } = (await (await ask(`${path}/tags/list`)).json()) as { tags: string[] };
  const manifests = await Promise.all(tags.map((tag) => ask(`${path}/manifests/${tag}`)));
  return manifests.map(({ headers }) => `${url}@${headers.get("docker-content-digest")}`);
}

describe("the program on AWS", () => {
  let first: Record<string, Plain>;
  let second: Record<string, Plain>;

  it("is planned without touching AWS", async () => {
    const start = Date.now();
    const steps = await preview();
    console.log(`preview of ${steps.length} resources: ${(Date.now() - start) / 1000} s`);

    expect(steps).toContain("create aws:ecs/service:Service serving");
    expect(steps).toContain("create docker:index/tag:Tag serving");
    expect((await clients.ecs().listClusters({})).clusterArns).toEqual([]);
    expect((await clients.ecr().describeRepositories({})).repositories).toEqual([]);
    expect((await clients.iam().listRoles({})).Roles).toEqual([]);
    expect((await clients.s3().listBuckets({})).Buckets).toEqual([]);
    expect((await clients.efs().describeFileSystems({})).FileSystems).toEqual([]);
    expect(await (await ask("_catalog")).json()).toEqual({ repositories: [] });
  });

  it("builds and pushes the image, and serves it by the registry's digest", async () => {
    ({ outputs: first } = await up());

    expect(first).toMatchObject({
      restUrl: expect.stringMatching(/^http:\/\/\S+\/v1\/models\/my_model$/),
      notebookTunnel: expect.stringContaining("aws ssm start-session"),
      repository: expect.stringContaining(`${registry.address}/tf-serving-test-aws-program-`),
      imageSource: "built",
      modelVersion: "100",
      logGroup: expect.stringMatching(/./),
      previousRelease: null,
    });
    expect(await pushed(first.repository)).toEqual([first.image]);
    expect(await imageInService(first)).toBe(first.image);
  });

  it("keeps the login out of its state", () => {
    const state = program.stateOnDisk();
    expect(state).toContain(first.image);
    expect(state.includes(registry.password)).toBe(false);
  });

  it("does not change in a second update", async () => {
    expect((await up()).steps).toEqual([]);
  });

  it("gets a new model version by a new image, and by nothing else that is new", async () => {
    model.add(200);

    const { steps, outputs } = await up();

    second = outputs;
    expect(second).toMatchObject({
      imageSource: "built",
      modelVersion: "200",
      previousRelease: { image: first.image, modelVersion: "100" },
    });
    expect((await pushed(first.repository)).sort()).toEqual([first.image, second.image].sort());
    expect(await imageInService(second)).toBe(second.image);
    expect(touched(steps).filter((step) => !step.includes(" docker:"))).toEqual(release);
  });

  it("goes back to a model version without a build or a push", async () => {
    await configure(program.stack, { ...config, modelVersion: "100" });

    const { steps, outputs } = await up();

    expect(outputs).toMatchObject({
      image: first.image,
      imageSource: "found",
      modelVersion: "100",
      previousRelease: { image: second.image },
    });
    expect(await imageInService(outputs)).toBe(first.image);
    const [images, others] = [true, false].map((isImage) =>
      touched(steps).filter((step) => step.includes("docker") === isImage),
    );
    expect(images.filter((step) => !step.startsWith("delete "))).toEqual([]);
    expect(others).toEqual(release);
    expect(await pushed(first.repository)).toHaveLength(2);
    expect((await up()).steps).toEqual([]);
  });

  it("runs a pinned digest without a Docker Engine", async () => {
    await configure(program.stack, { ...config, image: second.image });
    program.stack.workspace.envVars.DOCKER_HOST = "unix:///no-docker-engine.sock";

    const { steps, outputs } = await up();

    delete program.stack.workspace.envVars.DOCKER_HOST;
    expect(outputs).toMatchObject({
      image: second.image,
      imageSource: "found",
      modelVersion: "200",
      previousRelease: { image: first.image },
    });
    expect(await imageInService(outputs)).toBe(second.image);
    expect(touched(steps)).toEqual(release);
    expect((await recorded()).filter(({ urn }) => urn.includes("docker"))).toEqual([]);
  });

  it.each([
    ["no region", "", "aws:region: is missing: run pulumi config set aws:region"],
    [
      "a region without a default VPC",
      regionWithoutVpc,
      "awsNetwork.vpcId: is missing, and the region has no default VPC",
    ],
  ])("refuses %s with one message, and touches nothing", async (_, region, message) => {
    const before = await recorded();
    const { envVars } = program.stack.workspace;
    Object.assign(envVars, { AWS_REGION: region, AWS_DEFAULT_REGION: region });
    const events: EngineEvent[] = [];

    const update = program.stack.up({ onEvent: (event) => void events.push(event) });

    await expect(update).rejects.toThrow(message);
    Object.assign(envVars, { AWS_REGION: testRegion, AWS_DEFAULT_REGION: testRegion });
    expect(errorsIn(events)).toEqual([expect.stringContaining(message)]);
    expect(stepsIn(events)).toEqual([]);
    expect(await recorded()).toEqual(before);
  });

  it("leaves images, logs of requests and notebooks when it is destroyed, and nothing else", async () => {
    const before = (await recorded()).filter(({ type }) => type.startsWith("aws:"));

    await program.stack.destroy();

    const there = await Promise.all(
      before.map(async ({ type, urn, id, outputs }) =>
        (await provider.exists(urn, id, outputs)) ? [type] : [],
      ),
    );
    expect(before.length).toBeGreaterThan(60);
    expect(there.flat().sort()).toEqual(kept);
    expect(await recorded()).toEqual([]);
    expect(await pushed(first.repository)).toHaveLength(2);
  });

  it("comes up again beside what it left", async () => {
    await configure(program.stack, config);

    const { outputs } = await up();

    expect(outputs).toMatchObject({ imageSource: "built", modelVersion: "200" });
    expect(outputs.repository).not.toBe(first.repository);
    expect(await pushed(outputs.repository)).toEqual([outputs.image]);
    expect(await imageInService(outputs)).toBe(outputs.image);
  });
});
