import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packages } from "../../../components/build";
import { generatedSchemas } from "../../../docs/generate";
import { repository } from "../../support/stackConfig";

interface Property {
  type?: string;
  plain?: boolean;
  description?: string;
}

interface Component {
  description?: string;
  inputProperties: Record<string, Property>;
  requiredInputs: string[];
  properties: Record<string, Property>;
  required: string[];
}

// What `pulumi package add` offers to programs in every language.
describe("the packages' schemas", () => {
  const read = (file: string) => fs.readFileSync(path.join(repository, file), "utf8");
  const schemas = packages.map((name) => JSON.parse(read(`components/${name}/schema.json`)));
  const components: Record<string, Component> = Object.fromEntries(
    schemas.flatMap(({ resources }) =>
      Object.entries<Component>(resources).map(([type, found]) => [type.split(":")[2], found]),
    ),
  );
  let generated: Record<string, string>;

  beforeAll(async () => {
    generated = await generatedSchemas();
  }, 300_000);

  it.each(packages)("are up to date for %s (npm run generate)", (name) => {
    const file = `components/${name}/schema.json`;
    expect(read(file)).toBe(generated[file]);
  });

  /** Names of a component's outputs; optional ones end in "?". */
  function shape({ properties, required }: Component): string[] {
    const mark = (name: string) => (required.includes(name) ? name : `${name}?`);
    return Object.keys(properties).map(mark).sort();
  }

  it("have every component", () => {
    expect(schemas.map(({ resources }) => Object.keys(resources).sort())).toEqual([
      [
        "tfserving:index:DockerModelService",
        "tfserving:index:DockerNotebook",
        "tfserving:index:ModelEvaluation",
        "tfserving:index:NotebookImage",
        "tfserving:index:PublishedImage",
        "tfserving:index:RuntimeImage",
        "tfserving:index:ServingImage",
        "tfserving:index:SshDockerHost",
        "tfserving:index:SwarmModelService",
        "tfserving:index:SwarmNotebook",
      ],
      [
        "tfserving-aws:index:AlbEndpoint",
        "tfserving-aws:index:EcrImage",
        "tfserving-aws:index:EcrRepository",
        "tfserving-aws:index:EcsCluster",
        "tfserving-aws:index:EcsModelService",
        "tfserving-aws:index:EcsNotebook",
        "tfserving-aws:index:GpuHost",
        "tfserving-aws:index:ServiceMonitoring",
        "tfserving-aws:index:VpcNetwork",
      ],
      [
        "tfserving-kubernetes:index:KubernetesModelService",
        "tfserving-kubernetes:index:KubernetesNotebook",
      ],
    ]);
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
    expect(components[name].requiredInputs).toEqual(inputs);
  });

  it.each([
    [
      "DockerModelService",
      [
        "caCertificate",
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
        "caCertificate",
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
        "caCertificate",
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
    expect(shape(components[name])).toEqual(outputs);
  });

  it("name no resource of a provider, whose plugin would have to be there to add the package", () => {
    expect(JSON.stringify(schemas).match(/\/(aws|docker|kubernetes)\/v[^"]*/g)).toBeNull();
    expect(schemas.flatMap(({ dependencies }) => dependencies)).toEqual([]);
  });

  it("take the outputs of one component as the inputs of the next", () => {
    const { DockerModelService, DockerNotebook, PublishedImage } = components;
    for (const input of [
      DockerModelService.inputProperties.image,
      PublishedImage.inputProperties.image,
      PublishedImage.inputProperties.password,
      DockerNotebook.inputProperties.networkName,
      DockerNotebook.inputProperties.restUrl,
      DockerNotebook.inputProperties.grpcAddress,
    ]) {
      expect(input).toMatchObject({ type: "string" });
      expect(input).not.toHaveProperty("plain");
    }
  });

  it("describe every component and every argument", () => {
    for (const [name, { description, inputProperties }] of Object.entries(components)) {
      expect(description, name).toBeTruthy();
      for (const [input, property] of Object.entries(inputProperties)) {
        expect(property.description, `${name}.${input}`).toBeTruthy();
      }
    }
  });

  it("have no argument that may be anything", () => {
    expect(JSON.stringify(schemas)).not.toContain("pulumi.json#/Any");
  });
});
