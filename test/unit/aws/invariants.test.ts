import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";

import * as engine from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import { account } from "../../support/awsMocks";
import { type Registration, secretValue, urn } from "../../support/mocks";
import * as components from "./awsComponents";
import { type Made, make, ownProvider, statements } from "./awsComponents";
import { everything, settings } from "./awsSettings";

type Component = keyof typeof settings;
type Create = (args: object, opts?: pulumi.ComponentResourceOptions) => pulumi.Resource;
type Settings = { tags?: object; public?: boolean; [name: string]: unknown };
type Drawn = Made<pulumi.Resource> & { args: Settings };

/** Kinds that have no tags in AWS; a group of instances has its own form of them. */
const untaggable = [
  ...["BackupPolicy", "BucketLifecycleConfiguration", "BucketOwnershipControls", "BucketPolicy"],
  ...["BucketPublicAccessBlock", "BucketServerSideEncryptionConfiguration"],
  ...["ClusterCapacityProviders", "Dashboard", "EipAssociation", "FileSystemPolicy", "Group"],
  ...["LifecyclePolicy", "MountTarget", "Policy", "Record", "RolePolicy", "RolePolicyAttachment"],
  ...["Schedule", "SecretVersion", "TopicPolicy", "TopicSubscription", "VolumeAttachment"],
  ...["WebAclAssociation"],
];

/** Actions for which AWS knows no resource. */
const open =
  /^(ecr:GetAuthorizationToken|ecs:DiscoverPollEndpoint|ssm:UpdateInstanceInformation|ssmmessages:\w+)$/;

beforeEach(() => {
  vi.spyOn(engine, "engineAnswers").mockResolvedValue();
  vi.spyOn(files, "writeSshFiles").mockReturnValue();
});

describe.each(Object.keys(settings) as Component[])(
  "whatever the settings: %s",
  { timeout: 60_000 },
  (name) => {
    const of: Settings[] = settings[name];
    const drawn = [[], of, ...fc.sample(fc.subarray(of), 3)].map((parts) => everything(parts));
    let made: Promise<Drawn[]>;

    async function makeAll(): Promise<Drawn[]> {
      const all: Drawn[] = [];
      for (const args of drawn) {
        const create = () => (components[name] as Create)(args, { providers: [ownProvider()] });
        all.push({ args, ...(await make(create)) });
      }
      return all;
    }

    /** Holds for every resource in AWS; the first test makes them, since Pulumi's mocks belong to one. */
    async function always(check: (one: Registration, kind: string, of: Drawn) => void) {
      made ??= makeAll();
      for (const drawn of await made) {
        for (const found of drawn.all()) {
          try {
            check(found, found.type.split(":")[2], drawn);
          } catch (error) {
            const settings = JSON.stringify(drawn.args);
            throw new Error(`${found.type} ${found.name} with ${settings}`, { cause: error });
          }
        }
      }
    }

    it("resources and look-ups are the component's, with its provider", () =>
      always(({ parent, provider }, _, { recording }) => {
        expect(parent).toMatch(/^urn:pulumi:dev::tfserving::tfserving-aws:index:\w+::\w+$/);
        const called = recording.calls.map((call) => call.provider);
        expect(new Set([provider, ...called])).toEqual(
          new Set([urn("pulumi:providers:aws", "aws")]),
        );
      }));

    it("tags say stack, part and what the caller says, on everything that can have some", () =>
      always(({ inputs }, kind, { args }) => {
        const own = { ...args.tags, "tfserving:stack": "tfserving/dev" };
        if (kind === "Group") {
          for (const [key, value] of Object.entries(own)) {
            expect(inputs.tags).toContainEqual({ key, value, propagateAtLaunch: true });
          }
        } else if (!untaggable.includes(kind)) {
          expect(inputs.tags).toMatchObject({ ...own, "tfserving:component": expect.any(String) });
        }
      }));

    it("roles may do named things with named resources, for services of this account", () =>
      always(({ inputs }, kind) => {
        if (kind === "RolePolicy") {
          for (const { Effect, Action, Resource } of statements(inputs.policy)) {
            const actions = [Action].flat().map(String);
            expect(Effect).toBe("Allow");
            expect(actions.filter((action) => action.includes("*"))).toEqual([]);
            if ([Resource].flat().includes("*")) {
              expect(actions.filter((action) => !open.test(action))).toEqual([]);
            }
          }
        }
        if (kind === "Role") {
          const [{ Principal, Condition }] = statements(inputs.assumeRolePolicy);
          const { Service } = Principal as { Service: string };
          if (Service !== "ec2.amazonaws.com") {
            expect(Condition).toMatchObject({ StringEquals: { "aws:SourceAccount": account } });
          }
        }
      }));

    it("nothing is open to everyone, and nothing has a public address unasked", () =>
      always(({ inputs }, kind, { args }) => {
        const shown = JSON.stringify(inputs);
        if (kind === "SecurityGroup") {
          expect(Object.keys(inputs).sort()).toEqual(["description", "tags", "vpcId"]);
        }
        if (kind === "SecurityGroupIngressRule") {
          expect(shown).not.toContain("0.0.0.0/0");
          expect(inputs.fromPort).toBe(inputs.toPort);
        }
        if (["LoadBalancer", "Instance", "Service"].includes(kind)) {
          const isPublic = /"(internal":false|(assignPublicIp|associatePublicIpAddress)":true)/;
          expect(isPublic.test(shown)).toBe(args.public === true);
        }
      }));

    it("secrets are nowhere but in Secrets Manager, and marked there", () =>
      always(({ inputs }, kind) => {
        const { secretString, ...others } = inputs;
        expect(JSON.stringify(others)).not.toMatch(/result-of-|PRIVATE KEY|lovelace/);
        expect(secretValue(secretString) !== secretString).toBe(kind === "SecretVersion");
      }));
  },
);

it.each<[Component, string[], object]>([
  ["repository", ["Repository", "LifecyclePolicy"], { retainOnDestroy: false }],
  ["notebook", ["FileSystem", "AccessPoint"], { retainOnDestroy: false }],
  ["host", ["Volume"], { keepData: false }],
  [
    "endpoint",
    [
      ...["Bucket", "BucketPolicy", "BucketPublicAccessBlock", "BucketOwnershipControls"],
      ...["BucketServerSideEncryptionConfiguration", "BucketLifecycleConfiguration"],
    ],
    { retainLogsOnDestroy: false },
  ],
])("data of component %s outlives the stack, unless it may go", async (name, kinds, args) => {
  for (const [kept, given] of [
    [true, {}],
    [false, args],
  ] as const) {
    const { find } = await make(components[name] as Create, given);
    for (const kind of kinds) {
      expect(find(kind).retainOnDelete, kind).toBe(kept);
    }
  }
});
