import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { replicaAlias } from "../docker/replicas";
import { dockerLabels } from "../docker/containerDefaults";
import { configFolder } from "../serving/balancer/callers";
import { balancerFiles, configFile, type ServedCertificate } from "../serving/balancer/files";
import { stagingFolder, writeCommand } from "../serving/balancer/script";
import { amounts, hardenedTask, logDriver, restartPolicy } from "./serviceDefaults";
import type { ResolvedSwarmArgs } from "./swarmModelServiceArgs";

/** Where balancers find their files. */
export interface BalancerFolder {
  mount: docker.types.input.ServiceTaskSpecContainerSpecMount;
  /** Puts the files there, on every node. */
  writer: docker.Service;
}

// In memory: a private key is on no disk of a node, and goes with the last task that uses it. Nobody else
// has the volume, so that the image's own user may write to it, whoever that is.
const inMemory = { type: "tmpfs", device: "tmpfs", o: "size=4m,mode=0777" };

/**
 * The balancers' files on every node. Swarm restarts what mounts a config or a secret that changes,
 * and a balancer holds ports of its node. So a service of its own mounts them, and copies them to a
 * volume in memory of its node, from which balancers take them over in place.
 */
export function createBalancerFiles(
  name: string,
  args: ResolvedSwarmArgs,
  image: pulumi.Input<string>,
  served: ServedCertificate | undefined,
  opts: pulumi.CustomResourceOptions,
): BalancerFolder {
  const labels = dockerLabels("balancer-config", args.labels);
  const kept = { ...opts, deleteBeforeReplace: false };
  // `tasks.` lists every task, in both endpoint modes.
  const { open, secret } = balancerFiles(
    { replicaAlias: `tasks.${replicaAlias(args)}` },
    args,
    served,
  );
  const configs = Object.entries(open).map(([file, dataRaw]) => {
    const config = new docker.ServiceConfig(partOf(name, file), { dataRaw, labels }, kept);
    return { configId: config.id, configName: config.name, fileName: `${stagingFolder}/${file}` };
  });
  const secrets = Object.entries(secret).map(([file, content]) => {
    const data = content.apply((text) => Buffer.from(text).toString("base64"));
    const one = new docker.Secret(partOf(name, file), { data, labels }, kept);
    return { secretId: one.id, secretName: one.name, fileName: `${stagingFolder}/${file}` };
  });
  const volume = new docker.Volume(
    `${name}-balancer`,
    { driver: "local", driverOpts: inMemory, labels },
    kept,
  );
  const mount = {
    ...{ type: "volume", target: configFolder, source: volume.name },
    volumeOptions: { driverName: "local", driverOptions: inMemory, noCopy: true },
  };
  const files = [...Object.keys(secret), ...Object.keys(open).reverse()];
  const writer = new docker.Service(
    `${name}-balancer-files`,
    {
      labels,
      mode: { global: true },
      taskSpec: {
        containerSpec: {
          ...hardenedTask,
          ...{ image, commands: writeCommand(files, stay), labels },
          ...{ mounts: [mount], configs, secrets },
          stopGracePeriod: "15s",
        },
        resources: { limits: amounts(0.1, 32) },
        ...{ restartPolicy, logDriver },
      },
    },
    {
      ...kept,
      // Swarm notes here which platforms the image exists for.
      ignoreChanges: ["taskSpec.placement.platforms"],
    },
  );
  return { mount, writer };
}

// The volume is there while a task uses it.
// SIGUSR1 is how HAProxy's image is told to end.
const stay = "sleep infinity & trap 'kill $!' TERM USR1; wait";

/** The configuration has the name that it always had. */
function partOf(name: string, file: string): string {
  return file === configFile ? `${name}-balancer` : `${name}-balancer-${file.replace(/\W/g, "-")}`;
}
