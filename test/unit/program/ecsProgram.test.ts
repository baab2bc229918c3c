import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import program from "../../../index";
import { account, region } from "../../support/awsMocks";
import { type Answer, hold, type Recording, settle, unknown } from "../../support/mocks";
import { signature } from "../../support/modelFolder";
import * as around from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

const target = { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } };
const gpus = {
  ...{ gpus: "1", baseImage: "tensorflow/serving:2.19.1-gpu" },
  awsCluster: { instanceType: "g5.xlarge" },
};
const repository = `${around.ecr}/tf-serving-dev-1a2b3c4`;
const digest = `sha256:${"a".repeat(64)}`;
const pinned = { image: `${repository}@${digest}` };
const updated = { preview: false };

let recording: Recording;

beforeEach(() => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

/** The outputs of a preview, or of an update. */
async function run(
  settings: Record<string, unknown> = {},
  surroundings: around.Surroundings = {},
): Promise<around.Run["outputs"]> {
  const all = { preview: true, ...surroundings };
  const { outputs, ...run } = await around.runProgram({ ...target, ...settings }, all);
  recording = run.recording;
  return outputs;
}

/** What AWS answers once the repository has the image of the model folder. */
async function pushed(): Promise<Record<string, Answer>> {
  await run();
  const { name } = find("docker:index/remoteImage:RemoteImage", "serving") as { name: string };
  const imageIds = [{ imageTag: name.split(":")[1], imageDigest: digest }];
  return { "aws:ecr/getImages:getImages": () => ({ imageIds }) };
}

const types = () => new Set(recording.resources.map(({ type }) => type));
const ofDocker = () => [...types()].filter((type) => type.startsWith("docker:"));
const find = (type: string, name?: string) => recording.find(type, name).inputs;
const inputsOf = (type: string) =>
  recording.resources.filter((one) => one.type === type).map(({ inputs }) => inputs);
const policies = () => recording.resources.map(({ inputs }) => String(inputs.policy)).join();

function container(): Record<string, unknown> {
  const { containerDefinitions } = find("aws:ecs/taskDefinition:TaskDefinition", "serving");
  return (JSON.parse(String(containerDefinitions)) as Record<string, unknown>[])[0];
}

it("the program on AWS tells where the service is once it serves", async () => {
  await around.surround({ ...target, ...pinned });
  const service = hold("aws:ecs/service:Service", "serving");
  const outputs = (await program()) as unknown as Record<string, pulumi.Output<unknown>>;
  const told: string[] = [];
  for (const key of ["restUrl", "modelUrls", "grpcAddress", "cluster"]) {
    outputs[key].apply(() => told.push(key));
  }
  await service.declared;
  await vi.waitUntil(() => told.includes("cluster"), 10_000);
  expect(told).toEqual(["cluster"]);
  service.release();
  await settle();
  expect(told).toHaveLength(4);
});

describe("the image of the program on AWS", () => {
  it("is found in ECR, where nothing is built, with what is said of any model", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    fs.mkdirSync("model/classifier/my_model/temp-1795350300");
    const aws = await pushed();
    info.mockClear();
    const outputs = await run({}, { ...updated, aws, recorded: { repository } });
    expect(ofDocker()).toEqual([]);
    expect(await around.valuesOf(outputs)).toMatchObject({
      ...{ image: `${repository}@${digest}`, imageSource: "found", signature },
    });
    expect(info.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('holds "temp-1795350300" beside its versions'),
    ]);
  });

  it("goes on being declared where the stack itself has built it", async () => {
    const aws = await pushed();
    const release = { image: `${repository}@${digest}`, settings: {} };
    const recorded = { imageSource: "built", release, repository };
    expect((await run({}, { aws, recorded })).imageSource).toBe("built");
    expect(types()).toContain("docker:index/remoteImage:RemoteImage");
  });

  it("is in a repository with a new name in each life of the stack, which it outlives", async () => {
    const outputs = await run({ ...pinned, repository: "team/birds" }, updated);
    expect(find("aws:ecr/repository:Repository", "team-birds-dev").name).toBeUndefined();
    expect(await around.valuesOf(outputs)).toMatchObject({
      repository: `${around.ecr}/team-birds-dev-1a2b3c4`,
    });
  });

  it("is found in the repository of the last update, also when that is replaced", async () => {
    const aws = await pushed();
    const recorded = { repository: `${around.ecr}/before` };
    const { image } = await run({}, { ...updated, aws, recorded });
    expect(image).toBe(`${around.ecr}/before@${digest}`);
    expect(policies()).toContain(`arn:aws:ecr:${region}:${account}:repository/before`);
  });

  it("is a pinned digest without a build, pulled from its own repository only", async () => {
    const image = `210987654321.dkr.ecr.us-east-1.amazonaws.com/birds@${digest}`;
    await run({ image }, updated);
    expect(container().image).toBe(image);
    expect(ofDocker()).toEqual([]);
    expect(policies()).toContain("arn:aws:ecr:us-east-1:210987654321:repository/birds");
  });

  it("is a digest of the stack's own repository, wherever that is", async () => {
    const own = "127.0.0.1:5000/tf-serving-dev-1a2b3c4";
    await run({ image: `${own}@${digest}` }, { ...updated, recorded: { repository: own } });
    expect(container().image).toBe(`${own}@${digest}`);
  });
});

