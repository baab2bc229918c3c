import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { currentStack } from "../../stack/currentStack";
import { refuse } from "../../arguments/refuse";
import { laterProviderArgs } from "../engineProvider";
import { engineAnswers } from "./engineAnswers";
import {
  checkSshDockerHost,
  ResolvedSshDockerHostArgs,
  resolveSshDockerHostArgs,
  SshDockerHostArgs,
} from "./sshDockerHostArgs";
import { sshFileName, sshOptions, writeSshFiles } from "./sshFiles";

/**
 * Docker Engine of another machine, reached by SSH with a key of its own. An update waits until
 * the engine answers. A preview asks it nothing, so it works while the machine is off or not there.
 *
 * The key and the machine's public key are also files in ~/.ssh of the user that runs the program,
 * named `tfserving-<project>-<stack>-<name>`: ssh takes them from nowhere else. Both a preview and
 * an update write them; `pulumi refresh` and `pulumi destroy` do so with `--run-program`.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class SshDockerHost extends pulumi.ComponentResource {
  /** Address of the engine, `ssh://USER@ADDRESS`, once it answers. */
  public readonly host: pulumi.Output<string>;
  /** Options of ssh for that address. */
  public readonly sshOptions: pulumi.Output<string[]>;

  constructor(name: string, args: SshDockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveSshDockerHostArgs(args);
    refuse("SshDockerHost", name, checkSshDockerHost(args));
    super("tfserving:index:SshDockerHost", name, {}, opts);

    const fileName = sshFileName(currentStack(), name);
    this.sshOptions = pulumi
      .output(resolved.proxyCommand)
      .apply((proxyCommand) => sshOptions(fileName, proxyCommand));
    this.host = answeringHost(resolved, fileName, this.sshOptions);
    const provider = new docker.Provider(
      name,
      { ...laterProviderArgs(this.host), sshOpts: this.sshOptions },
      { parent: this },
    );
    const machine = args.machineId === undefined ? undefined : createMachine(name, args, this);
    made.set(this, { provider, machine });
    this.registerOutputs({ host: this.host, sshOptions: this.sshOptions });
  }

  /** Options for the components and Docker resources that shall run on the machine. */
  public options(): pulumi.ComponentResourceOptions {
    const { provider, machine } = made.get(this)!;
    return machine ? { provider, transformations: [onMachine(machine)] } : { provider };
  }
}

// No fields, since fields are outputs in the package's schema, which takes no resources of others.
const made = new WeakMap<SshDockerHost, { provider: docker.Provider; machine?: pulumi.Resource }>();

/** The address, once the key is written and, in an update, the engine answers. */
function answeringHost(
  args: ResolvedSshDockerHostArgs,
  fileName: string,
  options: pulumi.Output<string[]>,
): pulumi.Output<string> {
  const { address, privateKey, hostPublicKey, machineId, hint } = args;
  const login = pulumi
    .all([privateKey, hostPublicKey])
    .apply(([privateKey, hostPublicKey]) => writeSshFiles(fileName, { privateKey, hostPublicKey }));
  const host = pulumi
    .all([address, options, hint, machineId, login])
    .apply(async ([address, options, hint]) => {
      const host = hostUrl(args, address);
      if (!pulumi.runtime.isDryRun()) {
        await engineAnswers(host, options, args.waitSeconds, hint);
      }
      return host;
    });
  // The key is in none of it, only the file of the key.
  return pulumi.unsecret(host);
}

function hostUrl({ user, port }: { user: string; port: number }, address: string): string {
  return `ssh://${user}@${address}${port === 22 ? "" : `:${port}`}`;
}

/**
 * Stands for the machine's life, for Docker resources to be deleted and replaced with.
 *
 * They cannot name the machine itself: the engine does not count a resource that is deleted before
 * it is replaced among those that are deleted, only what depends on it. So there are two, of which
 * the second one depends on the first.
 */
function createMachine(
  name: string,
  { machineId }: SshDockerHostArgs,
  parent: pulumi.Resource,
): random.RandomId {
  const generation = (suffix: string, id: pulumi.Input<string>) =>
    new random.RandomId(
      `${name}-${suffix}`,
      { byteLength: 8, keepers: { id } },
      { parent, deleteBeforeReplace: true },
    );
  return generation("machine", generation("machine-id", machineId!).hex);
}

function onMachine(machine: pulumi.Resource): pulumi.ResourceTransformation {
  return ({ type, props, opts }) =>
    type.startsWith("docker:")
      ? { props, opts: { ...opts, deletedWith: machine, replaceWith: [machine] } }
      : undefined;
}
