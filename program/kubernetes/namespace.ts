import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { currentStack, Problem, stackLabel } from "@tf-model-serving/core";
import {
  checkDnsLabel,
  FoundNamespace,
  FoundService,
  labelValue,
  takingBack,
} from "@tf-model-serving/kubernetes";
import type { ClusterConfig } from "../config/targetKeys";
import type { KubernetesPlan } from "./preflight";

const propertyPath = "kubernetesCluster.namespace";

/** A namespace of the stack's own, unless one is named. */
export function namespaceOf({ namespace }: ClusterConfig): string {
  const text = `${pulumi.getProject()}-${pulumi.getStack()}`.toLowerCase();
  // What is a label's value without dots and underscores is a DNS label too.
  return namespace || labelValue(text.replace(/[._]/g, "-"));
}

/**
 * What cannot work about a namespace.
 *
 * @param found - what the cluster says of it; undefined where it does not
 */
export function checkNamespace(
  namespace: string,
  create: boolean,
  found: FoundNamespace | undefined,
): Problem[] {
  const refuse = (reason: string) => [
    { propertyPath, reason: `is "${namespace}", which ${reason}` },
  ];
  const problems = checkDnsLabel(propertyPath, namespace);
  if (problems.length > 0 || !found) {
    return problems;
  }
  if (found.terminating) {
    return refuse("is being deleted: wait until it is gone, or name another");
  }
  if (create && found.exists && found.stack !== ownStack()) {
    return refuse(
      "is there already: set kubernetesCluster.createNamespace to false to use it, or name another",
    );
  }
  return create || found.exists
    ? []
    : refuse(
        "the cluster does not have: create it, or set kubernetesCluster.createNamespace to true",
      );
}

/**
 * Services of others that have a name which the stack needs: Pulumi would create the rest before it
 * finds out.
 *
 * @param key - the setting that the names come from
 */
export function checkServiceNames(
  key: string,
  namespace: string,
  services: FoundService[] | undefined = [],
): Problem[] {
  return services
    .filter(({ stack }) => stack !== ownStack())
    .map(({ name, stack }) => ({
      propertyPath: key,
      reason:
        `needs the name ${name} in namespace ${namespace}, where a Service of ` +
        `${stack === undefined ? "somebody else" : `the stack ${stack}`} has it: set another serviceName, or another namespace`,
    }));
}

/**
 * Whether the stack makes the namespace: one that it left behind when it went is there already, and
 * is no resource of it any more.
 */
export function ownsNamespace({ args, namespace, found, recorded }: KubernetesPlan): boolean {
  const create = args.choice.createNamespace ?? true;
  return create && (!found?.exists || recorded.ownNamespace === namespace);
}

/**
 * A namespace of the stack's own, which takes restricted pods only.
 *
 * @param keep - whether it stays when the stack goes: it may hold notebooks, and what others put there
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function createNamespace(
  namespace: string,
  labels: Record<string, string>,
  keep: boolean,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const created = new core.Namespace(
    "namespace",
    {
      metadata: {
        name: namespace,
        annotations: takingBack,
        labels: {
          ...labels,
          "pod-security.kubernetes.io/enforce": "restricted",
        },
      },
    },
    { ...opts, retainOnDelete: keep },
  );
  return created.metadata.name;
}

/** Labels of what the program itself makes: whose it is, and the user's own. */
export function stackLabels(labels: Record<string, string> | undefined): Record<string, string> {
  return {
    ...labels,
    "app.kubernetes.io/part-of": "tfserving",
    "app.kubernetes.io/managed-by": "pulumi",
    [stackLabel]: ownStack(),
  };
}

function ownStack(): string {
  return labelValue(currentStack().replace("/", "."));
}
