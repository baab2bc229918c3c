import * as pulumi from "@pulumi/pulumi";
import { Problem } from "../../arguments/problem";
import {
  anyText,
  laterOr,
  objectOf,
  problemsOf,
  textLike,
  wholeNumberFrom,
} from "../../arguments/schema";
import { withDefaults } from "../../arguments/withDefaults";

/** Arguments of an SshDockerHost. */
export interface SshDockerHostArgs {
  /** Address or name of the machine; with `proxyCommand` whatever that takes as `%h`. */
  address: pulumi.Input<string>;

  /** Private key in OpenSSH's format, kept as a secret. */
  privateKey: pulumi.Input<string>;

  /**
   * The machine's own public key, such as `ssh-ed25519 AAAA...`; a machine that shows another one
   * is refused.
   */
  hostPublicKey: pulumi.Input<string>;

  /** User on the machine, who may use Docker there. @default "ubuntu" */
  user?: string;

  /** Port of SSH. @default 22 */
  port?: number;

  /**
   * Command that connects to the machine, for ssh's option `ProxyCommand`.
   * @default - the machine is connected to directly
   */
  proxyCommand?: pulumi.Input<string>;

  /**
   * Id of the machine, where this stack creates it, such as that of an EC2 instance. With another
   * id all that was declared on the machine before is created anew, and nothing is removed from the
   * old one, which is gone; nor is it when the stack is destroyed.
   * @default - the machine outlives the stack, which removes from it what it created there
   */
  machineId?: pulumi.Input<string>;

  /**
   * How long the machine may take until its Docker Engine answers, in seconds. An update waits for
   * it; a preview does not ask. @default 600
   */
  waitSeconds?: number;

  /**
   * What the error says to do when the engine does not answer, as a sentence.
   * @default "Start the machine."
   */
  hint?: pulumi.Input<string>;
}

/** Defaults of SshDockerHostArgs. */
export const sshDockerHostDefaults = {
  user: "ubuntu",
  port: 22,
  waitSeconds: 600,
  hint: "Start the machine.",
} satisfies Partial<SshDockerHostArgs>;

/** Arguments with every default filled in. */
export type ResolvedSshDockerHostArgs = ReturnType<typeof resolveSshDockerHostArgs>;

export function resolveSshDockerHostArgs(args: SshDockerHostArgs) {
  return withDefaults(args, sshDockerHostDefaults);
}

const schema = objectOf<SshDockerHostArgs>({
  address: laterOr(textLike(/./, "use the machine's address or name")),
  privateKey: laterOr(textLike(/./, "use a private key in OpenSSH's format")),
  hostPublicKey: laterOr(textLike(/./, "use the machine's public key")),
  user: textLike(/^[a-z_][a-z0-9_-]{0,31}$/, "use the name of a user, such as ubuntu"),
  port: wholeNumberFrom(1, 65535),
  proxyCommand: laterOr(anyText()).optional(),
  machineId: laterOr(anyText()).optional(),
  waitSeconds: wholeNumberFrom(1, 3600),
  hint: laterOr(anyText()),
});

/** Everything about the login that ssh would refuse. */
export function checkSshDockerHost(args: SshDockerHostArgs): Problem[] {
  return problemsOf(schema, resolveSshDockerHostArgs(args));
}
