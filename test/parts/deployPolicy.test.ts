// The policies of the deploying role against what AWS itself says of actions, in copies that others
// keep. What the components need is held against them in test/unit/aws/deployPolicy.test.ts.
import { execFileSync } from "child_process";
import { beforeAll, expect, it } from "vitest";
import { motoPackages } from "../providers/aws/awsServer";
import { list, type Statement, statements } from "../support/deployPolicies";
import { type IamReference, iamReference } from "../support/iamReference";

let reference: IamReference;

const actions = [...new Set(statements.flatMap(({ Action }) => list(Action)))].sort();
const serviceOf = (action: string) => action.split(":")[0];

beforeAll(async () => {
  reference = await iamReference();
});

/** Types that an action can be held to, with AWS's ARN of each. */
function typesOf(action: string) {
  const service = serviceOf(action);
  return Object.entries(reference.action(action)?.resource_types ?? {}).flatMap(([type, facts]) => {
    const resource = reference.resource(service, type);
    return resource ? [{ type, ...facts, ...resource }] : [];
  });
}

it("names actions that AWS has, spelt as AWS does", () => {
  expect(actions.filter((action) => reference.action(action) === undefined)).toEqual([]);
});

it("holds each action to resources that it can be held to", () => {
  const wrong = statements.flatMap(({ Sid, Action, Resource }) =>
    list(Action)
      .filter(
        (action) =>
          !list(Resource).includes("*") &&
          !typesOf(action).some(({ arn }) => list(Resource).some((given) => meet(given, arn))),
      )
      .map((action) => `${Sid}: ${action}`),
  );
  expect(wrong).toEqual([]);
});

it("names no resource that none of a statement's actions can be held to", () => {
  const idle = statements.flatMap(({ Sid, Action, Resource }) =>
    list(Resource)
      .filter(
        (given) =>
          given !== "*" &&
          !list(Action).some((action) => typesOf(action).some(({ arn }) => meet(given, arn))),
      )
      .map((given) => `${Sid}: ${given}`),
  );
  expect(idle).toEqual([]);
});

it("allows an action on every kind of resource that a call of it must name", () => {
  const given = (action: string) =>
    statements
      .filter(({ Action }) => list(Action).includes(action))
      .flatMap((each) => list(each.Resource));
  const missing = actions.flatMap((action) =>
    typesOf(action)
      .filter(({ required, arn }) => required && !given(action).some((one) => meet(one, arn)))
      .map(({ type }) => `${action} on ${type}`),
  );
  expect(missing).toEqual([]);
});

it("sets conditions that AWS knows of the actions or of what they are on", () => {
  const wrong = statements.flatMap((statement) =>
    list(statement.Action).flatMap((action) =>
      keysIn(statement)
        .filter((key) => !knownKeys(action).has(key))
        .map((key) => `${statement.Sid}: ${action} with ${key}`),
    ),
  );
  expect(wrong).toEqual([]);
});

/** What an action calls besides only where something is used that no component has. */
const unused = [
  // An AMI that a parameter names; the components look parameters up themselves.
  "ssm:GetParameters",
  // Web ACLs of what is no load balancer, and rule groups of another account.
  ...["amplify", "apigateway", "apprunner", "appsync", "cognito-idp"].map((name) => `${name}:`),
  ...["ec2:AssociateVerifiedAccess", "ec2:DisassociateVerifiedAccess", "ec2:GetVerifiedAccess"],
  ...["wafv2:GetPermissionPolicy", "wafv2:PutPermissionPolicy"],
];

it("allows what AWS says that its actions call besides", () => {
  const besides = actions.flatMap((action) =>
    Object.values(reference.action(action)?.resource_types ?? {}).flatMap(({ dependent_actions }) =>
      dependent_actions.map((dependent) => ({ action, dependent })),
    ),
  );
  const missing = besides.filter(
    ({ dependent }) =>
      !actions.includes(dependent) && !unused.some((start) => dependent.startsWith(start)),
  );
  expect(missing).toEqual([]);
});

/** What Elastic Load Balancing looks for where there is something that no component makes. */
const notLookedFor =
  /ClassicLink|Coip|VpcPeering|GetSecurityGroupsForVpc|DescribeAvailabilityZones|^cognito-idp:/;

it("allows what Elastic Load Balancing looks up with the rights of its caller", async () => {
  const managed = JSON.parse(
    execFileSync("python3", ["-c", printManagedPolicy, "ElasticLoadBalancingFullAccess"], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: await motoPackages() },
    }),
  ) as { Statement: Statement[] };
  const lookUps = managed.Statement.flatMap(({ Action }) => list(Action)).filter(
    (action) => action.startsWith("ec2:") && !notLookedFor.test(action),
  );
  expect(lookUps).toContain("ec2:DescribeAccountAttributes");
  expect(lookUps.filter((action) => !actions.includes(action))).toEqual([]);
});

/** AWS's own policies, as moto has them. */
const printManagedPolicy = `
import json, sys
from moto.iam.aws_managed_policies import aws_managed_policies_data
print(json.dumps(json.loads(aws_managed_policies_data)[sys.argv[1]]["Document"]))
`;

/** Condition keys of a statement, without the tags that they name, as AWS lists them. */
function keysIn({ Condition = {} }: Statement): string[] {
  return Object.values(Condition)
    .flatMap((values) => Object.keys(values))
    .map((key) => key.replace(/Tag\/.*/, "Tag/${TagKey}").toLowerCase());
}

function knownKeys(action: string): Set<string> {
  const own = Object.values(reference.action(action)?.resource_types ?? {});
  const keys = [...own, ...typesOf(action)].flatMap(({ condition_keys }) => condition_keys);
  const ofResources = typesOf(action).flatMap(
    ({ type }) => reference.resource(serviceOf(action), type)?.condition_keys ?? [],
  );
  return new Set([...keys, ...ofResources].map((key) => key.toLowerCase()));
}

/** Whether there is an ARN that a pattern of a policy and AWS's template both stand for. */
function meet(pattern: string, template: string): boolean {
  const other = template.replace(/\$\{[^}]*\}/g, "*");
  const known = new Map<string, boolean>();
  const from = (left: number, right: number): boolean => {
    const key = `${left},${right}`;
    if (!known.has(key)) {
      known.set(key, step(left, right));
    }
    return known.get(key)!;
  };
  const step = (left: number, right: number): boolean => {
    if (pattern[left] === "*") {
      return from(left + 1, right) || (right < other.length && from(left, right + 1));
    }
    if (other[right] === "*") {
      return from(left, right + 1) || (left < pattern.length && from(left + 1, right));
    }
    return left === pattern.length || right === other.length
      ? left === pattern.length && right === other.length
      : pattern[left] === other[right] && from(left + 1, right + 1);
  };
  return from(0, 0);
}
