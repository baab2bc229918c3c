import type { Await, Look } from "./look";

/**
 * Service: has pods behind it, ready or not, and an address where it is of type LoadBalancer. The
 * official provider then waits ten seconds more for stragglers.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/service.go
 */
export const service: Await = {
  notReady: async (look) => {
    const { metadata, spec, status } = look.live;
    const isBalanced = spec.type !== "LoadBalancer" || status?.loadBalancer?.ingress?.length > 0;
    const needsPods = spec.type !== "ExternalName" && spec.clusterIP !== "None";
    return [
      ...(needsPods && !(await hasEndpoints(look, metadata.name))
        ? [
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
          ]
        : []),
      ...(isBalanced ? [] : ["Service was not allocated an IP address"]),
    ];
  },
};

/**
 * Ingress: every Service that it names has pods, and a controller gave it an address.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/ingress.go
 */
export const ingress: Await = {
  notReady: async (look) => {
    const { spec, status } = look.live;
    const rules: { http?: { paths: { backend: { service?: { name: string } } }[] } }[] =
      spec.rules ?? [];
    const names = [
      spec.defaultBackend?.service?.name as string | undefined,
      ...rules.flatMap(({ http }) =>
        (http?.paths ?? []).map(({ backend }) => backend.service?.name),
      ),
    ];
    const reasons: string[] = [];
    for (const name of new Set(names)) {
      if (name && !(await hasEndpoints(look, name)) && !(await isExternal(look, name))) {
        reasons.push(`Ingress has at least one rule that does not target any Service: ${name}`);
      }
    }
    return status?.loadBalancer?.ingress?.length > 0
      ? reasons
      : [
          ...reasons,
          "Ingress .status.loadBalancer field was not updated with a hostname/IP address",
        ];
  },
};

async function hasEndpoints({ api, live }: Look, service: string): Promise<boolean> {
  const { namespace } = live.metadata;
  const slices = await api.list(
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
    `kubernetes.io/service-name=${service}`,
  );
  return slices.some(({ endpoints }) => endpoints?.length > 0);
}

async function isExternal({ api, live }: Look, name: string): Promise<boolean> {
  const { namespace } = live.metadata;
  const found = await api.find({ apiVersion: "v1", kind: "Service", namespace, name });
  return found?.spec.type === "ExternalName";
}
