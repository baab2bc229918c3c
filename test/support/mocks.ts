import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { onTestFinished } from "vitest";

import { awsAnswer, awsComputed } from "./awsMocks";

/** One resource as the program announces it to Pulumi's engine. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  /** URN of the parent; empty for none. */
  parent: string;
  /** URN of the provider; empty for the default one. */
  provider: string;
  /** As on the wire: secrets are `secret(...)`, values that are not known yet are `unknown`. */
  inputs: Record<string, unknown>;
  /** Types by which a stack may know it still. */
  formerTypes: string[];
  /** Absent where the program leaves it to the provider. */
  deleteBeforeReplace?: boolean;
  replaceOnChanges: string[];
  ignoreChanges: string[];
  /** Absent where the program does not say. */
  retainOnDelete?: boolean;
  /** Names of the hooks by when they run, such as `beforeCreate`; without those that run none. */
  hooks: Record<string, string[]>;
  /** Absent where the provider decides. */
  timeouts?: { create: string; update: string };
  /** URN of what takes this along when it is deleted. */
  deletedWith?: string;
  /** URNs of everything that this is replaced with. */
  replaceWith?: string[];
  /** URNs of everything that has to be there before. */
  dependencies: string[];
  /** URNs of those whose outputs an input is made from, by input; without inputs made from none. */
  propertyDependencies: Record<string, string[]>;
}

/** What a provider's function answers, always or by its inputs. */
export type Answer = object | ((inputs: Record<string, unknown>) => object);

/** What a program did since `startMocks`. */
export interface Recording {
  /** In the order of registration, components included. */
  resources: Registration[];
  /** Calls of providers' functions; the provider is empty for the default one. */
  calls: { token: string; provider: string }[];
  /** The only resource of a type, or the one with the name. */
  find(type: string, name?: string): Registration;
}

// Pulumi takes a stack trace for each promise: at vitest's 100 lines, most of a test's time.
const stackTraceLimit = Error.stackTraceLimit;

export const project = "tfserving";
const stack = "dev";

/** How a value that is not known before the update travels to the engine. */
export const unknown = pulumi.runtime.unknownValue;

/** How a secret travels to the engine. */
export function secret(value: unknown): object {
  return { [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig, value };
}

/** The value in a secret; other values as they are. */
export function secretValue(value: unknown): unknown {
  const { [pulumi.runtime.specialSigKey]: mark, value: content } = (value ?? {}) as Record<
    string,
    unknown
  >;
  return mark === pulumi.runtime.specialSecretSig ? content : value;
}

/**
 * Replaces Pulumi's engine with one that records every resource and forgets
 * those of the test before.
 *
 * @param options.recorded - outputs that the update before left
 * @param options.preview - whether computed outputs are unknown, as in `pulumi preview`
 * @param options.answers - what functions of providers answer, by token
 */
export async function startMocks({
  preview = false,
  recorded = {},
  answers = {},
}: {
  preview?: boolean;
  recorded?: Record<string, unknown>;
  answers?: Record<string, Answer>;
} = {}): Promise<Recording> {
  Error.stackTraceLimit = 3;
  onTestFinished(restoreStackTraces);
  const resources: Registration[] = [];
  const calls: Recording["calls"] = [];
  const secretOutputs = new Map<string, string[]>();
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs, provider }) => {
        calls.push({ token, provider: withoutId(provider ?? "") });
        if (token === "pulumi:pulumi:readStackOutputs") {
          return { outputs: recorded };
        }
        const answer = answers[token] ?? awsAnswer(token);
        if (answer) {
          return typeof answer === "function"
            ? (answer as (given: object) => object)(inputs)
            : answer;
        }
        throw new Error(`no function of a provider is expected, but ${token} was called`);
      },
      newResource: ({ type, name, inputs }) => ({
        id: preview ? undefined : `${name}-id`,
        state: {
          ...inputs,
          ...(type.startsWith("kubernetes:") && { metadata: objectMetadata(name, inputs) }),
          ...(preview ? {} : computed(type, name, inputs, secretOutputs.get(name) ?? [])),
        },
      }),
    },
    project,
    stack,
    preview,
    "organization",
  );

  // The mocks see inputs only; the request itself holds the resource options too.
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: RegisterResourceRequest, done: unknown): Promise<void>;
    registerResourceHook(request: unknown, done: (error: null) => void): void;
    registerErrorHook(request: unknown, done: (error: null) => void): void;
  };
  // Pulumi's mocks know no hooks, and run none.
  monitor.registerResourceHook = (_, done) => done(null);
  monitor.registerErrorHook = (_, done) => done(null);
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    secretOutputs.set(request.getName(), request.getAdditionalsecretoutputsList());
    resources.push(registration(request));
    return register(request, done);
  };
  return { resources, calls, find: (type, name) => only(resources, type, name) };
}

