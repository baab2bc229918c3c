import * as pulumi from "@pulumi/pulumi";
import { expect, vi } from "vitest";
import { stringify } from "yaml";

import program from "../../index";
import { account, region } from "./awsMocks";
import { networkAnswers } from "./awsNetworkMocks";
import { kubeconfigFile, startFakeCluster } from "./fakeCluster";
import { ownContainers, startFakeEngine, swarmAnswers, swarmNode } from "./fakeEngine";
import { type Answer, isKnown, promiseOf, type Recording, settle, startMocks } from "./mocks";
import { defaults, setConfig } from "./stackConfig";

/** Where AWS has images. */
export const ecr = `${account}.dkr.ecr.${region}.amazonaws.com`;

/** What the program finds; by default all that each target needs, and no update before. */
export interface Surroundings {
  preview?: boolean;
  /** Outputs of the last update. */
  recorded?: Record<string, unknown>;
  /** Answers of AWS besides, by function. */
  aws?: Record<string, Answer>;
  /** Answers of the Docker Engine besides, by path. */
  engine?: Record<string, unknown>;
  /** Answers of the Kubernetes API server besides, by path. */
  cluster?: Record<string, unknown>;
}

export interface Run {
  outputs: Record<string, pulumi.Input<unknown>>;
  recording: Recording;
}

/** Runs index.ts with a stack's settings until everything is registered. */
export async function runProgram(
  settings: Record<string, unknown> = {},
  surroundings: Surroundings = {},
): Promise<Run> {
  const recording = await surround(settings, surroundings);
  const outputs = { ...(await program()) } as Run["outputs"];
  await settle();
  return { outputs, recording };
}

/** The lines of the refusal of settings, before there is any resource. */
export async function refusalOf(
  settings: Record<string, unknown>,
  surroundings: Surroundings = {},
): Promise<string[]> {
  const recording = await surround(settings, surroundings);
  const error: unknown = await program().catch((reason: unknown) => reason);
  await settle();
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(recording.resources).toEqual([]);
  const [first, ...lines] = (error as Error).message.split("\n");
  expect(first).toBe("The configuration of stack dev cannot work; nothing was changed:");
  return lines.map((line) => anywhere(line.trim()));
}

/** The values of outputs. */
export async function valuesOf(outputs: Run["outputs"]): Promise<Record<string, unknown>> {
  return (await promiseOf(pulumi.output(outputs))) as Record<string, unknown>;
}

/** Outputs as a text for `toMatchFileSnapshot`; each run releases at another time. */
export async function renderedOutputs(outputs: Run["outputs"]): Promise<string> {
  const shown: Record<string, unknown> = {};
  for (const [name, output] of Object.entries(outputs)) {
    const value = pulumi.output(output);
    const content = (await isKnown(value)) ? await promiseOf(value) : "(known after the update)";
    shown[name] = (await pulumi.isSecret(value)) ? { secret: content } : content;
  }
  const text = stringify(shown, { lineWidth: 0 });
  return anywhere(text.replace(/^( *releasedAt: ).*/gm, "$1(now)"));
}

/** A namespace for each name as the API server has it, with these labels. */
export function namespaces(
  there: Record<string, Record<string, string>> = {},
): Record<string, unknown> {
  const objects = Object.entries({ default: {}, ...there }).map(([name, labels]) => ({
    metadata: { name, labels },
    status: { phase: "Active" },
  }));
  return {
    "/api/v1/namespaces": { metadata: {}, items: objects },
    ...Object.fromEntries(
      objects.map((one) => [`/api/v1/namespaces/${one.metadata.name}`, one] as const),
    ),
  };
}

/** A VPC with two subnets, in a zone each, and a registry without images. */
export const aws: Record<string, Answer> = {
  ...networkAnswers(() => ({
    vpcId: "vpc-0a1b2c3d4e5f67890",
    subnets: ["subnet-0000000a", "subnet-0000000b"],
  })),
  "aws:iam/getPolicyDocument:getPolicyDocument": () => ({ json: "{}" }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    ...{ userName: "AWS", password: "lovelace", proxyEndpoint: `https://${ecr}` },
  }),
  "aws:ecr/getImages:getImages": () => ({ imageIds: [] }),
};

/** Starts what the program asks, and sets its configuration. */
export async function surround(
  settings: Record<string, unknown>,
  { preview, recorded, ...others }: Surroundings = {},
): Promise<Recording> {
  // The stack's own containers hold its ports, whatever listens on this machine.
  const { restPort, grpcPort, notebookPort } = { ...defaults, ...settings };
  const roomy = { NCPU: 64, MemTotal: 2 ** 38, Runtimes: { nvidia: {}, runc: {} } };
  const engine = {
    ...ownContainers([restPort, grpcPort, notebookPort] as number[]),
    ...(settings.target === "swarm" ? swarmAnswers([swarmNode()]) : { "/info": roomy }),
    ...others.engine,
  };
  vi.stubEnv("DOCKER_HOST", await startFakeEngine(engine));
  const cluster = await startFakeCluster({ ...namespaces(), ...others.cluster });
  vi.stubEnv("KUBECONFIG", kubeconfigFile(cluster));
  const recording = await startMocks({ preview, recorded, answers: { ...aws, ...others.aws } });
  setConfig(settings, ["registryPassword"]);
  return recording;
}

/** A text as it is in any checkout of the project on any machine. */
function anywhere(text: string): string {
  return text
    .replaceAll(/(\/\/)?\/\S+docker\.sock/g, "$1/docker.sock")
    .replaceAll(/127\.0\.0\.1:\d{5}\b/g, "127.0.0.1:(port)")
    .replaceAll(/:[0-9a-f]{12}\b/g, ":(hash of the files)")
    .replaceAll(/"\d{10}"/g, "(version)");
}
