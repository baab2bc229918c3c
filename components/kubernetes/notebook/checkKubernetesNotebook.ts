import { isObject } from "@tf-model-serving/core/internal/arguments/checks";
import { checkIpBlock } from "@tf-model-serving/core/internal/arguments/cidr";
import { nearestName } from "@tf-model-serving/core/internal/arguments/nearestName";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  laterOr,
  listOf,
  numberFrom,
  objectOf,
  oneOf,
  problemsOfArgs,
  recordOf,
  textThat,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import {
  notebookCallerFields,
  tunnelledNotebookFields,
} from "@tf-model-serving/core/internal/serving/notebook/notebookArgs";
import { checkLabels } from "../checkLabels";
import { checkPlacement } from "../checkPlacement";
import { KubernetesCluster } from "../cluster/inspectCluster";
import { checkDnsLabel } from "../dnsNames";
import { ownLabels } from "../labels";
import { podPlacementFields } from "../podPlacementArgs";
import { checkConfigMapFiles } from "./configMapFiles";
import {
  KubernetesNotebookArgs,
  kubernetesNotebookDefaults,
  VolumeAccessMode,
} from "./kubernetesNotebookArgs";

type Shape = Partial<KubernetesNotebookArgs> & typeof kubernetesNotebookDefaults;

// A pod of a StatefulSet is labelled with the set's name and a hash of 10 characters.
const longestServiceName = 52;
const mostCpus = 256;
const mostStorageGb = 65536;

/** Shape and range of KubernetesNotebookArgs, of which not all have to be known. */
export const kubernetesNotebookSchema = objectOf<KubernetesNotebookArgs>({
  ...tunnelledNotebookFields,
  ...notebookCallerFields,
  ...podPlacementFields,
  namespace: laterOr(anyText()),
  modelServiceName: anyText(),
  serviceName: textThat((at, text) => checkDnsLabel(at, text, longestServiceName)).optional(),
  imagePullSecrets: laterOr(listOf(laterOr(anyText()))).optional(),
  folder: textThat(checkConfigMapFiles).optional(),
  dataFolder: textThat(checkConfigMapFiles).optional(),
  cpus: numberFrom(0.1, mostCpus).optional(),
  reservedCpus: numberFrom(0, mostCpus).optional(),
  storageGb: wholeNumberFrom(1, mostStorageGb).optional(),
  storageClass: anyText().optional(),
  accessMode: oneOf(VolumeAccessMode).optional(),
  internet: trueOrFalse().optional(),
  httpsCidrs: listOf(textThat(checkIpBlock)).optional(),
  policies: trueOrFalse().optional(),
  cluster: valueWhere(isObject, "use what inspectCluster gives back").optional(),
  labels: recordOf(anyText()).optional(),
}).partial();

/**
 * Everything about a notebook on Kubernetes that would keep it from starting or from being reached.
 *
 * @param args - those that are known
 */
export function checkKubernetesNotebook(args: Partial<KubernetesNotebookArgs>): Problem[] {
  return problemsOfArgs(kubernetesNotebookSchema, args, kubernetesNotebookDefaults, (args) => [
    ...checkCpus(args),
    ...checkPolicies(args),
    ...checkPlacement(args),
    ...checkLabels("labels", args.labels, ownLabels),
    ...(args.cluster ? checkOffers(args, args.cluster) : []),
  ]);
}

function checkCpus({ cpus, reservedCpus }: Shape): Problem[] {
  return reservedCpus <= cpus
    ? []
    : [
        {
          propertyPath: "reservedCpus",
          reason: `is ${reservedCpus}: use 0 to ${cpus}, the CPUs that it may use`,
        },
      ];
}

function checkPolicies({ policies, httpsCidrs }: Shape): Problem[] {
  return !policies && httpsCidrs?.length
    ? [
        {
          propertyPath: "httpsCidrs",
          reason: "has no effect while policies is false: leave it out",
        },
      ]
    : [];
}

/** What the notebook needs and the cluster does not have. */
function checkOffers(
  { gpus, gpuResource, storageClass }: Shape,
  { server, gpus: offered, storageClasses, defaultStorageClass }: KubernetesCluster,
): Problem[] {
  const problems: Problem[] = [];
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
  if (storageClasses && storageClass === undefined && defaultStorageClass === undefined) {
    problems.push({
      propertyPath: "storageClass",
      reason:
        `is missing, and the cluster at ${server} has no default: ` +
        `use ${[...storageClasses, '"" for a PersistentVolume without one'].join(" or ")}`,
    });
  }
  return problems;
}
