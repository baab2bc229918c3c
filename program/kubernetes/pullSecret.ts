import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { takingBack } from "../../components/kubernetes/ownership";

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
