import { checkIpBlock } from "../../core/cidr";
import { Problem } from "../../core/problem";
import { checkDnsLabel } from "../dnsNames";
import { NetworkClientArgs, ResolvedKubernetesArgs } from "../kubernetesModelServiceArgs";

type NetworkShape = Pick<ResolvedKubernetesArgs, "network" | "ingress" | "gateway" | "podMonitor">;

/** Everything about a service's network that would be refused, or keep out whom it was made for. */
export function checkNetworkPolicies(shape: NetworkShape): Problem[] {
  const { clients = [], monitoringNamespace, policies = true } = shape.network ?? {};
  return [
    ...clients.flatMap((client, index) => checkClient(`network.clients[${index}]`, client)),
    ...(monitoringNamespace === undefined
      ? []
      : checkDnsLabel("network.monitoringNamespace", monitoringNamespace)),
    ...(policies ? checkOpenings(shape) : checkWithoutPolicies(shape)),
  ];
}

function checkClient(propertyPath: string, client: NetworkClientArgs): Problem[] {
  const { namespaceLabels, podLabels, cidr } = client;
  if (cidr !== undefined) {
    return namespaceLabels || podLabels
      ? [
          {
            propertyPath,
            reason: "has cidr beside labels, and is either addresses or pods: make it two clients",
          },
        ]
      : checkIpBlock(`${propertyPath}.cidr`, cidr);
  }
  const labels = { ...namespaceLabels, ...podLabels };
  return Object.keys(labels).length > 0
    ? []
    : [
        {
          propertyPath,
          reason:
            "names no label and no cidr, and would be everybody: give namespaceLabels, podLabels or cidr",
        },
      ];
}

/** Who is asked to bring requests or to read metrics, and could not. */
function checkOpenings({ network, ingress, gateway, podMonitor }: NetworkShape): Problem[] {
  const { clients = [], monitoringNamespace } = network ?? {};
  const controller = ingress?.controllerNamespace;
  return [
    ...(controller === undefined ? [] : checkDnsLabel("ingress.controllerNamespace", controller)),
    ...(gateway?.namespace === undefined
      ? []
      : checkDnsLabel("gateway.namespace", gateway.namespace)),
    ...(ingress && controller === undefined && clients.length === 0
      ? [
          {
            propertyPath: "ingress.controllerNamespace",
            reason:
              "is missing, so the NetworkPolicies would keep the Ingress controller out: name the namespace " +
              "of its pods, or what it is in network.clients",
          },
        ]
      : []),
    ...(podMonitor && monitoringNamespace === undefined
      ? [
          {
            propertyPath: "network.monitoringNamespace",
            reason:
              "is missing, so the NetworkPolicies would keep Prometheus away from what podMonitor names: " +
              "name the namespace of its pods",
          },
        ]
      : []),
  ];
}

function checkWithoutPolicies({ network, ingress }: NetworkShape): Problem[] {
  const useless = {
    "network.clients": network?.clients,
    "network.monitoringNamespace": network?.monitoringNamespace,
    "ingress.controllerNamespace": ingress?.controllerNamespace,
  };
  return Object.entries(useless)
    .filter(([, value]) => value !== undefined)
    .map(([propertyPath]) => ({
      propertyPath,
      reason: "has no effect while network.policies is false: leave it out",
    }));
}
