import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";

/** Names of the ports in pods and Services. */
export const portNames = {
  grpc: "grpc",
  rest: "rest",
  health: "health",
  statistics: "statistics",
} as const;

const numbers = {
  grpc: ports.grpc,
  rest: ports.rest,
  health: ports.health,
  statistics: ports.balancerStatistics,
};

/** A port of a container, by its name. */
export function containerPort(name: keyof typeof portNames) {
  return { name: portNames[name], containerPort: numbers[name], protocol: "TCP" };
}

/**
 * A port of a Service that is the same in its pods. gRPC is HTTP/2 without TLS, which controllers of
 * Ingresses and Gateways cannot see.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
 */
export function servicePort(name: keyof typeof portNames) {
  return {
    name: portNames[name],
    port: numbers[name],
    targetPort: portNames[name],
    protocol: "TCP",
    appProtocol: name === "grpc" ? "kubernetes.io/h2c" : "http",
  };
}
