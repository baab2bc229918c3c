import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { ResolvedKubernetesArgs } from "../kubernetesModelServiceArgs";
import { KubernetesGatewayArgs, KubernetesIngressArgs } from "./routeArgs";
import { metadataOf, takingBack } from "../metadata";

/** Group and version of the Gateway API's routes. */
export const gatewayApi = "gateway.networking.k8s.io/v1";
/** The REST API of the models, without the metrics beside it. */
export const modelsPath = "/v1/models";

/** Lets requests in from outside the cluster, where that is asked for. */
export function createRoutes(
  name: string,
  args: ResolvedKubernetesArgs,
  parent: pulumi.Resource,
): void {
  const { serviceName, ingress, gateway } = args;
  const metadata = metadataOf("balancer", args);
  if (ingress) {
    new networking.Ingress(
      name,
      {
        metadata: { ...metadata, annotations: { ...takingBack, ...ingress.annotations } },
        spec: renderIngress(ingress, serviceName),
      },
      { parent },
    );
  }
  const routes = gateway ? renderRoutes(gateway, serviceName) : [];
  for (const { kind, spec } of routes) {
    new apiextensions.CustomResource(
      `${name}-${kind.toLowerCase()}`,
      { apiVersion: gatewayApi, kind, metadata, spec },
      { parent },
    );
  }
}

/**
 * REST by a host name, with TLS where there is a certificate. A path of type Prefix goes by whole
 * elements, so `/v1/models/NAME` would not hold `/v1/models/NAME:predict`; a path of the caller's is
 * one that the controller rewrites.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
 */
function renderIngress(
  { className, host, tlsSecretName, path }: KubernetesIngressArgs,
  serviceName: string,
): k8s.networking.v1.IngressSpec {
  return {
    ingressClassName: className,
    ...(tlsSecretName === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: path ?? modelsPath,
              pathType: path === undefined ? "Prefix" : "ImplementationSpecific",
              backend: { service: { name: serviceName, port: { number: ports.rest } } },
            },
          ],
        },
      },
    ],
  };
}

/**
 * Routes on a Gateway: REST without the metrics beside it, and gRPC for predictions and the state of
 * models only, since other methods on that port administer the server.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#grpcroute
 */
function renderRoutes(
  { name, namespace, sectionName, hostnames, grpcHostnames }: KubernetesGatewayArgs,
  serviceName: string,
): { kind: string; spec: object }[] {
  const parentRefs = [
    {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(sectionName === undefined ? {} : { sectionName }),
    },
  ];
  const rest = {
    parentRefs,
    ...(hostnames ? { hostnames } : {}),
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: modelsPath } }],
        backendRefs: [{ name: serviceName, port: ports.rest }],
      },
    ],
  };
  const grpc = {
    parentRefs,
    hostnames: grpcHostnames,
    rules: [
      {
        matches: [
          { method: { type: "Exact", service: "tensorflow.serving.PredictionService" } },
          {
            method: {
              type: "Exact",
              service: "tensorflow.serving.ModelService",
              method: "GetModelStatus",
            },
          },
        ],
        backendRefs: [{ name: serviceName, port: ports.grpc }],
      },
    ],
  };
  return [
    { kind: "HTTPRoute", spec: rest },
    ...(grpcHostnames ? [{ kind: "GRPCRoute", spec: grpc }] : []),
  ];
}
