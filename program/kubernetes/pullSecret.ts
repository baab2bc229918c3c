import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { takingBack } from "@tf-model-serving/kubernetes";
import { PulledImages, pullHints } from "../pullLogins";
import type { Registry } from "../image";
import type { KubernetesArguments } from "./preflight";

/**
 * A Secret with which nodes pull; none where the registry has no login.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
 */
export function createPullSecret(
  { registry, username, password }: Registry,
  namespace: pulumi.Input<string>,
  labels: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (username === undefined || password === undefined) {
    return undefined;
  }
  const config = pulumi
    .all([username, pulumi.secret(password)])
    .apply(([user, secret]) => dockerConfig(registry, user, secret));
  const created = new core.Secret(
    "registry",
    {
      metadata: { namespace, labels, annotations: takingBack },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": config },
    },
    opts,
  );
  return created.metadata.name;
}

/** The login as Docker keeps it in its config.json. */
function dockerConfig(registry: string, username: string, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registry]: { username, password, auth } } });
}

const secret = "put it into a Secret of the namespace and name that in";
const ways = {
  balancerImage: `${secret} kubernetesService.imagePullSecrets`,
  notebookImage: `${secret} kubernetesNotebook.imagePullSecrets`,
};

/** Images that nodes may not be able to pull, for which no Secret is named yet. */
export function pullWarnings(
  { balancerImage, notebookImage }: PulledImages,
  { registry, service, notebook }: Pick<KubernetesArguments, "registry" | "service" | "notebook">,
): string[] {
  const unnamed = {
    balancerImage: service.imagePullSecrets ? undefined : balancerImage,
    notebookImage: notebook?.imagePullSecrets ? undefined : notebookImage,
  };
  return pullHints(unnamed, registry, ways);
}