/** A resource that takes its time to come up. */
export interface HeldResource {
  /** Resolves when the program has declared it. */
  declared: Promise<void>;
  /** Lets it come up. */
  release(): void;
}

/** Makes a resource wait; call it after `startMocks`, and before the program declares the resource. */
export function hold(type: string, name: string): HeldResource {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: RegisterResourceRequest, done: unknown): Promise<void>;
  };
  const register = monitor.registerResource.bind(monitor);
  let declare = () => {};
  let release = () => {};
  const declared = new Promise<void>((resolve) => (declare = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  monitor.registerResource = async (request, done) => {
    if (request.getType() === type && request.getName() === name) {
      declare();
      await released;
    }
    return register(request, done);
  };
  return { declared, release };
}

/** Waits until everything that the program has begun is registered. */
export async function settle(): Promise<void> {
  await pulumi.runtime.disconnect();
  restoreStackTraces();
}

/** The value of an output; it has to be known. */
export async function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  if (!(await isKnown(output))) {
    throw new Error("the output is unknown");
  }
  return new Promise((resolve) => output.apply(resolve));
}

/** The values of a resource's outputs, by name; all have to be known. */
export async function outputsOf(resource: pulumi.Resource): Promise<Record<string, unknown>> {
  const values = Object.entries(resource).map(async ([name, value]) => [
    name,
    pulumi.Output.isInstance(value) ? await promiseOf(value) : value,
  ]);
  return Object.fromEntries(await Promise.all(values)) as Record<string, unknown>;
}

