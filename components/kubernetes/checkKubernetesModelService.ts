import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyObject,
  laterOr,
  listOf,
  anyText,
  objectOf,
  problemsOfArgs,
  textThat,
  textLike,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { canaryFields } from "@tf-model-serving/core/internal/serving/canary";
import {
  balancedFields,
  checkReplicaRules,
  serviceWarnings,
} from "@tf-model-serving/core/internal/serving/checkReplicas";
import { tlsFields } from "@tf-model-serving/core/internal/serving/edge/edgeFields";
import { autoscaling, checkAutoscaling } from "./autoscalingArgs";
import { checkDigest } from "./checkDigest";
import { checkLabels } from "./checkLabels";
import { checkPlacement, placementWarnings } from "./checkPlacement";
import { checkCluster } from "./cluster/checkCluster";
import { checkDnsLabel, dnsLabel, hostName } from "./dnsNames";
import {
  fewestReplicas,
  KubernetesModelServiceArgs,
  KubernetesTlsArgs,
  kubernetesModelServiceDefaults,
  ResolvedKubernetesArgs,
} from "./kubernetesModelServiceArgs";
import { ownLabels } from "./labels";
import { checkModelVolume, modelVolume } from "./modelVolume";
import { checkNetworkPolicies, network } from "./network/networkArgs";
import { checkRoutes, gateway, ingress } from "./network/routeArgs";
import { checkPodMonitor, podMonitor } from "./podMonitorArgs";
import { podPlacementFields } from "./podPlacementArgs";

// Room for "-replicas" in a DNS label, and some.
const longestServiceName = 50;
const mostBalancers = 16;

const digest = laterOr(textThat(checkDigest));

/** Shape and range of KubernetesModelServiceArgs. */
export const kubernetesModelServiceSchema = objectOf<KubernetesModelServiceArgs>({
  ...balancedFields,
  ...podPlacementFields,
  image: digest,
  serviceName: textThat(checkServiceName).optional(),
  namespace: laterOr(dnsLabel),
  tls: objectOf<KubernetesTlsArgs>({
    ...tlsFields,
    secretName: laterOr(
      textLike(
        /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
        "use the name of a Secret: lower-case letters, digits, . and -",
      ),
    ).optional(),
  }).optional(),
  imagePullSecrets: laterOr(listOf(laterOr(anyText()))).optional(),
  // None at all could never begin, since none may be missing either.
  maxSurge: textLike(
    /^[1-9]\d{0,2}%?$/,
    'use a number of replicas such as "2", or a share such as "25%"',
  ).optional(),
  schedulingTimeoutSeconds: wholeNumberFrom(1, 86_400).optional(),
  minReadySeconds: wholeNumberFrom(0, 3600).optional(),
  balancers: wholeNumberFrom(1, mostBalancers).optional(),
  canary: objectOf({ ...canaryFields, image: digest }).optional(),
  autoscaling: autoscaling.optional(),
  modelVolume: modelVolume.optional(),
  network: network.optional(),
  ingress: ingress.optional(),
  gateway: gateway.optional(),
  podMonitor: podMonitor.optional(),
  clusterDomain: hostName.optional(),
  cluster: anyObject().optional(),
});

/** Everything about a service that the cluster would refuse, or accept and never serve. */
export function checkKubernetesModelService(args: ResolvedKubernetesArgs): Problem[] {
  const { gpus, gpuResource } = kubernetesModelServiceDefaults;
  return problemsOfArgs(kubernetesModelServiceSchema, args, { gpus, gpuResource }, (known) => [
    ...checkModelVolume(known),
    ...checkCluster(known.cluster),
    ...checkNamespace(known),
    ...checkReplicaRules(known, "Kubernetes"),
    ...checkAutoscaling(known),
    ...checkPlacement(known),
    ...checkNetworkPolicies(known),
    ...checkRoutes(known),
    ...checkTls(known),
    ...checkPodMonitor(known),
    ...checkLabels("labels", known.labels, ownLabels),
  ]);
}

/** What works, and perhaps not as it is meant. */
export function kubernetesServiceWarnings(args: ResolvedKubernetesArgs): string[] {
  const replicas = fewestReplicas(args);
  return [
    ...serviceWarnings({ strategy: args.strategy, replicas, canary: args.canary }),
    ...placementWarnings(args, replicas),
  ];
}

/** Who else decides on the certificate, or would speak to the balancers without it. */
function checkTls({ tls, ingress, gateway }: Partial<ResolvedKubernetesArgs>): Problem[] {
  const { secretName, ...others } = tls ?? {};
  const beside = Object.keys(others).find(
    (name) => name !== "clientCa" && others[name as keyof typeof others] !== undefined,
  );
  const route = ingress ? "ingress" : gateway ? "gateway" : undefined;
  return [
    ...(secretName !== undefined && beside
      ? [{ propertyPath: "tls.secretName", reason: `excludes tls.${beside}: leave one out` }]
      : []),
    ...(tls && route
      ? [
          {
            propertyPath: "tls",
            reason:
              `is set beside ${route}, which ends TLS itself and speaks HTTP to the service: ` +
              `leave it out, and give the certificate to the ${route}`,
          },
        ]
      : []),
  ];
}

function checkServiceName(propertyPath: string, name: string): Problem[] {
  const problems = checkDnsLabel(propertyPath, name, longestServiceName);
  // A Service's name, other than a DNS label, begins with a letter before Kubernetes 1.34.
  return problems.length === 0 && /^\d/.test(name)
    ? [{ propertyPath, reason: `is "${name}": begin it with a letter` }]
    : problems;
}

function checkNamespace({ namespace, cluster }: ResolvedKubernetesArgs): Problem[] {
  const known = cluster?.namespaces;
  return typeof namespace === "string" && known && !known.includes(namespace)
    ? [
        {
          propertyPath: "namespace",
          reason: `is "${namespace}", which the cluster at ${cluster?.server} does not have: create it first`,
        },
      ]
    : [];
}
