import { type Finding, listOf, type Resource, type ResourceRule, unknown } from "../rule";

const anywhere = ["0.0.0.0/0", "::/0"];
/** Addresses with which Docker listens on every interface; that of a port without one as well. */
const everyInterface = ["", "0.0.0.0", "::", "[::]"];
/** Annotations with which a cloud's load balancer gets addresses of the private network only. */
const internalAnnotations: Record<string, string> = {
  "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
  "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
  "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
  "networking.gke.io/load-balancer-type": "internal",
};

/** What opens a service to everybody, by type: security groups, load balancers, published ports. */
const checks: Record<string, (props: Resource["props"]) => Finding[]> = {
  "aws:ec2/securityGroup:SecurityGroup": ({ ingress }) =>
    listOf(ingress).flatMap((one) => openBlocks([one.cidrBlocks, one.ipv6CidrBlocks])),
  "aws:ec2/securityGroupRule:SecurityGroupRule": ({ type, cidrBlocks, ipv6CidrBlocks }) =>
    type === "ingress" ? openBlocks([cidrBlocks, ipv6CidrBlocks]) : [],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ({ cidrIpv4, cidrIpv6 }) =>
    openBlocks([cidrIpv4, cidrIpv6]),
  "aws:lb/loadBalancer:LoadBalancer": publicLoadBalancer,
  "aws:alb/loadBalancer:LoadBalancer": publicLoadBalancer,
  "docker:index/container:Container": ({ ports, publishAllPorts }) => [
    ...listOf(ports)
      .filter(({ ip }) => ip !== unknown && everyInterface.includes(ip ?? ""))
      .map(({ internal }) => published(`port ${String(internal)}`, "Give the port ip 127.0.0.1")),
    ...(publishAllPorts === true
      ? [published("every exposed port", "Publish single ports, with ip 127.0.0.1")]
      : []),
  ],
  "docker:index/service:Service": ({ endpointSpec }) =>
    listOf(endpointSpec?.ports)
      .filter(({ publishedPort }) => publishedPort)
      .map(({ publishedPort }) =>
        published(
          `port ${String(publishedPort)}`,
          "Publish none, and put what calls on its network",
        ),
      ),
  "kubernetes:core/v1:Service": ({ metadata, spec }) => publicService(metadata, spec),
  "kubernetes:networking.k8s.io/v1:Ingress": () => [route("an Ingress")],
};

/**
 * Without an entry in `reasons` nothing may be reached by everybody: whoever lets a model be called from
 * anywhere says in writing why.
 */
export const noPublicIngress: ResourceRule = {
  name: "no-public-ingress",
  description: "Nothing is open to everybody without a written reason.",
  level: "mandatory",
  config: {},
  check: ({ type, props }) => {
    const gateway = /^kubernetes:gateway\.networking\.k8s\.io\/\w+:Gateway$/.test(type);
    const found = gateway ? [route("a Gateway")] : (checks[type]?.(props) ?? []);
    return found.map(({ wrong, fix }) => ({
      wrong,
      fix: `${fix}, or write the reason below no-public-ingress.reasons`,
    }));
  },
};

function openBlocks(blocks: unknown[]): Finding[] {
  return blocks
    .flatMap(listOf)
    .filter((block) => anywhere.includes(block))
    .map((block) => ({
      wrong: `lets in ${block}, which is everybody`,
      fix: "Name the networks that call",
    }));
}

function publicLoadBalancer({ internal }: Resource["props"]): Finding[] {
  return internal === true || internal === unknown
    ? []
    : [{ wrong: "faces the internet", fix: "Set internal: true" }];
}

function publicService(metadata: Resource["props"], spec: Resource["props"]): Finding[] {
  const type = spec?.type;
  const annotations = Object.entries(metadata?.annotations ?? {});
  const isInternal = annotations.some(
    ([key, value]) => internalAnnotations[key] === String(value).toLowerCase(),
  );
  const ranges = listOf(spec?.loadBalancerSourceRanges);
  const isLimited = ranges.length > 0 && !ranges.some((range) => anywhere.includes(range));
  return type === "NodePort" || (type === "LoadBalancer" && !isInternal && !isLimited)
    ? [{ wrong: `is of type ${type}, open outside the cluster`, fix: "Use type ClusterIP" }]
    : [];
}

function published(what: string, fix: string): Finding {
  return { wrong: `publishes ${what} on every interface of its machine`, fix };
}

function route(what: string): Finding {
  return { wrong: `is ${what}, a way in from outside the cluster`, fix: "Take it out" };
}
