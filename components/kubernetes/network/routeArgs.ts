import * as pulumi from "@pulumi/pulumi";
import { nearestName } from "@tf-model-serving/core/internal/arguments/nearestName";
import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  judgedBy,
  laterOr,
  listOf,
  objectOf,
  problemsOf,
  recordOf,
  textLike,
} from "@tf-model-serving/core/internal/arguments/schema";
import { dnsLabel, hostName, hostsOverlap } from "../dnsNames";
import type { KubernetesCluster } from "../cluster/inspectCluster";
import type { ResolvedKubernetesArgs } from "../kubernetesModelServiceArgs";
import { gatewayApi, modelsPath } from "./routes";

/**
 * An Ingress for REST. gRPC through an Ingress differs between controllers: use `gateway` for it.
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export interface KubernetesIngressArgs {
  /** IngressClass by name. */
  className: string;

  /** Host name of the rule, such as `models.example.com`. */
  host: string;

  /** Secret of the namespace with the certificate for `host`. @default - HTTP without TLS */
  tlsSecretName?: pulumi.Input<string>;

  /**
   * Path that `annotations` make the Ingress controller rewrite; it understands it in its own way
   * (path type ImplementationSpecific). @default - "/v1/models" and what is below it, as it is
   */
  path?: string;

  /** Annotations for the Ingress controller. @default - none */
  annotations?: Record<string, string>;

  /** Namespace of the Ingress controller's pods, which may then call. @default - see `network.clients` */
  controllerNamespace?: string;
}

/**
 * Routes on a Gateway of the Gateway API: an HTTPRoute for REST, a GRPCRoute for gRPC. TLS ends at
 * the Gateway's listeners.
 * @see https://gateway-api.sigs.k8s.io/
 */
export interface KubernetesGatewayArgs {
  /** Gateway by name. It has to allow routes from the service's namespace. */
  name: string;

  /**
   * Namespace of the Gateway, whose pods may then call. An implementation whose pods are elsewhere,
   * or have no label `gateway.networking.k8s.io/gateway-name` in the service's own namespace, is one
   * of `network.clients`. @default - the service's own
   */
  namespace?: string;

  /** Listener of the Gateway. @default - every listener that takes the routes */
  sectionName?: string;

  /** Host names of the HTTPRoute. @default - those of the listeners */
  hostnames?: string[];

  /**
   * Host names of the GRPCRoute; not those of the HTTPRoute, which would conflict on a listener.
   * @default - there is no GRPCRoute
   */
  grpcHostnames?: string[];
}

/** Schema of a KubernetesIngressArgs. */
export const ingress = objectOf<KubernetesIngressArgs>({
  className: anyText(),
  host: hostName,
  tlsSecretName: laterOr(anyText()).optional(),
  path: textLike(/^\//, "begin it with /").optional(),
  annotations: recordOf(anyText()).optional(),
  controllerNamespace: dnsLabel.optional(),
});

// Of a route: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec
const mostHostNames = 16;

const someHostNames = judgedBy((names: unknown) =>
  Array.isArray(names) && (names.length === 0 || names.length > mostHostNames)
    ? [
        {
          propertyPath: "",
          reason: `has ${names.length} host names: give 1 to ${mostHostNames}, or leave it out`,
        },
      ]
    : problemsOf(listOf(hostName), names),
);

/** Schema of a KubernetesGatewayArgs. */
export const gateway = objectOf<KubernetesGatewayArgs>({
  name: dnsLabel,
  namespace: dnsLabel.optional(),
  sectionName: dnsLabel.optional(),
  hostnames: someHostNames.optional(),
  grpcHostnames: someHostNames.optional(),
});

/** Everything about the routes that would be refused, or accepted and lead nowhere. */
export function checkRoutes({
  ingress,
  gateway,
  cluster,
}: Pick<ResolvedKubernetesArgs, "ingress" | "gateway" | "cluster">): Problem[] {
  return [
    ...(ingress ? checkIngress(ingress, cluster) : []),
    ...(gateway ? checkGateway(gateway, cluster) : []),
  ];
}

function checkIngress(
  { className, path, annotations = {} }: KubernetesIngressArgs,
  cluster?: KubernetesCluster,
): Problem[] {
  const problems: Problem[] = [];
  const known = cluster?.ingressClasses;
  if (known && !known.includes(className)) {
    const near = nearestName(className, known);
    problems.push({
      propertyPath: "ingress.className",
      reason:
        `is "${className}", which the cluster does not have` +
        (near
          ? `; did you mean "${near}"?`
          : `; it has ${known.join(", ") || "none: install an Ingress controller"}`),
    });
  }
  if (path !== undefined && Object.keys(annotations).length === 0) {
    problems.push({
      propertyPath: "ingress.path",
      reason:
        `is "${path}", and nothing rewrites it: leave it out for ${modelsPath}, or give the annotations ` +
        "by which the Ingress controller makes that of it",
    });
  }
  return problems;
}

function checkGateway(
  { hostnames, grpcHostnames }: KubernetesGatewayArgs,
  cluster?: KubernetesCluster,
): Problem[] {
  const problems = checkConflict(hostnames, grpcHostnames);
  if (cluster && !cluster.apiVersions.includes(gatewayApi)) {
    problems.push({
      propertyPath: "gateway",
      reason:
        `is given, and the cluster at ${cluster.server} does not know ${gatewayApi}: install the Gateway ` +
        "API's CRDs and an implementation, or use ingress",
    });
  }
  return problems;
}

/** Of an HTTPRoute and a GRPCRoute with a host name in common a listener accepts only one. */
function checkConflict(hostnames?: string[], grpcHostnames?: string[]): Problem[] {
  if (!grpcHostnames?.length) {
    return [];
  }
  if (!hostnames?.length) {
    return [
      {
        propertyPath: "gateway.hostnames",
        reason:
          "is missing, so the HTTPRoute would take the host names of the GRPCRoute too, and a listener " +
          "accepts only one of them: name others than in grpcHostnames",
      },
    ];
  }
  return grpcHostnames.flatMap((grpc, index) => {
    const same = hostnames.find((host) => hostsOverlap(host, grpc));
    return same === undefined
      ? []
      : [
          {
            propertyPath: `gateway.grpcHostnames[${index}]`,
            reason:
              `is "${grpc}" and hostnames has "${same}": a listener accepts only one of an HTTPRoute and a ` +
              "GRPCRoute with a host name in common. Use another one for gRPC",
          },
        ];
  });
}
