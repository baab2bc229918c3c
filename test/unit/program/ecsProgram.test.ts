import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import program from "../../../index";
import { account, region } from "../../support/awsMocks";
import { networkAnswers } from "../../support/awsNetworkMocks";
import { startFakeEngine } from "../../support/fakeEngine";
import {
  type Answer,
  hold,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  unknown,
} from "../../support/mocks";
import { signature } from "../../support/modelFolder";
import { enterSmallProject } from "../../support/smallProject";
import { defaults, readStackFile, setConfig, stackFiles } from "../../support/stackConfig";

const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
const repository = `${registry}/tf-serving-dev-1a2b3c4`;
const subnets = ["subnet-0000000a", "subnet-0000000b"];
const cluster = { instanceType: "c7i.xlarge" };

let recording: Recording;
let tags: { imageTag: string; imageDigest: string }[];
let known: string[];
let answers: Record<string, Answer>;

/** A VPC with the subnets that a stack names, else two, each in a zone of its own. */
const network: Record<string, Answer> = {
  ...networkAnswers(() => ({
    vpcId: known === subnets ? "vpc-00000001" : "vpc-0a1b2c3d4e5f67890",
    subnets: known,
  })),
  "aws:iam/getPolicyDocument:getPolicyDocument": () => ({ json: "{}" }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    userName: "AWS",
    password: "lovelace",
    proxyEndpoint: `https://${registry}`,
  }),
  "aws:ecr/getImages:getImages": () => ({ imageIds: tags }),
};

