import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { imageUser, superviseServer } from "@tf-model-serving/core/internal/serving/supervisor";
import { ModelVersionPolicy } from "@tf-model-serving/core/internal/tfserving/modelConfig";
import { ServerOptions } from "@tf-model-serving/core/internal/tfserving/serverOptions";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { ModelVolumeArgs } from "./modelVolume";
import { labelsFor, ReplicaPart } from "./labels";
import { placement, pulling } from "./podPlacement";
import { containerPort, portNames } from "./network/portNames";
import { restrictedContainer, restrictedPod, temporaryFiles, temporaryMount } from "./podSecurity";
import { cpuQuantity, memoryQuantity } from "./quantities";
import { spreadOver } from "./spread";

/** What differs between the replicas of the release and those of the canary. */
export interface ReplicaRelease {
  part: ReplicaPart;
  /** By digest. */
  image: pulumi.Input<string>;
  /** The version that is loaded from the model volume. @default - the image holds the model */
  volumeVersion?: string;
}

/** Name of the only container of a replica's pod. */
export const servingContainer = "serving";

/**
 * How long a new replica waits until every balancer has found it, in seconds; then an old one may
 * go without that. Names may be cached for 30 s on their way to a balancer, by CoreDNS and by each
 * node's own cache.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
export const joinSeconds = 40;

const temporaryMb = 64;
const modelVolume = "model";

/**
 * The pods of a release. The same arguments give the same template, so that nothing else rolls them.
 *
 * Kubernetes restarts a replica that takes too long to start, or whose server does not live. It
 * calls one ready that has joined: only then may a rollout stop an old one. What takes a replica out
 * of rotation is the balancers' own check.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes
 */
export function renderReplicaPods(
  args: ResolvedKubernetesArgs,
  release: ReplicaRelease,
): k8s.core.v1.PodTemplateSpec {
  const { part } = release;
  return {
    metadata: { labels: labelsFor(part, args) },
    spec: {
      ...restrictedPod(imageUser),
      ...placement(args),
      ...pulling(args),
      topologySpreadConstraints: spreadOver(part, args.serviceName),
      terminationGracePeriodSeconds: args.stopGraceSeconds,
      containers: [renderContainer(args, release)],
      volumes: [
        temporaryFiles(temporaryMb),
        ...(args.modelVolume ? [volumeOf(args.modelVolume)] : []),
      ],
    },
  };
}

function renderContainer(
  args: ResolvedKubernetesArgs,
  release: ReplicaRelease,
): k8s.core.v1.Container {
  const server = serverOf(args, release);
  const { flags, environment } = superviseServer({ ...args, server, joinSeconds });
  return {
    name: servingContainer,
    image: release.image,
    imagePullPolicy: "IfNotPresent",
    args: flags,
    env: environment.map(([name, value]) => ({ name, value })),
    ports: [containerPort("grpc"), containerPort("rest"), containerPort("health")],
    resources: resourcesOf(args),
    startupProbe: ask("/readyz", { periodSeconds: 1, failureThreshold: args.startTimeoutSeconds }),
    readinessProbe: ask("/joinedz", { periodSeconds: 2, failureThreshold: 3 }),
    livenessProbe: ask("/livez", { periodSeconds: 10, failureThreshold: 3 }),
    securityContext: restrictedContainer,
    volumeMounts: [temporaryMount, ...(args.modelVolume ? [mountOf(args)] : [])],
  };
}

/** What a volume holds is chosen by version, since its latest may be another one after a restart. */
function serverOf(
  { server, modelName }: ResolvedKubernetesArgs,
  { volumeVersion }: ReplicaRelease,
): ServerOptions | undefined {
  if (volumeVersion === undefined || server?.models) {
    return server;
  }
  const versionPolicy = ModelVersionPolicy.Specific;
  return { ...server, models: [{ name: modelName, versionPolicy, versions: [volumeVersion] }] };
}

function ask(
  path: string,
  pace: { periodSeconds: number; failureThreshold: number },
): k8s.core.v1.Probe {
  return { httpGet: { path, port: portNames.health }, timeoutSeconds: 2, ...pace };
}

/** Memory beyond a request could be taken away; CPUs beyond it are the node's to give. */
function resourcesOf(args: ResolvedKubernetesArgs): k8s.core.v1.ResourceRequirements {
  const amounts = { cpu: cpuQuantity(args.cpus), memory: memoryQuantity(args.memoryMb) };
  const gpus = args.gpus > 0 ? { [args.gpuResource]: String(args.gpus) } : {};
  return { requests: { ...amounts, ...gpus }, limits: { ...amounts, ...gpus } };
}

function volumeOf({ claimName, image, pullPolicy }: ModelVolumeArgs): k8s.core.v1.Volume {
  return claimName === undefined
    ? { name: modelVolume, image: { reference: image, pullPolicy: pullPolicy ?? "IfNotPresent" } }
    : { name: modelVolume, persistentVolumeClaim: { claimName, readOnly: true } };
}

function mountOf({ modelName, modelVolume: volume }: ResolvedKubernetesArgs) {
  return {
    name: modelVolume,
    mountPath: `/models/${modelName}`,
    readOnly: true,
    ...(volume?.subPath === undefined ? {} : { subPath: volume.subPath }),
  } satisfies k8s.core.v1.VolumeMount;
}