describe("the program on AWS", () => {
  const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

  /** The blocks that rules of these names let in. */
  function blocks(prefix = ""): unknown[] {
    const rules = recording.resources.filter(
      ({ type, name }) => type === rule && name.startsWith(prefix),
    );
    return [...new Set(rules.map(({ inputs }) => inputs.cidrIpv4))].filter(Boolean).sort();
  }

  it("lets every address block of the VPC in, to the load balancer and to its endpoints", async () => {
    const getVpc = around.aws["aws:ec2/getVpc:getVpc"] as (inputs: object) => object;
    const all = ["10.0.0.0/16", "100.64.0.0/16"];
    const cidrBlockAssociations = all.map((cidrBlock) => ({ cidrBlock, state: "associated" }));
    const aws: Record<string, Answer> = {
      "aws:ec2/getVpc:getVpc": (inputs) => ({ ...getVpc(inputs), cidrBlockAssociations }),
    };
    await run({ awsNetwork: { endpoints: true } }, { aws });
    expect(blocks("serving-http-from-")).toEqual(all);
    expect(blocks("network-endpoints")).toEqual(all);
  });

  it("lets in clients of the VPC, unless others are named", async () => {
    await run();
    expect(blocks()).toEqual(["10.0.0.0/16"]);
    await run({ awsEndpoint: { clientCidrs: ["10.9.0.0/24"] } });
    expect(blocks()).toEqual(["10.9.0.0/24"]);
  });

  it("says that a notebook takes an instance more", async () => {
    await run({ replicas: 2, notebookMemoryMb: 4096 });
    const warnings = vi.mocked(pulumi.log.warn).mock.calls.map(([message]) => message);
    expect(warnings).toEqual([expect.stringContaining("does not fit beside the replicas")]);
    await run({ replicas: 2, notebookMemoryMb: 4096, awsNotebook: { running: false } });
    expect(pulumi.log.warn).toHaveBeenCalledTimes(1);
  });

  it("wires the service to cluster, load balancer and image", async () => {
    await run({ ...pinned, ...gpus, replicas: 3 }, updated);
    expect(find("aws:ecs/service:Service", "serving")).toMatchObject({
      desiredCount: 3,
      networkConfiguration: {
        ...{ subnets: ["subnet-0000000a", "subnet-0000000b"], assignPublicIp: false },
      },
      loadBalancers: [expect.objectContaining({ containerPort: 8501 })],
    });
    expect(container()).toMatchObject({ resourceRequirements: [{ type: "GPU", value: "1" }] });
  });

  const certificateArn = `arn:aws:acm:${region}:${account}:certificate/a1b2c3d4`;
  const grpc = { grpc: true, certificateArn, domainName: "birds.example.com" };

  it.each([
    ["REST's default", {}, 31],
    ["REST's setting", { server: { restApiTimeoutMs: 90_000 } }, 91],
    ["gRPC's default, where it is routed", { awsEndpoint: grpc }, 60],
    ["gRPC's setting, where it is routed", { awsEndpoint: grpc, grpcTimeoutSeconds: 180 }, 180],
    [
      "gRPC's setting apart from REST's",
      { awsEndpoint: grpc, requestTimeoutSeconds: 30, grpcTimeoutSeconds: 45 },
      45,
    ],
    ["no setting of gRPC where it is not routed", { grpcTimeoutSeconds: 180 }, 31],
    ["the load balancer's own", { awsEndpoint: { longestRequestSeconds: 20 } }, 20],
  ])("lets a request take as long as %s says", async (_, settings, seconds) => {
    await run(settings);
    expect(find("aws:lb/loadBalancer:LoadBalancer").idleTimeout).toBe(Math.max(60, seconds + 5));
    for (const { deregistrationDelay } of inputsOf("aws:lb/targetGroup:TargetGroup")) {
      expect(deregistrationDelay).toBe(seconds + 5);
    }
  });

  it("asks callers for tokens, and routes what may be called", async () => {
    const jwt = { issuer: "us", audience: "models", jwks: "https://login.example.com/keys" };
    await run({ awsEndpoint: grpc, auth: { jwt }, limits: { verbs: ["predict"] } });
    const rules = inputsOf("aws:lb/listenerRule:ListenerRule");
    expect(rules).toHaveLength(2);
    for (const { actions, conditions } of rules) {
      expect(actions).toMatchObject([
        { type: "jwt-validation", jwtValidation: { issuer: "us", jwksEndpoint: jwt.jwks } },
        { type: "forward" },
      ]);
      expect(JSON.stringify(conditions)).toMatch(/predict/i);
      expect(JSON.stringify(conditions)).not.toMatch(/metadata/i);
    }
  });

  it("has a notebook that a tunnel leads to, unless none is wanted", async () => {
    const outputs = await run(pinned, updated);
    expect(await pulumi.isSecret(outputs.notebookUrl as pulumi.Output<string>)).toBe(true);
    const { notebookTunnel } = await around.valuesOf(outputs);
    expect(notebookTunnel).toContain("ssm start-session");
    const without = Object.keys(await run({ notebook: false }));
    expect(without.filter((name) => name.startsWith("notebook"))).toEqual([]);
    expect(types()).not.toContain("tfserving-aws:index:EcsNotebook");
  });

  it("knows nothing of AWS's identifiers in the preview of a first update", async () => {
    await run();
    expect(find("aws:ecs/service:Service", "serving").cluster).toBe(unknown);
  });
});
