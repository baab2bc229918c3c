import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { takingBack } from "../../components/kubernetes/metadata";
import { PulledImages, pullHints } from "../pullLogins";
import type { KubernetesObjects } from "./kubernetesConfig";

/** A registry and who may pull from it. */
export interface PullLogin {
  registry: string;
  /** @default - the registry asks for none */
  username?: pulumi.Input<string>;
  /** @default - the registry asks for none */
  password?: pulumi.Input<string>;
}

/**
 * A Secret with which nodes pull; none where the registry has no login.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
 */
export function createPullSecret(
  { registry, username, password }: PullLogin,
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
export function dockerConfig(registry: string, username: string, password: string): string {
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
  registry: Parameters<typeof pullHints>[1],
  { service, notebook }: Pick<KubernetesObjects, "service" | "notebook">,
): string[] {
  const unnamed = {
    balancerImage: service.imagePullSecrets ? undefined : balancerImage,
    notebookImage: notebook.imagePullSecrets ? undefined : notebookImage,
  };
  return pullHints(unnamed, registry, ways);
}
