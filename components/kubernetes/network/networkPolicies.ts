import * as networking from "@pulumi/kubernetes/networking/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { ResolvedKubernetesArgs } from "../kubernetesModelServiceArgs";
import { NetworkClientArgs } from "./networkArgs";
import { KubernetesGatewayArgs } from "./routeArgs";
import { KubernetesPart, partsOf, selectorFor } from "../labels";
import { metadataOf } from "../metadata";

/** Label that every namespace has: its name. */
const namespaceName = "kubernetes.io/metadata.name";
/**
 * Label of the pods that carry out a Gateway, where the implementation runs some for it.
 * @see https://gateway-api.sigs.k8s.io/geps/gep-1762/
 */
const gatewayName = "gateway.networking.k8s.io/gateway-name";
/**
 * Where NodeLocal DNSCache listens.
 * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
const nodeLocalDns = "169.254.20.10/32";
const dnsPort = 53;

type Peer = k8s.networking.v1.NetworkPolicyPeer;
type Policy = k8s.networking.v1.NetworkPolicySpec;
/** What of a service's arguments its policies follow from. */
export type PolicyArgs = Pick<
  ResolvedKubernetesArgs,
  "serviceName" | "network" | "ingress" | "gateway" | "canary"
>;

/** The label that lets pods of the service's namespace call it; its value is "true". */
export function clientLabel(serviceName: string): string {
  return `${serviceName}.tfserving/client`;
}

/** Closes replicas and balancers to everybody who is not named, and to the outside. */
export function createNetworkPolicies(
  name: string,
  args: ResolvedKubernetesArgs,
  parent: pulumi.Resource,
): void {
  if (args.network?.policies === false) {
    return;
  }
  for (const part of partsOf(args)) {
    new networking.NetworkPolicy(
      `${name}-${part}`,
      {
        metadata: metadataOf(part, args),
        spec: part === "balancer" ? renderBalancerPolicy(args) : renderReplicaPolicy(part, args),
      },
      { parent },
    );
  }
}

/**
 * Replicas: balancers in, and nothing out. The kubelet's probes need no rule: traffic between a pod
 * and its own node is always allowed.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
function renderReplicaPolicy(part: KubernetesPart, { serviceName, network }: PolicyArgs): Policy {
  return {
    podSelector: { matchLabels: selectorFor(part, serviceName) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [pods("balancer", serviceName)], ports: tcp(ports.grpc, ports.rest, ports.health) },
      ...monitoring(network?.monitoringNamespace, ports.rest),
    ],
    egress: [],
  };
}

/**
 * Balancers: clients in, replicas and DNS out. Canary replicas too, even where there are none: a rule
 * that went before the balancers that still use it would cut them off.
 */
export function renderBalancerPolicy(args: PolicyArgs): Policy {
  const { serviceName, network } = args;
  return {
    podSelector: { matchLabels: selectorFor("balancer", serviceName) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: clientsOf(args), ports: tcp(ports.grpc, ports.rest) },
      ...monitoring(network?.monitoringNamespace, ports.balancerStatistics),
    ],
    egress: [
      dnsRule,
      {
        to: [pods("replica", serviceName), pods("canary", serviceName)],
        ports: tcp(ports.grpc, ports.rest, ports.health),
      },
    ],
  };
}

/**
 * DNS inside the cluster: at any of its pods, since distributions run theirs in different namespaces,
 * or at the node's cache.
 */
export const dnsRule = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: nodeLocalDns } }],
  ports: [
    { protocol: "UDP", port: dnsPort },
    { protocol: "TCP", port: dnsPort },
  ],
} satisfies k8s.networking.v1.NetworkPolicyEgressRule;

/** The pods of a part, in the policy's own namespace. */
export function pods(part: KubernetesPart, serviceName: string): Peer {
  return { podSelector: { matchLabels: selectorFor(part, serviceName) } };
}

/** Ports of a rule. */
export function tcp(...numbers: number[]): k8s.networking.v1.NetworkPolicyPort[] {
  return numbers.map((port) => ({ protocol: "TCP", port }));
}

function clientsOf({ serviceName, network, ingress, gateway }: PolicyArgs): Peer[] {
  return [
    { podSelector: { matchLabels: { [clientLabel(serviceName)]: "true" } } },
    ...(network?.clients ?? []).map(clientPeer),
    ...(ingress?.controllerNamespace ? [inNamespace(ingress.controllerNamespace)] : []),
    ...(gateway ? [gatewayPeer(gateway)] : []),
  ];
}

/** Both selectors in one peer: pods with these labels in namespaces with those. */
function clientPeer({ namespaceLabels, podLabels, cidr }: NetworkClientArgs): Peer {
  return cidr
    ? { ipBlock: { cidr } }
    : {
        ...(namespaceLabels ? { namespaceSelector: { matchLabels: namespaceLabels } } : {}),
        ...(podLabels ? { podSelector: { matchLabels: podLabels } } : {}),
      };
}

/** The service's own namespace holds other pods than the Gateway's. */
function gatewayPeer({ name, namespace }: KubernetesGatewayArgs): Peer {
  return namespace
    ? inNamespace(namespace)
    : { podSelector: { matchLabels: { [gatewayName]: name } } };
}

function inNamespace(namespace: string): Peer {
  return { namespaceSelector: { matchLabels: { [namespaceName]: namespace } } };
}

function monitoring(
  namespace: string | undefined,
  port: number,
): k8s.networking.v1.NetworkPolicyIngressRule[] {
  return namespace ? [{ from: [inNamespace(namespace)], ports: tcp(port) }] : [];
}
