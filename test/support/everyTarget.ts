import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import program from "../../index";
import { account, region } from "./awsMocks";
import { networkAnswers } from "./awsNetworkMocks";
import { kubeconfigFile, startFakeCluster } from "./fakeCluster";
import { ownContainers, startFakeEngine, swarmAnswers, swarmNode } from "./fakeEngine";
import { type Registration, settle, startMocks } from "./mocks";
import { enterSmallProject } from "./smallProject";
import { defaults, setConfig } from "./stackConfig";

const registry = "registry.example.com:5000";
const login = { registryUsername: "publisher", registryPassword: "secret" };
const canary = { modelFolder: "two/models", modelVersion: "3", canaryVersion: "12" };
const ecr = `${account}.dkr.ecr.${region}.amazonaws.com`;

/** Settings that declare as many kinds of resources as there are, by target. */
export const everyTarget: Record<string, Record<string, unknown>> = {
  docker: { target: "docker", registry, ...login, ...canary, replicas: 2 },
  "docker, in place": { target: "docker", registry, strategy: "inPlace", replicas: 2 },
  swarm: { target: "swarm", registry, ...login, replicas: 2 },
  ecs: { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } },
  kubernetes: {
    ...{ target: "kubernetes", registry, ...login, ...canary },
    kubernetesService: { network: { clients: [{ cidr: "192.0.2.0/24" }] } },
  },
};

/** What the program declares with these settings in a first update. */
export async function declaredWith(settings: Record<string, unknown>): Promise<Registration[]> {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const { restPort, grpcPort, notebookPort } = defaults as Record<string, number>;
  const roomy = { NCPU: 64, MemTotal: 2 ** 38, Runtimes: { runc: {} } };
  const engine = {
    ...ownContainers([restPort, grpcPort, notebookPort]),
    ...(settings.target === "swarm" ? swarmAnswers([swarmNode()]) : { "/info": roomy }),
  };
  vi.stubEnv("DOCKER_HOST", await startFakeEngine(engine));
  vi.stubEnv("KUBECONFIG", kubeconfigFile(await startFakeCluster(namespaces)));
  const { resources } = await startMocks({
    answers: awsAnswers,
    preview: settings.target === "ecs",
  });
  setConfig(settings, ["registryPassword"]);
  await program();
  await settle();
  return resources;
}

const namespaces = {
  "/api/v1/namespaces": {
    metadata: {},
    items: [{ metadata: { name: "default" }, status: { phase: "Active" } }],
  },
};

const awsAnswers = {
  ...networkAnswers(() => ({
    vpcId: "vpc-0a1b2c3d4e5f67890",
    subnets: ["subnet-0000000a", "subnet-0000000b"],
  })),
  "aws:iam/getPolicyDocument:getPolicyDocument": () => ({ json: "{}" }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    userName: "AWS",
    password: "lovelace",
    proxyEndpoint: `https://${ecr}`,
  }),
  "aws:ecr/getImages:getImages": () => ({ imageIds: [] }),
};
