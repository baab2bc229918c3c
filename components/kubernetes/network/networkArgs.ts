import { checkIpBlock } from "@tf-model-serving/core/internal/arguments/cidr";
import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  listOf,
  objectOf,
  recordOf,
  textThat,
  trueOrFalse,
} from "@tf-model-serving/core/internal/arguments/schema";
import { dnsLabel } from "../dnsNames";
import type { ResolvedKubernetesArgs } from "../kubernetesModelServiceArgs";

/**
 * Who may call the service besides pods of its namespace with the label
 * `<serviceName>.tfserving/client: "true"`. One that has `cidr` has nothing else.
 */
export interface NetworkClientArgs {
  /** Labels of the namespaces whose pods may call. @default - the service's own namespace */
  namespaceLabels?: Record<string, string>;

  /** Labels of the pods that may call. @default - every pod of these namespaces */
  podLabels?: Record<string, string>;

  /** Addresses that may call, such as `10.20.0.0/16`. @default - none */
  cidr?: string;
}

/** Who may reach the service. Policies hold where the cluster's network plugin enforces them. */
export interface KubernetesNetworkArgs {
  /** Who may call REST and gRPC. @default - pods of the namespace with the client label only */
  clients?: NetworkClientArgs[];

  /**
   * Namespace whose pods may read metrics: of the balancers at port 8404 and of the replicas at port
   * 8501, the port that also serves predictions. @default - nobody
   */
  monitoringNamespace?: string;

  /** Whether there are NetworkPolicies. @default true */
  policies?: boolean;
}

/** Schema of a KubernetesNetworkArgs. */
export const network = objectOf<KubernetesNetworkArgs>({
  clients: listOf(
    objectOf<NetworkClientArgs>({
      namespaceLabels: recordOf(anyText()).optional(),
      podLabels: recordOf(anyText()).optional(),
      cidr: textThat(checkIpBlock).optional(),
    }),
  ).optional(),
  monitoringNamespace: dnsLabel.optional(),
  policies: trueOrFalse().optional(),
});

type NetworkShape = Pick<ResolvedKubernetesArgs, "network" | "ingress" | "podMonitor">;

/** Everything about a service's network that would keep out whom it was made for. */
export function checkNetworkPolicies(shape: NetworkShape): Problem[] {
  const { clients = [], policies = true } = shape.network ?? {};
  return [
    ...clients.flatMap((client, index) => checkClient(`network.clients[${index}]`, client)),
    ...(policies ? checkOpenings(shape) : checkWithoutPolicies(shape)),
  ];
}

function checkClient(
  propertyPath: string,
  { namespaceLabels, podLabels, cidr }: NetworkClientArgs,
): Problem[] {
  if (cidr !== undefined) {
    return namespaceLabels || podLabels
      ? [
          {
            propertyPath,
            reason: "has cidr beside labels, and is either addresses or pods: make it two clients",
          },
        ]
      : [];
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
function checkOpenings({ network, ingress, podMonitor }: NetworkShape): Problem[] {
  const { clients = [], monitoringNamespace } = network ?? {};
  return [
    ...(ingress && ingress.controllerNamespace === undefined && clients.length === 0
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