beforeEach(() => {
  tags = [];
  known = subnets;
  answers = network;
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function run(
  values: Record<string, unknown> = {},
  recorded: Record<string, unknown> = {},
  preview = true,
): Promise<Record<string, unknown>> {
  vi.stubEnv("DOCKER_HOST", await startFakeEngine());
  recording = await startMocks({ preview, recorded, answers });
  setConfig({ target: "ecs", awsCluster: cluster, ...values });
  const outputs = (await program()) as unknown as Record<string, unknown>;
  await settle();
  return outputs;
}

const types = () => new Set(recording.resources.map(({ type }) => type));
const find = (type: string, name?: string) => recording.find(type, name).inputs;
const container = () =>
  (
    JSON.parse(
      find("aws:ecs/taskDefinition:TaskDefinition", "serving").containerDefinitions as string,
    ) as Record<string, unknown>[]
  )[0];

describe.each(stackFiles().filter((file) => readStackFile(file).target === "ecs"))(
  "the program with %s",
  (file) => {
    const values = { ...defaults, ...readStackFile(file) };

    it("can be previewed, with the model as it will be called", async () => {
      known = (values.awsNetwork as { subnetIds?: string[] }).subnetIds ?? subnets;
      const outputs = await run(readStackFile(file));
      expect(outputs).toMatchObject({ replicas: values.replicas, canaryVersion: "" });
      expect(await promiseOf(pulumi.output(outputs.modelLabels))).toEqual({});
      expect(types()).toContain("aws:ecs/service:Service");
      expect(pulumi.log.warn).not.toHaveBeenCalled();
    });

    it("tags everything of AWS that takes tags", async () => {
      known = (values.awsNetwork as { subnetIds?: string[] }).subnetIds ?? subnets;
      await run(readStackFile(file));
      const tagged = recording.resources.filter(({ inputs }) => inputs.tags !== undefined);
      expect(tagged.length).toBeGreaterThan(10);
      for (const { inputs } of tagged.filter(
        ({ type }) => type !== "aws:autoscaling/group:Group",
      )) {
        expect(inputs.tags).toMatchObject({
          ...(values.awsTags as object),
          "tfserving:stack": "tfserving/dev",
        });
      }
    });
  },
);

describe("the program on AWS", () => {
  beforeEach(enterSmallProject);

  it("tells where the service is once it serves", async () => {
    vi.stubEnv("DOCKER_HOST", await startFakeEngine());
    recording = await startMocks({ answers: network });
    setConfig({
      target: "ecs",
      awsCluster: cluster,
      image: `${repository}@sha256:${"a".repeat(64)}`,
    });
    const service = hold("aws:ecs/service:Service", "serving");
    const outputs = (await program()) as unknown as Record<string, pulumi.Output<unknown>>;
    const told: string[] = [];
    for (const key of ["restUrl", "modelUrls", "grpcAddress", "cluster"]) {
      outputs[key].apply(() => told.push(key));
    }
    await service.declared;
    await vi.waitUntil(() => told.includes("cluster"));
    expect(told).toEqual(["cluster"]);
    service.release();
    await settle();
    expect(told).toHaveLength(4);
  });

  it("creates nothing but AWS's resources where the image is in ECR", async () => {
    await run();
    const { name } = find("docker:index/remoteImage:RemoteImage", "serving") as { name: string };
    tags = [{ imageTag: name.split(":")[1], imageDigest: `sha256:${"a".repeat(64)}` }];
    const outputs = await run({}, { repository }, false);
    expect([...types()].filter((type) => type.startsWith("docker:"))).toEqual([]);
    expect(await promiseOf(pulumi.output(outputs.image))).toBe(
      `${repository}@sha256:${"a".repeat(64)}`,
    );
    expect(outputs.imageSource).toBe("found");
    expect(await promiseOf(pulumi.output(outputs.signature))).toEqual(signature);
  });

  it("says of a model whose image is in ECR what it says of others", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    fs.mkdirSync("model/classifier/my_model/temp-1795350300");
    await run();
    const { name } = find("docker:index/remoteImage:RemoteImage", "serving") as { name: string };
    tags = [{ imageTag: name.split(":")[1], imageDigest: `sha256:${"a".repeat(64)}` }];
    info.mockClear();
    const outputs = await run({}, { repository }, false);
    expect(outputs.imageSource).toBe("found");
    expect(info.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('holds "temp-1795350300" beside its versions'),
    ]);
  });

  it("goes on declaring the image that the stack itself has built", async () => {
    await run();
    const { name } = find("docker:index/remoteImage:RemoteImage", "serving") as { name: string };
    const imageDigest = `sha256:${"a".repeat(64)}`;
    tags = [{ imageTag: name.split(":")[1], imageDigest }];
    const release = { image: `${repository}@${imageDigest}`, settings: {} };
    const outputs = await run({}, { imageSource: "built", release, repository });
    expect(types()).toContain("docker:index/remoteImage:RemoteImage");
    expect(outputs.imageSource).toBe("built");
  });

  it("names the repository anew in each life of the stack, since it outlives the stack", async () => {
    const image = `${repository}@sha256:${"b".repeat(64)}`;
    const outputs = await run({ image, repository: "team/birds" }, {}, false);
    expect(find("aws:ecr/repository:Repository", "team-birds-dev").name).toBeUndefined();
    expect(await promiseOf(pulumi.output(outputs.repository as string))).toBe(
      `${registry}/team-birds-dev-1a2b3c4`,
    );
  });

  it("runs what it finds from the repository of the last update, also when that is replaced", async () => {
    await run();
    const { name } = find("docker:index/remoteImage:RemoteImage", "serving") as { name: string };
    const imageDigest = `sha256:${"a".repeat(64)}`;
    tags = [{ imageTag: name.split(":")[1], imageDigest }];
    const outputs = await run({}, { repository: `${registry}/before` }, false);
    expect(outputs.image).toBe(`${registry}/before@${imageDigest}`);
    const policies = recording.resources.map(({ inputs }) => String(inputs.policy));
    expect(policies.join()).toContain(`arn:aws:ecr:${region}:${account}:repository/before`);
  });

  it("runs a pinned digest without a build, pulled from its own repository only", async () => {
    const image = `210987654321.dkr.ecr.us-east-1.amazonaws.com/birds@sha256:${"b".repeat(64)}`;
    await run({ image }, {}, false);
    expect(container().image).toBe(image);
    expect([...types()].filter((type) => type.startsWith("docker:"))).toEqual([]);
    const policies = recording.resources.filter(
      ({ type }) => type === "aws:iam/rolePolicy:RolePolicy",
    );
    expect(
      policies.some(({ inputs }) =>
        String(inputs.policy).includes("arn:aws:ecr:us-east-1:210987654321:repository/birds"),
      ),
    ).toBe(true);
  });

  it("runs a digest of its own repository, wherever that is", async () => {
    const own = "127.0.0.1:5000/tf-serving-dev-1a2b3c4";
    const image = `${own}@sha256:${"b".repeat(64)}`;
    await run({ image }, { repository: own }, false);
    expect(container().image).toBe(image);
  });

  it("lets every address block of the VPC in, to the load balancer and to its endpoints", async () => {
    const getVpc = network["aws:ec2/getVpc:getVpc"] as (inputs: object) => object;
    const cidrBlockAssociations = ["100.64.0.0/16", "10.0.0.0/16"].map((cidrBlock) => ({
      ...{ cidrBlock, state: "associated" },
    }));
    answers = {
      ...network,
      "aws:ec2/getVpc:getVpc": (inputs) => ({ ...getVpc(inputs), cidrBlockAssociations }),
    };
    await run({ awsNetwork: { endpoints: true } });
    const cidrs = (prefix: string) =>
      recording.resources
        .filter(({ type, name }) => type.includes("IngressRule") && name.startsWith(prefix))
        .map(({ inputs }) => inputs.cidrIpv4)
        .sort();
    expect(cidrs("serving-http-from-")).toEqual(["10.0.0.0/16", "100.64.0.0/16"]);
    expect(cidrs("network-endpoints")).toEqual(["10.0.0.0/16", "100.64.0.0/16"]);
  });

  it("says that a notebook takes an instance more", async () => {
    await run({ replicas: 2, notebookMemoryMb: 4096 });
    const warnings = vi.mocked(pulumi.log.warn).mock.calls.map(([message]) => message);
    expect(warnings).toEqual([expect.stringContaining("does not fit beside the replicas")]);
    await run({ replicas: 2, notebookMemoryMb: 4096, awsNotebook: { running: false } });
    expect(pulumi.log.warn).toHaveBeenCalledTimes(1);
  });

  it("wires the service to cluster, load balancer and image", async () => {
    tags = [];
    await run(
      {
        image: `${repository}@sha256:${"b".repeat(64)}`,
        gpus: "1",
        baseImage: "tensorflow/serving:2.19.1-gpu",
        awsCluster: { instanceType: "g5.xlarge" },
        replicas: 3,
      },
      {},
      false,
    );
    const service = find("aws:ecs/service:Service", "serving");
    expect(service).toMatchObject({
      desiredCount: 3,
      networkConfiguration: { subnets, assignPublicIp: false },
      loadBalancers: [expect.objectContaining({ containerPort: 8501 })],
    });
    expect(container()).toMatchObject({ resourceRequirements: [{ type: "GPU", value: "1" }] });
  });

  it("lets in clients of the VPC, unless others are named", async () => {
    await run();
    const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const cidrs = () =>
      recording.resources
        .filter(({ type }) => type === rule)
        .map(({ inputs }) => inputs.cidrIpv4)
        .filter(Boolean);
    expect(new Set(cidrs())).toEqual(new Set(["10.0.0.0/16"]));
    await run({ awsEndpoint: { clientCidrs: ["10.9.0.0/24"] } });
    expect(new Set(cidrs())).toEqual(new Set(["10.9.0.0/24"]));
  });

  const certificateArn = `arn:aws:acm:${region}:${account}:certificate/a1b2c3d4`;
  const grpc = { grpc: true, certificateArn, domainName: "birds.example.com" };

  it.each([
    ["REST's default", {}, 31],
    ["REST's setting", { server: { restApiTimeoutMs: 90_000 } }, 91],
    ["gRPC's default, where it is routed", { awsEndpoint: grpc }, 60],
    ["gRPC's setting, where it is routed", { awsEndpoint: grpc, grpcTimeoutSeconds: 180 }, 180],
    ["no setting of gRPC where it is not routed", { grpcTimeoutSeconds: 180 }, 31],
    ["the load balancer's own", { awsEndpoint: { longestRequestSeconds: 20 } }, 20],
  ])("lets a request take as long as %s says", async (_, settings, seconds) => {
    await run(settings);
    expect(find("aws:lb/loadBalancer:LoadBalancer").idleTimeout).toBe(Math.max(60, seconds + 5));
    for (const { inputs } of recording.resources.filter(
      ({ type }) => type === "aws:lb/targetGroup:TargetGroup",
    )) {
      expect(inputs.deregistrationDelay).toBe(seconds + 5);
    }
  });

  it("has a notebook that a tunnel leads to, unless none is wanted", async () => {
    const image = `${repository}@sha256:${"b".repeat(64)}`;
    const { notebookUrl, notebookTunnel } = await run({ image }, {}, false);
    expect(await pulumi.isSecret(notebookUrl as pulumi.Output<string>)).toBe(true);
    expect(await promiseOf(pulumi.output(notebookTunnel as string))).toContain("ssm start-session");
    const outputs = await run({ notebook: false });
    expect(Object.keys(outputs).filter((name) => name.startsWith("notebook"))).toEqual([]);
    expect(types()).not.toContain("tfserving:index:EcsNotebook");
  });

  it("knows nothing of AWS's identifiers in the preview of a first update", async () => {
    await run();
    expect(find("aws:ecs/service:Service", "serving").cluster).toBe(unknown);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "an unknown field",
      { awsCluster: { instancetype: "c7i.large" } },
      'awsCluster.instancetype: is unknown; did you mean "instanceType"?',
    ],
    [
      "a field that the program gives",
      { awsService: { autoscaling: { autoScalingGroupName: "other" } } },
      "awsService.autoscaling.autoScalingGroupName: is unknown",
    ],
    [
      "a field that has a key of its own",
      { awsService: { replicas: 3 } },
      "awsService.replicas: is unknown",
    ],
    ["no instance type", { awsCluster: {} }, "awsCluster.instanceType: is missing"],
    [
      "an unknown instance type",
      { awsCluster: { instanceType: "g5.xlarg" } },
      "(do you mean g5.xlarge?)",
    ],
    ["an arm64 type", { awsCluster: { instanceType: "c7g.xlarge" } }, "its processor is arm64"],
    [
      "more GPUs than it has",
      {
        awsCluster: { instanceType: "g5.xlarge" },
        gpus: "2",
        baseImage: "tensorflow/serving:2.19.1-gpu",
      },
      "it has 1 GPUs, and each replica shall have 2",
    ],
    [
      "GPUs as on Docker",
      { gpus: "all" },
      'gpus: is "all": on ecs use the number of GPUs per replica',
    ],
    [
      "public without a certificate",
      { awsEndpoint: { public: true, clientCidrs: ["0.0.0.0/0"] } },
      "awsEndpoint.certificateArn: ",
    ],
    ["gRPC without a certificate", { awsEndpoint: { grpc: true } }, "awsEndpoint.certificateArn: "],
    ["no CIDR", { awsEndpoint: { clientCidrs: ["10.0.0.0"] } }, "awsEndpoint.clientCidrs[0]: "],
    [
      "everybody without public",
      { awsEndpoint: { clientCidrs: ["0.0.0.0/0"] } },
      "awsEndpoint.clientCidrs[0]: ",
    ],
    [
      "max < min",
      { awsCluster: { ...cluster, minInstances: 4, maxInstances: 2 } },
      "awsCluster.minInstances: is 4, and maxInstances is 2",
    ],
    [
      "an image without a digest",
      { image: "tf_serving:1" },
      'image: is "tf_serving:1", which is no digest: use a digest in ECR',
    ],
    [
      "a digest that is not in ECR",
      { image: `quay.io/team/birds@sha256:${"b".repeat(64)}` },
      `@sha256:${"b".repeat(64)}", which is not in ECR: use a digest in ECR (ACCOUNT.dkr.ecr.`,
    ],
    [
      "fewer instances than the replicas need",
      { replicas: 40, awsCluster: { ...cluster, maxInstances: 4 } },
      "awsCluster.maxInstances: is 4, and 40 replicas and the notebook need 14 instances of c7i.xlarge",
    ],
    [
      "a notebook that fits on no instance",
      { notebookMemoryMb: 8192 },
      "notebookMemoryMb: is 8192, and of an instance's memory about 7321 MiB are left for tasks",
    ],
    [
      "GPUs for a notebook that no instance has",
      { awsNotebook: { gpus: 1 } },
      "awsNotebook.gpus: is 1, and c7i.xlarge has 0",
    ],
    ["a canary", { canaryVersion: "3" }, "canaryVersion: is 3, which target ecs does not use"],
    [
      "a folder",
      { notebookFolder: "other" },
      "notebookFolder: is other, which target ecs does not",
    ],
    [
      "a time to find a node",
      { schedulingTimeoutSeconds: 900 },
      "schedulingTimeoutSeconds: is 900, which target ecs does not use: leave it out, since " +
        "awsService.deploymentTimeoutMinutes is how long instances, pulls and starts may take",
    ],
    [
      "autoscaling without a target",
      { awsService: { autoscaling: { minReplicas: 2, maxReplicas: 1 } } },
      "awsService.autoscaling",
    ],
    ["a tag that is no text", { awsTags: { team: 3 } }, "awsTags.team: is 3: use a text"],
  ])("refuses %s before there is any resource", async (_, values, message) => {
    await expect(run(values)).rejects.toThrow(message);
    await settle();
    expect(recording.resources).toEqual([]);
  });

  it("says every problem at once", async () => {
    known = ["subnet-0000000a"];
    const wrong = { awsCluster: {}, gpus: "all", replicas: 0, grpcTimeoutSeconds: -1 };
    const error = await run(wrong).catch((reason: Error) => reason.message);
    expect(error).toContain("awsCluster.instanceType");
    expect(error).toContain("gpus");
    expect(error).toContain("replicas");
    expect(error).toContain("grpcTimeoutSeconds: is -1");
    expect(error).toContain("awsNetwork.vpcId");
  });
});
