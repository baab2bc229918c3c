import { ReplicaPart } from "./labels";

/**
 * Name of a Service in the cluster's DNS.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
export function serviceHost(service: string, namespace: string, clusterDomain: string): string {
  return `${service}.${namespace}.svc.${clusterDomain}`;
}

/** Name of the Service by which the balancers find the pods of a part. */
export function headlessName(part: ReplicaPart, serviceName: string): string {
  return `${serviceName}-${part === "replica" ? "replicas" : part}`;
}

/** Names of all Services that a model service may have. */
export function serviceNames(serviceName: string): string[] {
  return [serviceName, headlessName("replica", serviceName), headlessName("canary", serviceName)];
}
