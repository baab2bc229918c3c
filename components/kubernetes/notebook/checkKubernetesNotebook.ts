import { checkIpBlock } from "../../core/cidr";
import { checkDnsLabel } from "../dnsNames";
import { KubernetesCluster } from "../cluster/inspectCluster";
import { nearestName } from "../../core/nearestName";
import { Problem, wholeNumber } from "../../core/problem";
import {
  kubernetesNotebookDefaults,
  ResolvedKubernetesNotebookArgs,
  VolumeAccessMode,
} from "./kubernetesNotebookArgs";
import { checkNotebookFiles } from "../../docker/notebook/notebookFiles";

/** The part of a notebook's arguments that can be judged before there is any resource. */
export type KubernetesNotebookShape = Pick<
  ResolvedKubernetesNotebookArgs,
  | Exclude<keyof typeof kubernetesNotebookDefaults, "image">
  | "serviceName"
  | "folder"
  | "dataFolder"
  | "storageClass"
  | "httpsCidrs"
  | "cluster"
>;

// A pod of a StatefulSet is labelled with the set's name and a hash of 10 characters.
const longestServiceName = 52;
const mostGpus = 16;
const mostCpus = 256;
const mostStorageGb = 65536;

/** Everything about a notebook on Kubernetes that would keep it from starting or from being reached. */
export function checkKubernetesNotebook(shape: KubernetesNotebookShape): Problem[] {
  const { folder, dataFolder, httpsCidrs = [] } = shape;
  return [
    ...checkDnsLabel("serviceName", shape.serviceName, longestServiceName),
    ...checkCpus(shape),
    ...wholeNumber("memoryMb", shape.memoryMb, 512, 2 ** 22),
    ...wholeNumber("gpus", shape.gpus, 0, mostGpus),
    ...wholeNumber("storageGb", shape.storageGb, 1, mostStorageGb),
    ...wholeNumber("localPort", shape.localPort, 1, 65535),
    ...checkAccessMode(shape.accessMode),
    ...(folder === undefined ? [] : checkNotebookFiles("folder", folder)),
    ...(dataFolder === undefined ? [] : checkNotebookFiles("dataFolder", dataFolder)),
    ...httpsCidrs.flatMap((cidr, index) => checkIpBlock(`httpsCidrs[${index}]`, cidr)),
    ...checkPolicies(shape),
    ...(shape.cluster ? checkCluster(shape, shape.cluster) : []),
  ];
}

function checkCpus({ cpus, reservedCpus }: KubernetesNotebookShape): Problem[] {
  const within = (value: number, min: number, max: number) => value >= min && value <= max;
  return [
    ...(within(cpus, 0.1, mostCpus)
      ? []
      : [{ propertyPath: "cpus", reason: `is ${cpus}: use 0.1 to ${mostCpus}` }]),
    ...(within(reservedCpus, 0, cpus)
      ? []
      : [
          {
            propertyPath: "reservedCpus",
            reason: `is ${reservedCpus}: use 0 to ${cpus}, the CPUs that it may use`,
          },
        ]),
  ];
}

function checkAccessMode(mode: string): Problem[] {
  const modes: string[] = Object.values(VolumeAccessMode);
  return modes.includes(mode)
    ? []
    : [{ propertyPath: "accessMode", reason: `is "${mode}": use ${modes.join(" or ")}` }];
}

function checkPolicies({ policies, httpsCidrs }: KubernetesNotebookShape): Problem[] {
  return !policies && httpsCidrs?.length
    ? [
        {
          propertyPath: "httpsCidrs",
          reason: "has no effect while policies is false: leave it out",
        },
      ]
    : [];
}

function checkCluster(
  { gpus, gpuResource, storageClass }: KubernetesNotebookShape,
  cluster: KubernetesCluster,
): Problem[] {
  const problems: Problem[] = [];
  const { server, gpus: offered, storageClasses } = cluster;
  if (gpus > 0 && offered && (offered[gpuResource] ?? 0) < gpus) {
    problems.push({
      propertyPath: "gpus",
      reason: `is ${gpus}, and the nodes of the cluster at ${server} have ${offered[gpuResource] ?? 0} of ${gpuResource}`,
    });
  }
  if (storageClasses && storageClass && !storageClasses.includes(storageClass)) {
    const near = nearestName(storageClass, storageClasses);
    problems.push({
      propertyPath: "storageClass",
      reason:
        `is "${storageClass}", which the cluster does not have` +
        (near ? `; did you mean "${near}"?` : `; it has ${storageClasses.join(", ") || "none"}`),
    });
  }
  if (storageClasses && storageClass === undefined && cluster.defaultStorageClass === undefined) {
    problems.push({
      propertyPath: "storageClass",
      reason:
        `is missing, and the cluster at ${server} has no default: ` +
        `use ${[...storageClasses, '"" for a PersistentVolume without one'].join(" or ")}`,
    });
  }
  return problems;
}
