import * as core from "@pulumi/kubernetes/core/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import {
  balancerFiles,
  type ServedCertificate,
} from "@tf-model-serving/core/internal/serving/balancer/files";
import type { BalancerSettings } from "@tf-model-serving/core/internal/serving/balancer/settings";
import { tlsFiles } from "@tf-model-serving/core/internal/serving/balancer/tls";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { ReplicaPart } from "./labels";
import { metadataOf } from "./metadata";
import { headlessName, serviceHost } from "./serviceNames";

/** Name of the volume of a balancer's files. */
export const filesVolume = "config";

/** Where balancers find replicas. */
export function replicaPlace(
  args: ResolvedKubernetesArgs,
  aloneSeconds: number,
): pulumi.Output<Omit<BalancerSettings, "times" | "edge">> {
  const { serviceName, clusterDomain, canary, modelName, balancers } = args;
  return pulumi.output(args.namespace).apply((namespace) => {
    const alias = (part: ReplicaPart) =>
      serviceHost(headlessName(part, serviceName), namespace, clusterDomain);
    return {
      replicaAlias: alias("replica"),
      canary: canary && {
        alias: alias("canary"),
        modelName,
        version: canary.version,
        percent: canary.percent,
      },
      pods: { balancers, aloneSeconds },
    };
  });
}

/**
 * The balancers' files: a ConfigMap, and a Secret with the certificate. Other ones are other objects
 * and so other pods; a Secret that somebody else renews (`tls.secretName`) is taken over in place.
 */
export function createBalancerFiles(
  name: string,
  args: ResolvedKubernetesArgs,
  place: pulumi.Input<Omit<BalancerSettings, "times" | "edge">>,
  served: ServedCertificate | undefined,
  parent: pulumi.Resource,
): k8s.core.v1.Volume {
  const { open, secret } = balancerFiles(place, args, served);
  const metadata = metadataOf("balancer", args);
  const config = new core.ConfigMap(
    `${name}-balancer`,
    { metadata, immutable: true, data: open },
    { parent },
  );
  const certificate = served && createSecret(name, args, secret, parent);
  const secretName = certificate?.metadata.name ?? args.tls?.secretName;
  const { certificate: crt, privateKey: key } = tlsFiles;
  const sources: k8s.core.v1.VolumeProjection[] = [
    { configMap: { name: config.metadata.name } },
    ...(secretName === undefined
      ? []
      : [
          {
            secret: {
              name: secretName,
              items: [crt, key].map((path) => ({ key: keyOf(path), path })),
            },
          },
        ]),
  ];
  return { name: filesVolume, projected: { sources } };
}

function createSecret(
  name: string,
  args: ResolvedKubernetesArgs,
  files: Record<string, pulumi.Output<string>>,
  parent: pulumi.Resource,
): core.Secret {
  const entries = Object.entries(files).map(([path, content]) => [keyOf(path), content]);
  return new core.Secret(
    `${name}-certificate`,
    {
      metadata: metadataOf("balancer", args),
      type: "kubernetes.io/tls",
      immutable: true,
      stringData: Object.fromEntries(entries) as Record<string, pulumi.Output<string>>,
    },
    { parent },
  );
}

/** A Secret has no folders. */
function keyOf(path: string): string {
  return path.split("/").at(-1)!;
}
