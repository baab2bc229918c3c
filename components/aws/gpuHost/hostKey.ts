import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { tagsFor } from "../tags";
import { createSshKey } from "@tf-model-serving/core/internal/engine/sshDockerHost/sshKey";

/** The instance's own key, by which Pulumi knows that it talks to this instance and no other. */
export interface HostKey {
  publicKey: pulumi.Output<string>;
  /** Secret from which the instance fetches the private half, once it is there. */
  secretArn: pulumi.Output<string>;
}

/** Generates the key; the instance alone may read it. */
export function createHostKey(
  name: string,
  tags: Record<string, string> | undefined,
  parent: pulumi.Resource,
): HostKey {
  const { privateKey, publicKey } = createSshKey(`${name}-host-key`, parent);
  const secret = new secretsmanager.Secret(
    `${name}-host-key`,
    {
      description: "Private SSH host key of a GPU host",
      // Of no use once the host is gone.
      recoveryWindowInDays: 0,
      tags: tagsFor("gpu-host", tags),
    },
    { parent },
  );
  const version = new secretsmanager.SecretVersion(
    `${name}-host-key`,
    { secretId: secret.id, secretString: privateKey },
    { parent },
  );
  return { publicKey, secretArn: pulumi.unsecret(version.arn) };
}
