import { stringify } from "yaml";
import { Failure } from "../output/failure";
import { explicitSetting, hasSecret, type Mapping } from "../setup/stackConfig";
import type { Environment } from "./environment";

const mark = "# Preview environment with the settings of ";

/** Whether a stack's file was written for an environment, and not by somebody. */
export function isEnvironmentFile(text: string): boolean {
  return text.startsWith(mark);
}

/** Where an environment's settings come from, and what is its own. */
export interface FileParts {
  /** Pulumi.yaml. */
  readonly project: Mapping;
  /** The file of the stack whose settings it has. */
  readonly base: Mapping;
  /** The last part of the environment's own name. */
  readonly name: string;
  readonly environment: Pick<Environment, "from" | "ports">;
}

/** What is its base's alone: the release that it is pinned to, a canary, a subnet. */
const left = ["image", "canaryVersion", "canaryPercent", "canaryReplicas", "swarmSubnet"];

/**
 * The file of an environment: its base's settings and secrets, with ports and names of its own.
 *
 * @throws Failure where the base's settings cannot be those of another stack
 */
export function environmentFile({ project, base, name, environment }: FileParts): string {
  const { from, ports } = environment;
  refuseForeignSecrets(base, from);
  const own = (key: string) => `${project.name}:${key}`;
  const config = { ...((base.config ?? {}) as Mapping) };
  left.forEach((key) => delete config[own(key)]);
  const [restPort, grpcPort] = ports;
  const settings = {
    // Notebooks are somebody's work, and would go with it.
    notebook: false,
    ...(restPort && { restPort, grpcPort: grpcPort ?? 0 }),
    ...(explicitSetting(project, base, "target") === "kubernetes" &&
      onCluster((key) => explicitSetting(project, base, key), name)),
  };
  Object.entries(settings).forEach(([key, value]) => (config[own(key)] = value));
  return (
    `${mark}Pulumi.${from}.yaml, made by npm run environment: edit that one.\n` +
    stringify({ ...base, config }, { lineWidth: 0 })
  );
}

/**
 * A namespace of its own that goes with it; in one that others share, a service name of its own. The
 * base's host names lead to the base.
 */
function onCluster(setting: (key: string) => unknown, name: string): Mapping {
  const { namespace, ...cluster } = (setting("kubernetesCluster") ?? {}) as Mapping;
  const shared = cluster.createNamespace === false;
  const service = { ...((setting("kubernetesService") ?? {}) as Mapping) };
  delete service.ingress;
  delete service.gateway;
  return {
    kubernetesCluster: shared ? { ...cluster, namespace } : { ...cluster, keepNamespace: false },
    ...(shared && { serviceName: name.toLowerCase().replace(/[._]/g, "-") }),
    ...(setting("kubernetesService") !== undefined && { kubernetesService: service }),
  };
}

/** Secrets that another stack can decrypt have a salt or a key beside them; a service's have none. */
function refuseForeignSecrets(base: Mapping, from: string): void {
  const isShared = ["encryptionsalt", "encryptedkey"].some((key) => base[key] !== undefined);
  const secrets = Object.entries((base.config ?? {}) as Mapping).filter(([, value]) =>
    hasSecret(value),
  );
  if (!isShared && secrets.length > 0) {
    throw new Failure(
      `Pulumi.${from}.yaml has secrets that only the stack ${from} can decrypt: ` +
        `${secrets.map(([key]) => key).join(", ")}.`,
      `keep them with a passphrase or a cloud's key (pulumi stack change-secrets-provider), or leave ` +
        "them out of a base for environments.",
    );
  }
}