/** Whether an output has a value in this preview. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

/** URN that the mocks give; a parent's own parents do not show in it. */
export function urn(type: string, name: string, parentType?: string): string {
  const qualified = parentType ? `${parentType}$${type}` : type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** What the error of a call says, property by property. */
export function problemsOf(call: () => unknown): pulumi.InputPropertyErrorDetails[] {
  try {
    call();
  } catch (error) {
    if (pulumi.InputPropertiesError.isInstance(error)) {
      return error.errors;
    }
    throw error;
  }
  return [];
}

function restoreStackTraces(): void {
  Error.stackTraceLimit = stackTraceLimit;
}

function registration(request: RegisterResourceRequest): Registration {
  return {
    type: request.getType(),
    name: request.getName(),
    urn: urn(request.getType(), request.getName(), typeIn(request.getParent())),
    parent: request.getParent(),
    provider: withoutId(request.getProvider()),
    inputs: request.getObject()?.toJavaScript() ?? {},
    formerTypes: request.getAliasesList().flatMap((alias) => alias.getSpec()?.getType() || []),
    ...(request.getDeletebeforereplacedefined() && {
      deleteBeforeReplace: request.getDeletebeforereplace(),
    }),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    hooks: hooksOf(request),
    ...(request.hasCustomtimeouts() && { timeouts: request.getCustomtimeouts()?.toObject() }),
    ...(request.getDeletedwith() && { deletedWith: request.getDeletedwith() }),
    ...(request.getReplaceWithList().length > 0 && { replaceWith: request.getReplaceWithList() }),
    ...(request.hasRetainondelete() && { retainOnDelete: request.getRetainondelete() }),
    dependencies: request.getDependenciesList(),
    propertyDependencies: propertyDependenciesOf(request),
  };
}

/** The last type in a URN; undefined without one, as for the stack's. */
function typeIn(urn: string): string | undefined {
  const type = urn.split("::")[2]?.split("$").at(-1);
  return type === "pulumi:pulumi:Stack" ? undefined : type;
}

function propertyDependenciesOf(request: RegisterResourceRequest): Record<string, string[]> {
  const entries = [...request.getPropertydependenciesMap().entries()] as [
    string,
    RegisterResourceRequest.PropertyDependencies,
  ][];
  return Object.fromEntries(
    entries
      .map(([input, from]): [string, string[]] => [input, from.getUrnsList()])
      .filter(([, from]) => from.length > 0),
  );
}

function hooksOf(request: RegisterResourceRequest): Record<string, string[]> {
  const hooks: Record<string, string[]> = { ...request.getHooks()?.toObject() };
  return Object.fromEntries(
    Object.entries(hooks)
      .map(([when, names]): [string, string[]] => [when.replace(/List$/, ""), names])
      .filter(([, names]) => names.length > 0),
  );
}

/** The URN in a provider's reference. */
function withoutId(provider: string): string {
  return provider.replace(/::[^:]*$/, "");
}

/** What Docker, AWS, a registry, a random generator or an authority would make up. */
function computed(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  secretNames: string[],
): Record<string, unknown> {
  const named = { name: inputs.name ?? `${name}-1a2b3c4` };
  const outputs: Record<string, Record<string, unknown>> = {
    "docker:index/container:Container": named,
    "docker:index/network:Network": named,
    "docker:index/registryImage:RegistryImage": { sha256Digest: `sha256:${"d".repeat(64)}` },
    "docker:index/remoteImage:RemoteImage": {
      imageId: `sha256:id-of-${String(inputs.name)}`,
      // As of an image that was pulled; one that was built here has none.
      repoDigest: inputs.build ? "" : `digest-of-${String(inputs.name)}`,
    },
    "docker:index/secret:Secret": named,
    "docker:index/service:Service": named,
    "docker:index/serviceConfig:ServiceConfig": named,
    "docker:index/volume:Volume": named,
    "random:index/randomBytes:RandomBytes": { base64: Buffer.alloc(32, name).toString("base64") },
    "random:index/randomId:RandomId": { hex: `hex-of-${name}` },
    "random:index/randomPassword:RandomPassword": { result: `result-of-${name}` },
    "tls:index/certRequest:CertRequest": { certRequestPem: `request-of-${name}` },
    "tls:index/locallySignedCert:LocallySignedCert": { certPem: `certificate-of-${name}` },
    "tls:index/privateKey:PrivateKey": { privateKeyPem: `key-of-${name}` },
    "tls:index/selfSignedCert:SelfSignedCert": { certPem: `certificate-of-${name}` },
  };
  return Object.fromEntries(
    Object.entries(outputs[type] ?? awsComputed(type, name, inputs)).map(([key, value]) => [
      key,
      secretNames.includes(key) ? pulumi.secret(value) : value,
    ]),
  );
}

/** Metadata of a Kubernetes object: the provider names those without a name, in a preview already. */
function objectMetadata(name: string, inputs: Record<string, unknown>): object {
  return { name: `${name}-1a2b3c4d`, ...(inputs.metadata as object | undefined) };
}

function only(resources: Registration[], type: string, name?: string): Registration {
  const found = resources.filter(
    (resource) => resource.type === type && (name === undefined || resource.name === name),
  );
  if (found.length !== 1) {
    const all = resources.map((resource) => `${resource.type} ${resource.name}`).join("\n  ");
    throw new Error(`${found.length} resources are ${type} ${name ?? ""}; there are\n  ${all}`);
  }
  return found[0];
}
