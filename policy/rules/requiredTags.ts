import { listOf, type Resource, type ResourceRule, unknown } from "../rule";

interface Config {
  awsTags?: string[];
  dockerLabels?: string[];
  kubernetesLabels?: string[];
}

type Tags = Record<string, unknown>;

const list = (what: string) => ({
  type: "array" as const,
  items: { type: "string" as const },
  description: `keys that each ${what} has to have`,
  default: [],
});

/** What costs money, holds data or gives access on AWS, and takes tags. */
export const taggedOnAws = [
  "autoscaling/group:Group",
  "cloudwatch/logGroup:LogGroup",
  "ebs/volume:Volume",
  "ec2/instance:Instance",
  "ec2/launchTemplate:LaunchTemplate",
  "ec2/securityGroup:SecurityGroup",
  "ec2/vpc:Vpc",
  "ec2/vpcEndpoint:VpcEndpoint",
  "ecr/repository:Repository",
  "ecs/cluster:Cluster",
  "ecs/service:Service",
  "ecs/taskDefinition:TaskDefinition",
  "efs/fileSystem:FileSystem",
  "iam/role:Role",
  "kms/key:Key",
  "lb/loadBalancer:LoadBalancer",
  "lb/targetGroup:TargetGroup",
  "s3/bucket:Bucket",
  "secretsmanager/secret:Secret",
  "sns/topic:Topic",
];
const labelledByDocker = /^docker:index\/(container|network|service|volume):/;

/** Tags and labels by which a bill, an alarm or a clean-up finds whose a resource is. */
export const requiredTags: ResourceRule<Config> = {
  name: "required-tags",
  description: "Resources have the tags and labels that the config demands.",
  level: "mandatory",
  config: {
    awsTags: list("taggable resource of AWS"),
    dockerLabels: list("Docker container, network, service and volume"),
    kubernetesLabels: list("object of Kubernetes"),
  },
  check: (resource, config) => {
    const { what, wanted, tags } = tagging(resource, config) ?? {};
    const missing = tags ? listOf(wanted).filter((key) => !tags[key]) : [];
    return missing.length === 0
      ? []
      : [
          {
            wrong: `has no ${what} ${missing.join(", ")}`,
            fix: `Set ${missing.length > 1 ? "them" : "it"} on the resource`,
          },
        ];
  },
};

/** The tags of a resource; undefined for one that takes none, or whose tags are not known yet. */
function tagging(resource: Resource, { awsTags, dockerLabels, kubernetesLabels }: Config) {
  const { type, props } = resource;
  if (type.startsWith("aws:") && taggedOnAws.includes(type.slice("aws:".length))) {
    return { what: "tag", wanted: awsTags, tags: awsTagsOf(resource) };
  }
  if (labelledByDocker.test(type)) {
    return { what: "label", wanted: dockerLabels, tags: byKey(props.labels, "label") };
  }
  return type.startsWith("kubernetes:") && props.metadata
    ? { what: "label", wanted: kubernetesLabels, tags: plain(props.metadata.labels) }
    : undefined;
}

/** Its own tags over those that its provider gives to everything. */
function awsTagsOf({ props, provider }: Resource): Tags | undefined {
  if (Array.isArray(props.tags)) {
    return byKey(props.tags, "key");
  }
  const defaults = plain(provider.defaultTags)?.tags;
  const all = [plain(defaults), plain(props.tagsAll), plain(props.tags)];
  return all.includes(undefined) ? undefined : Object.assign({}, ...all);
}

/** A list of objects, each with a key and a value. */
function byKey(entries: unknown, key: string): Tags | undefined {
  return entries === unknown
    ? undefined
    : Object.fromEntries(listOf(entries).map((one) => [one[key], one.value]));
}

/** Undefined for what is not known yet. */
function plain(tags: unknown): Tags | undefined {
  return tags === unknown ? undefined : ((tags ?? {}) as Tags);
}
