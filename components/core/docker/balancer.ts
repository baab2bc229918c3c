import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkNames } from "../serving/addresses";
import { configFolder } from "../serving/balancer/callers";
import { balancerFiles, configFile, type ServedCertificate } from "../serving/balancer/files";
import { balancerCpus, ports } from "../serving/balancer/ports";
import {
  balancerCheck,
  balancerCommand,
  stagingFolder,
  writeCommand,
} from "../serving/balancer/script";
import { balancerMemoryMb } from "../serving/balancer/size";
import {
  hardened,
  healthPace,
  kept,
  dockerLabels,
  limits,
  replaceOnChanges,
} from "./containerDefaults";
import { ResolvedModelServiceArgs } from "./modelServiceArgs";
import { canaryAlias, replicaAlias } from "./replicas";
import { after } from "./startOrder";

/**
 * HAProxy in front of the replicas, under the service's name.
 *
 * Its configuration lies on a volume, and a container that ends at once writes it there: HAProxy
 * takes a changed one over without closing a connection, where a new container would have to wait
 * for the old one's host ports.
 *
 * @param firstReady - when a replica can be found; the update ends once the balancer has found one
 * @param served - the service's certificate. @default - REST and gRPC are plain
 */
export function createBalancer(
  name: string,
  args: ResolvedModelServiceArgs,
  network: docker.Network,
  firstReady: Promise<void>,
  served: ServedCertificate | undefined,
  parent: pulumi.Resource,
): docker.Container {
  const image = new docker.RemoteImage(
    `${name}-balancer`,
    { name: args.balancerImage, keepLocally: true },
    { parent, deleteBeforeReplace: false },
  ).imageId;
  const volume = new docker.Volume(
    `${name}-balancer`,
    { labels: dockerLabels("balancer") },
    { parent, deleteBeforeReplace: false },
  );
  const config = writeConfig(name, args, { image, volume, served }, parent);
  const publish = (internal: number, external: number) => ({
    internal,
    external,
    ip: args.publishAddress,
  });
  return new docker.Container(
    `${name}-balancer`,
    {
      ...hardened,
      ...kept,
      image: after(firstReady, image),
      command: balancerCommand(),
      envs: [`BALANCER_CONFIG_FILE=${configFolder}/${configFile}`],
      labels: dockerLabels("balancer", args.labels),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=4m,mode=1777" },
      volumes: [{ volumeName: volume.name, containerPath: configFolder, readOnly: true }],
      networksAdvanced: [{ name: network.name, aliases: networkNames(args.serviceName) }],
      ports: [
        publish(ports.rest, args.restPort),
        ...(args.grpcPort ? [publish(ports.grpc, args.grpcPort)] : []),
      ],
      // Changed limits of the replicas must not replace the balancer.
      ...limits(balancerCpus, balancerMemoryMb(args), 512),
      healthcheck: {
        tests: balancerCheck('[ "$status" = 200 ]'),
        timeout: "5s",
        retries: 3,
        ...healthPace(args.engine?.apiVersion, 10),
      },
      wait: true,
      waitTimeout: 60,
      destroyGraceSeconds: 10,
    },
    // Its host ports allow only one of it.
    { parent, deleteBeforeReplace: true, replaceOnChanges, dependsOn: config },
  );
}

/** What the configuration is written with, and where. */
interface ConfigPlace {
  image: pulumi.Output<string>;
  volume: docker.Volume;
  served?: ServedCertificate;
}

/**
 * Writes the configuration and its files; other ones are another container, which overwrites them.
 * They are uploaded: environments and commands are there for everyone who may inspect containers.
 */
function writeConfig(
  name: string,
  args: ResolvedModelServiceArgs,
  { image, volume, served }: ConfigPlace,
  parent: pulumi.Resource,
): docker.Container {
  const { canary, modelName } = args;
  const place = {
    replicaAlias: replicaAlias(args),
    canary: canary && {
      alias: canaryAlias(args),
      modelName,
      version: canary.version,
      percent: canary.percent,
    },
  };
  const { open, secret } = balancerFiles(place, args, served);
  const files = Object.entries({ ...open, ...secret });
  return new docker.Container(
    `${name}-balancer-config`,
    {
      ...hardened,
      // The provider writes the files before it starts.
      readOnly: false,
      // The volume's folder belongs to root; without capabilities it can write nothing else.
      user: "0:0",
      networkMode: "none",
      image,
      command: writeCommand(files.map(([file]) => file)),
      uploads: files.map(([file, content]) => ({
        file: `${stagingFolder}/${file}`,
        content,
        // HAProxy's user reads them; nobody else has the volume.
        permissions: "0444",
      })),
      labels: dockerLabels("balancer-config", args.labels),
      volumes: [{ volumeName: volume.name, containerPath: configFolder }],
      ...limits(balancerCpus, 64, 512),
      logDriver: "json-file",
      logOpts: { "max-size": "1m", "max-file": "1" },
      restart: "no",
      mustRun: false,
      attach: true,
    },
    { parent, deleteBeforeReplace: false, replaceOnChanges },
  );
}
