import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkNames } from "../serving/addresses";
import { configFolder } from "../serving/balancer/callers";
import { configFile, type ServedCertificate } from "../serving/balancer/files";
import { balancerCpus, ports } from "../serving/balancer/ports";
import { balancerCheck, balancerCommand } from "../serving/balancer/script";
import { balancerMemoryMb } from "../serving/balancer/size";
import { longestMs, requestTimes } from "../serving/requestTimes";
import { dockerLabels } from "../docker/containerDefaults";
import { createBalancerFiles } from "./balancerFiles";
import {
  amounts,
  convergeWithin,
  hardenedTask,
  imageForNodes,
  logDriver,
  restartPolicy,
  serviceDuration,
  temporaryMount,
} from "./serviceDefaults";
import { ResolvedSwarmArgs } from "./swarmModelServiceArgs";

const startSeconds = 30;

/**
 * The balancers, at most one per node. They are a replicated service and no global one, since
 * Pulumi can await only the former.
 *
 * Their host ports allow only one of them on a node, so a new one starts after the old one of its
 * node has stopped (start-first would wait for a free port for ever), one node after the other.
 * That is when a balancer's image changes; a changed configuration is taken over in place.
 *
 * @param served - the service's certificate. @default - REST and gRPC are plain
 */
export function createBalancerService(
  name: string,
  args: ResolvedSwarmArgs,
  networkId: pulumi.Input<string>,
  replicas: docker.Service,
  served: ServedCertificate | undefined,
  opts: pulumi.CustomResourceOptions,
): docker.Service {
  const image = new docker.RemoteImage(
    `${name}-balancer`,
    { name: args.balancerImage, keepLocally: true },
    { ...opts, deleteBeforeReplace: false },
  );
  const imageName = imageForNodes(image, "balancerImage", args.engine?.swarm?.nodes ?? 1);
  const { mount, writer } = createBalancerFiles(name, args, imageName, served, opts);
  const step = { parallelism: 1, monitor: "5s", maxFailureRatio: "0.0", order: "stop-first" };
  return new docker.Service(
    `${name}-balancer`,
    {
      labels: dockerLabels("balancer", args.labels),
      mode: { replicated: { replicas: args.balancers } },
      endpointSpec: { mode: args.endpointMode, ports: publishedPorts(args) },
      taskSpec: {
        containerSpec: {
          ...hardenedTask,
          image: imageName,
          commands: balancerCommand(),
          env: { BALANCER_CONFIG_FILE: `${configFolder}/${configFile}` },
          labels: dockerLabels("balancer", args.labels),
          mounts: [temporaryMount(4), { ...mount, readOnly: true }],
          stopGracePeriod: serviceDuration(Math.ceil(longestMs(requestTimes(args)) / 1000) + 10),
          healthcheck: {
            tests: balancerCheck(foundOnce),
            interval: "3s",
            timeout: "5s",
            retries: 3,
            startPeriod: serviceDuration(startSeconds),
          },
        },
        resources: {
          limits: amounts(balancerCpus, balancerMemoryMb(args)),
          reservation: amounts(0, 64),
        },
        placement: { maxReplicas: 1 },
        restartPolicy,
        networksAdvanceds: [{ id: networkId, aliases: networkNames(args.serviceName) }],
        logDriver,
      },
      updateConfig: { ...step, failureAction: "rollback" },
      rollbackConfig: { ...step, failureAction: "pause" },
      convergeConfig: convergeWithin(args.balancers, startSeconds),
    },
    {
      ...opts,
      deleteBeforeReplace: true,
      dependsOn: [replicas, writer],
      // Swarm notes here which platforms the image exists for.
      ignoreChanges: ["taskSpec.placement.platforms"],
    },
  );
}

function publishedPorts({ restPort, grpcPort }: ResolvedSwarmArgs) {
  const publish = (targetPort: number, publishedPort: number) => ({
    targetPort,
    publishedPort,
    // Ingress does not go with dnsrr, and needs ip_vs.
    publishMode: "host",
  });
  return [publish(ports.rest, restPort), ...(grpcPort ? [publish(ports.grpc, grpcPort)] : [])];
}

// Healthy once it has found replicas, and from then on while it answers: Swarm restarts what is
// unhealthy, and a restart brings no replicas back.
const foundOnce = `{ [ "$status" != 200 ] || : > /tmp/found; } && [ -e /tmp/found ]`;
