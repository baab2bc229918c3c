import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkNames } from "../serving/addresses";
import { balancerCpus, ports, renderBalancerConfig } from "../serving/balancerConfig";
import { balancerCheck, balancerCommand } from "../serving/balancerScript";
import { balancerMemoryMb } from "../serving/balancerSize";
import { requestTimes } from "../serving/requestTimes";
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

const configFolder = "/config";
const configFile = `${configFolder}/haproxy.cfg`;

/**
 * HAProxy in front of the replicas, under the service's name.
 *
 * Its configuration lies on a volume, and a container that ends at once writes it there: HAProxy
 * takes a changed one over without closing a connection, where a new container would have to wait
 * for the old one's host ports.
 *
 * @param firstReady - when a replica can be found; the update ends once the balancer has found one
 */
export function createBalancer(
  name: string,
  args: ResolvedModelServiceArgs,
  network: docker.Network,
  firstReady: Promise<void>,
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
  const config = writeConfig(name, args, image, volume, parent);
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
      envs: [`BALANCER_CONFIG_FILE=${configFile}`],
      labels: dockerLabels("balancer", args.labels),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=4m,mode=1777" },
      volumes: [{ volumeName: volume.name, containerPath: configFolder, readOnly: true }],
      networksAdvanced: [{ name: network.name, aliases: networkNames(args.serviceName) }],
      ports: [
        publish(ports.rest, args.restPort),
        ...(args.grpcPort ? [publish(ports.grpc, args.grpcPort)] : []),
      ],
      ...balancerLimits,
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

/** Writes the configuration; another one is another container, which overwrites it. */
function writeConfig(
  name: string,
  args: ResolvedModelServiceArgs,
  image: pulumi.Output<string>,
  volume: docker.Volume,
  parent: pulumi.Resource,
): docker.Container {
  const { canary, modelName } = args;
  const text = renderBalancerConfig({
    replicaAlias: replicaAlias(args),
    times: requestTimes(args),
    canary: canary && {
      alias: canaryAlias(args),
      modelName,
      version: canary.version,
      percent: canary.percent,
    },
  });
  return new docker.Container(
    `${name}-balancer-config`,
    {
      ...hardened,
      // The volume's folder belongs to root; without capabilities it can write nothing else.
      user: "0:0",
      networkMode: "none",
      image,
      command: ["sh", "-c", writeScript],
      envs: [`BALANCER_CONFIG=${text}`],
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

// Moved into place, so that HAProxy never sees half of it.
const writeScript = `printf "%s" "$BALANCER_CONFIG" > ${configFile}.new && mv -f ${configFile}.new ${configFile}`;

// Its own, since changed limits of the replicas must not replace the balancer.
const balancerLimits = limits(balancerCpus, balancerMemoryMb, 512);
