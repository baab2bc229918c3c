import { Analyzer, type AnalyzeResult } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { beforeAll, describe, expect, it } from "vitest";

import * as library from "../../../components";
import packageFile from "../../../package.json";
import { repository } from "../../support/stackConfig";

// What `pulumi package add` offers to programs in every language. The analyzer throws at what these
// cannot have: unions, tuples, callbacks, type aliases for arguments.
describe("the package's schema", () => {
  const names = getPulumiComponents(library).map(({ name }) => name);
  const exported = Object.keys(library);
  let schema: AnalyzeResult;

  beforeAll(() => {
    schema = new Analyzer(repository, packageFile.name, packageFile, new Set(names)).analyze();
  }, 300_000);

  /** Names of a component's properties; optional ones end in "?". */
  function shape(properties: Record<string, { optional?: boolean }>): string[] {
    return Object.entries(properties)
      .map(([name, { optional }]) => (optional ? `${name}?` : name))
      .sort();
  }

  function required(properties: Record<string, { optional?: boolean }>): string[] {
    return shape(properties).filter((name) => !name.endsWith("?"));
  }

  it("has every component that the library exports", () => {
    expect(Object.keys(schema.components).sort()).toEqual([
      "AlbEndpoint",
      "DockerModelService",
      "DockerNotebook",
      "EcrImage",
      "EcrRepository",
      "EcsCluster",
      "EcsModelService",
      "EcsNotebook",
      "GpuHost",
      "KubernetesModelService",
      "KubernetesNotebook",
      "ModelEvaluation",
      "NotebookImage",
      "PublishedImage",
      "RuntimeImage",
      "ServiceMonitoring",
      "ServingImage",
      "SshDockerHost",
      "SwarmModelService",
      "SwarmNotebook",
      "VpcNetwork",
    ]);
    expect(exported).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ["AlbEndpoint", ["modelName", "subnetIds", "vpcCidr", "vpcId"]],
    ["DockerModelService", ["image", "modelName"]],
    [
      "EcsNotebook",
      [
        "capacityProviderName",
        "clusterArn",
        "grpcAddress",
        "modelName",
        "restUrl",
        "subnetIds",
        "vpcId",
      ],
    ],
    [
      "EcrImage",
      ["image", "password", "registryUrl", "repositoryName", "repositoryUrl", "userName"],
    ],
    ["EcrRepository", []],
    [
      "EcsModelService",
      [
        "capacityProviderName",
        "clusterArn",
        "clusterName",
        "image",
        "modelName",
        "repositoryArn",
        "subnetIds",
        "vpcId",
      ],
    ],
    ["EcsCluster", ["instanceType", "subnetIds", "vpcId"]],
    ["GpuHost", ["instanceType", "subnetId"]],
    ["KubernetesModelService", ["image", "modelName", "namespace"]],
    [
      "KubernetesNotebook",
      ["grpcAddress", "modelName", "modelServiceName", "namespace", "restUrl"],
    ],
    ["DockerNotebook", ["folder", "grpcAddress", "modelName", "networkName", "restUrl"]],
    ["ModelEvaluation", ["data", "image", "metric", "modelName", "signature"]],
    ["PublishedImage", ["image", "registry"]],
    [
      "ServiceMonitoring",
      [
        "alarmTopicArn",
        "clusterName",
        "loadBalancerArnSuffix",
        "restTargetGroupArnSuffix",
        "serviceName",
      ],
    ],
    ["NotebookImage", []],
    ["RuntimeImage", []],
    ["ServingImage", ["modelName"]],
    ["SshDockerHost", ["address", "hostPublicKey", "privateKey"]],
    ["SwarmModelService", ["image", "modelName"]],
    ["SwarmNotebook", ["folder", "grpcAddress", "modelName", "networkId", "restUrl"]],
    ["VpcNetwork", []],
  ])("requires of a %s: %j", (name, inputs) => {
    expect(required(schema.components[name].inputs)).toEqual(inputs);
  });

  it.each([
    [
      "DockerModelService",
      [
        "grpcAddress",
        "modelUrls",
        "networkGrpcAddress",
        "networkName",
        "networkRestUrl",
        "replicaNames",
        "restUrl",
      ],
    ],
    [
      "EcsCluster",
      [
        "amiId",
        "autoScalingGroupName",
        "capacityProviderName",
        "clusterArn",
        "clusterName",
        "gpusPerInstance",
        "instanceSecurityGroupId",
      ],
    ],
    ["EcrImage", ["reference"]],
    [
      "EcrRepository",
      [
        "password",
        "registry",
        "registryUrl",
        "repositoryArn",
        "repositoryName",
        "repositoryUrl",
        "userName",
      ],
    ],
    [
      "EcsModelService",
      ["logGroupName", "securityGroupId", "serviceArn", "serviceName", "taskDefinitionArn"],
    ],
    [
      "GpuHost",
      [
        "address",
        "dataVolumeId",
        "host",
        "instanceId",
        "privateKey",
        "sshOptions",
        "tunnelCommand",
      ],
    ],
    [
      "KubernetesModelService",
      [
        "grpcAddress",
        "modelUrls",
        "namespace",
        "portForwardCommand",
        "replicaNames",
        "restUrl",
        "serviceName",
      ],
    ],
    ["KubernetesNotebook", ["portForwardCommand", "serviceName", "url"]],
    ["DockerNotebook", ["url"]],
    ["PublishedImage", ["reference"]],
    ["SshDockerHost", ["host", "sshOptions"]],
    [
      "SwarmModelService",
      [
        "grpcAddress",
        "modelUrls",
        "networkGrpcAddress",
        "networkId",
        "networkName",
        "networkRestUrl",
        "replicaNames",
        "restUrl",
      ],
    ],
    ["SwarmNotebook", ["url"]],
    ["VpcNetwork", ["cidrBlock", "subnetIds", "vpcId"]],
    ["NotebookImage", ["imageId", "imageName"]],
    ["RuntimeImage", ["imageId", "imageName"]],
    [
      "ServingImage",
      ["imageId", "imageName", "modelCard?", "modelRevision", "modelVersion", "signature"],
    ],
  ])("gives back from a %s: %j", (name, outputs) => {
    expect(shape(schema.components[name].outputs)).toEqual(outputs);
  });

  it("names no resource of a provider, whose plugin would have to be there to add the package", () => {
    expect(
      JSON.stringify(schema.components).match(/\/(aws|docker|kubernetes)\/v[^"]*/g),
    ).toBeNull();
  });

  it("takes the outputs of one component as the inputs of the next", () => {
    const { DockerModelService, DockerNotebook, PublishedImage } = schema.components;
    for (const input of [
      DockerModelService.inputs.image,
      PublishedImage.inputs.image,
      PublishedImage.inputs.password,
      DockerNotebook.inputs.networkName,
      DockerNotebook.inputs.restUrl,
      DockerNotebook.inputs.grpcAddress,
    ]) {
      expect(input).toMatchObject({ type: "string" });
      expect(input).not.toHaveProperty("plain");
    }
  });

  it("describes every component and every argument", () => {
    for (const [name, { description, inputs }] of Object.entries(schema.components)) {
      expect(description, name).toBeTruthy();
      for (const [input, property] of Object.entries(inputs)) {
        expect(property.description, `${name}.${input}`).toBeTruthy();
      }
    }
  });

  it("has no argument that may be anything", () => {
    expect(JSON.stringify(schema)).not.toContain("pulumi.json#/Any");
  });
});
