import type * as k8s from "@pulumi/kubernetes/types/input";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { everyone } from "@tf-model-serving/core/internal/arguments/cidr";
import { selectorFor } from "../labels";
import { dnsRule, pods, tcp } from "../network/networkPolicies";
import { ResolvedKubernetesNotebookArgs } from "./kubernetesNotebookArgs";

const httpsPort = 443;
// RFC 1918, link-local addresses, where clouds keep their metadata, and the same of IPv6.
const notPublic = ["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];
const notPublicIpv6 = ["fc00::/7", "fe80::/10"];

/** Nobody in; the model's balancers, DNS and packages out. A forwarded port comes from the node. */
export function renderNotebookPolicy(
  args: ResolvedKubernetesNotebookArgs,
): k8s.networking.v1.NetworkPolicySpec {
  const https = [
    ...(args.internet
      ? [
          { ipBlock: { cidr: everyone, except: notPublic } },
          { ipBlock: { cidr: "::/0", except: notPublicIpv6 } },
        ]
      : []),
    ...(args.httpsCidrs ?? []).map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return {
    podSelector: { matchLabels: selectorFor("notebook", args.serviceName) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [
      dnsRule,
      { to: [pods("balancer", args.modelServiceName)], ports: tcp(ports.grpc, ports.rest) },
      ...(https.length > 0 ? [{ to: https, ports: tcp(httpsPort) }] : []),
    ],
  };
}
