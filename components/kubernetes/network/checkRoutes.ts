import { nearestName } from "../../core/nearestName";
import { Problem } from "../../core/problem";
import { checkDnsLabel, checkHostName, hostsOverlap } from "../dnsNames";
import { KubernetesCluster } from "../cluster/inspectCluster";
import {
  KubernetesGatewayArgs,
  KubernetesIngressArgs,
  ResolvedKubernetesArgs,
} from "../kubernetesModelServiceArgs";
import { gatewayApi, modelsPath } from "./routes";

// Of a route: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec
const mostHostNames = 16;

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
  { className, host, path, annotations = {} }: KubernetesIngressArgs,
  cluster?: KubernetesCluster,
): Problem[] {
  const problems = [...checkHostName("ingress.host", host)];
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
  if (path !== undefined && !path.startsWith("/")) {
    problems.push({ propertyPath: "ingress.path", reason: `is "${path}": begin it with /` });
  } else if (path !== undefined && Object.keys(annotations).length === 0) {
    problems.push({
      propertyPath: "ingress.path",
      reason:
        `is "${path}", and nothing rewrites it: leave it out for ${modelsPath}, or give the annotations ` +
        "by which the Ingress controller makes that of it",
    });
  }
  return problems;
}

function checkGateway(gateway: KubernetesGatewayArgs, cluster?: KubernetesCluster): Problem[] {
  const { name, sectionName, hostnames, grpcHostnames } = gateway;
  const problems = [
    ...checkDnsLabel("gateway.name", name),
    ...(sectionName === undefined ? [] : checkDnsLabel("gateway.sectionName", sectionName)),
    ...checkHostNames("gateway.hostnames", hostnames),
    ...checkHostNames("gateway.grpcHostnames", grpcHostnames),
    ...checkConflict(hostnames, grpcHostnames),
  ];
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

function checkHostNames(propertyPath: string, names?: string[]): Problem[] {
  if (names && (names.length === 0 || names.length > mostHostNames)) {
    return [
      {
        propertyPath,
        reason: `has ${names.length} host names: give 1 to ${mostHostNames}, or leave it out`,
      },
    ];
  }
  return (names ?? []).flatMap((name, index) => checkHostName(`${propertyPath}[${index}]`, name));
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
