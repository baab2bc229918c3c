import {
  type PolicyResource,
  type ResourceValidationArgs,
  Secret,
  type StackValidationArgs,
} from "@pulumi/policy";
import { expect, it } from "vitest";

import { asPolicy, asStackPolicy } from "../../policy/pack";
import { resourceRules, stackRules } from "../../policy/rules";
import { type Registration, secretValue } from "./mocks";

/** What the policy pack's config file says, by rule. */
export type PolicyConfig = Record<string, object>;

/** A resource as a test writes it; its name is "it". */
export interface Declared {
  type: string;
  props: object;
  provider?: object;
}

/** What a test calls it, a resource, the config, and parts of all that the pack says of it. */
export type PolicyCase = [
  title: string,
  declared: Declared,
  config: PolicyConfig,
  ...said: string[],
];

/** A test for each case. */
export function checkPolicies(cases: PolicyCase[]): void {
  it.each(cases)("%s", (_, declared, config, ...said) => {
    const told = violationsOf([policyResource(declared)], config);
    expect(told).toEqual(said.map((text) => expect.stringContaining(text) as string));
  });
}

/** A resource of AWS by the type's module and file, such as `sns/topic`. */
export function aws(type: string, props: object, provider?: object): Declared {
  const name = type.split("/")[1].replace(/^./, (first) => first.toUpperCase());
  return { type: `aws:${type}:${name}`, props, provider };
}

/** A container of Docker, with a sound image unless the test gives another one. */
export function dockerContainer(props: object): Declared {
  return { type: "docker:index/container:Container", props: { image: soundImage, ...props } };
}

/** A Service of Kubernetes. */
export function kubernetesService(spec: object, annotations: object = {}): Declared {
  return { type: "kubernetes:core/v1:Service", props: { metadata: { annotations }, spec } };
}

export const soundImage = `nginx@sha256:${"0a".repeat(32)}`;

/** What the policies of the pack say of a stack's resources, as `<policy>: <message>`. */
export function violationsOf(
  resources: readonly PolicyResource[],
  config: PolicyConfig = {},
): string[] {
  const said: string[] = [];
  const reporter = (policy: string) => (message: unknown) =>
    void said.push(`${policy}: ${String(message)}`);
  for (const policy of resourceRules.map(asPolicy)) {
    for (const resource of resources) {
      const getConfig = () => config[policy.name] ?? {};
      const args = { ...resource, getConfig } as unknown as ResourceValidationArgs;
      void policy.remediateResource?.(args);
      const validate = policy.validateResource as (args: object, report: object) => void;
      validate({ ...args, props: unpacked(resource.props) }, reporter(policy.name));
    }
  }
  for (const policy of stackRules.map(asStackPolicy)) {
    const getConfig = () => config[policy.name] ?? {};
    const args = { resources, getConfig } as unknown as StackValidationArgs;
    void policy.validateStack(args, reporter(policy.name));
  }
  return said;
}

/** A resource as Pulumi gives it to policies. */
export function policyResource(
  { type, props, provider }: Declared,
  name = "it",
  urn = `urn:pulumi:dev::tfserving::${type}::${name}`,
): PolicyResource {
  return { type, name, urn, props, provider: { props: provider } } as unknown as PolicyResource;
}

/** A resource that a program has registered, in a stack of that name. */
export function registered(resource: Registration, stack: string): PolicyResource {
  const urn = resource.urn.replace("urn:pulumi:dev::", `urn:pulumi:${stack}::`);
  return policyResource(
    { type: resource.type, props: marked(resource.inputs) as object },
    resource.name,
    urn,
  );
}

/** Inputs as they are on the wire, with secrets as a remediation has them. */
function marked(value: unknown): unknown {
  const content = secretValue(value);
  return content === value ? mapped(value, marked) : new Secret(marked(content));
}

/** The same as every other policy has them. */
function unpacked(value: unknown): unknown {
  return value instanceof Secret ? unpacked(value.value) : mapped(value, unpacked);
}

function mapped(value: unknown, each: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(each);
  }
  return value instanceof Object
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one)]))
    : value;
}
