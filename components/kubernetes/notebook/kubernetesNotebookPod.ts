import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import {
  callerEnvironment,
  callerFiles,
  jupyter,
  loopbackCommand,
  modelEnvironment,
} from "@tf-model-serving/core/internal/serving/notebook/jupyter";
import { clientLabel } from "../network/networkPolicies";
import { placement, pulling } from "../podPlacement";
import { restrictedContainer, restrictedPod, temporaryMount } from "../podSecurity";
import { cpuQuantity, memoryQuantity } from "../quantities";
import { ResolvedKubernetesNotebookArgs } from "./kubernetesNotebookArgs";

/** Name of the claim, by which the StatefulSet names its volume. */
export const homeClaim = "home";
/** Key of the Secret that holds the token; those beside it are named as their files. */
export const tokenKey = "token";

const tokenFolder = "/run/tfserving/token";
const samplesFolder = "/run/tfserving/notebooks";
const startSeconds = 300;
const probeSeconds = 5;
const stopGraceSeconds = 30;

/** What has to be there before the pod. */
export interface NotebookParts {
  /** Name of the Secret. */
  tokenSecret: pulumi.Input<string>;
  /** ConfigMap of the notebooks. */
  samples?: MountedFiles;
  /** ConfigMap of the data. */
  data?: MountedFiles;
}

/** A ConfigMap, and where its keys belong. */
export interface MountedFiles {
  configMap: pulumi.Input<string>;
  /** Paths by key. */
  paths: Record<string, string>;
}

/**
 * The pod of a notebook.
 *
 * JupyterLab listens on the pod's loopback only, where a forwarded port ends: who else is in the
 * cluster does not reach it, even where the network plugin knows no NetworkPolicies. The root file
 * system is read-only, which makes `pip install` choose `~/.local`: in the home folder, packages are
 * still there after a restart. What Jupyter knows of a running server and its kernels is under /tmp
 * and goes with the pod.
 */
export function renderNotebookPod(
  args: ResolvedKubernetesNotebookArgs,
  parts: NotebookParts,
  labels: Record<string, pulumi.Input<string>>,
): k8s.core.v1.PodTemplateSpec {
  const { samples, data } = parts;
  const { securityContext, ...pod } = restrictedPod(jupyter.uid);
  return {
    metadata: { labels: { ...labels, [clientLabel(args.modelServiceName)]: "true" } },
    spec: {
      ...pod,
      securityContext: {
        ...securityContext,
        runAsGroup: jupyter.gid,
        fsGroup: jupyter.gid,
        // A home folder of many files is not walked through at every start.
        fsGroupChangePolicy: "OnRootMismatch",
      },
      terminationGracePeriodSeconds: stopGraceSeconds,
      ...placement(args),
      ...pulling(args),
      ...(samples ? { initContainers: [copySamples(args, samples)] } : {}),
      containers: [renderLab(args, data)],
      volumes: [
        { name: "tmp", emptyDir: {} },
        { name: "token", secret: { secretName: parts.tokenSecret, defaultMode: 0o440 } },
        ...(samples ? [files("notebooks", samples)] : []),
        ...(data ? [files("data", data)] : []),
      ],
    },
  };
}

function renderLab(
  args: ResolvedKubernetesNotebookArgs,
  data: MountedFiles | undefined,
): k8s.core.v1.Container {
  const { restUrl, grpcAddress } = args;
  const variables = {
    JUPYTER_TOKEN_FILE: `${tokenFolder}/${tokenKey}`,
    JUPYTER_PORT: String(jupyter.port),
    JUPYTER_RUNTIME_DIR: `${temporaryMount.mountPath}/jupyter`,
    ...modelEnvironment(args, data !== undefined),
    ...callerEnvironment(callerFiles(args), tokenFolder),
  };
  return {
    name: "notebook",
    image: args.image,
    args: pulumi.output({ restUrl, grpcAddress }).apply(loopbackCommand),
    workingDir: jupyter.home,
    env: Object.entries(variables).map(([name, value]) => ({ name, value })),
    ports: [{ name: "jupyter", containerPort: jupyter.port }],
    securityContext: restrictedContainer,
    resources: resources(args),
    volumeMounts: [
      { name: homeClaim, mountPath: jupyter.home },
      temporaryMount,
      { name: "token", mountPath: tokenFolder, readOnly: true },
      ...(data ? [{ name: "data", mountPath: jupyter.dataFolder, readOnly: true }] : []),
    ],
    startupProbe: healthProbe(probeSeconds, startSeconds / probeSeconds),
    readinessProbe: healthProbe(30, 3),
  };
}

/** A process, since nobody outside the pod reaches the port, not even the kubelet. */
function healthProbe(periodSeconds: number, failureThreshold: number): k8s.core.v1.Probe {
  return {
    exec: { command: jupyter.healthCheck },
    periodSeconds,
    timeoutSeconds: 10,
    failureThreshold,
  };
}

/** Copies what is not there yet, so that nobody's work is overwritten. */
function copySamples(
  args: ResolvedKubernetesNotebookArgs,
  samples: MountedFiles,
): k8s.core.v1.Container {
  const script = [
    "for file; do",
    `  target="${jupyter.notebooksFolder}/$file"`,
    '  [ -e "$target" ] || { mkdir -p "$(dirname "$target")" && cp "$file" "$target"; }',
    "done",
  ].join("\n");
  return {
    name: "copy-notebooks",
    image: args.image,
    command: ["sh", "-ec", script, "copy-notebooks"],
    args: Object.values(samples.paths),
    workingDir: samplesFolder,
    securityContext: restrictedContainer,
    resources: resources({ ...args, gpus: 0 }),
    volumeMounts: [
      { name: homeClaim, mountPath: jupyter.home },
      { name: "notebooks", mountPath: samplesFolder, readOnly: true },
    ],
  };
}

function files(name: string, { configMap, paths }: MountedFiles): k8s.core.v1.Volume {
  const items = Object.entries(paths).map(([key, path]) => ({ key, path }));
  return { name, configMap: { name: configMap, items } };
}

function resources(
  args: Pick<
    ResolvedKubernetesNotebookArgs,
    "cpus" | "reservedCpus" | "memoryMb" | "gpus" | "gpuResource"
  >,
): k8s.core.v1.ResourceRequirements {
  const memory = memoryQuantity(args.memoryMb);
  const gpus = args.gpus > 0 ? { [args.gpuResource]: String(args.gpus) } : {};
  return {
    requests: { cpu: cpuQuantity(args.reservedCpus), memory, ...gpus },
    limits: { cpu: cpuQuantity(args.cpus), memory, ...gpus },
  };
}
