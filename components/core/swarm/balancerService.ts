import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { networkNames } from "../serving/addresses";
import { balancerCpus, ports, renderBalancerConfig } from "../serving/balancerConfig";
import { balancerCheck, balancerCommand } from "../serving/balancerScript";
import { balancerMemoryMb } from "../serving/balancerSize";
import { longestMs, requestTimes } from "../serving/requestTimes";
import { dockerLabels } from "../docker/containerDefaults";
import { replicaAlias } from "../docker/replicas";
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

const configFile = "/haproxy.cfg";
const startSeconds = 30;

/**
 * The balancers, at most one per node. They are a replicated service and no global one, since
 * Pulumi can await only the former.
 *
 * Their host ports allow only one of them on a node, so a new one starts after the old one of its
 * node has stopped (start-first would wait for a free port for ever), one node after the other.
 * That is when a balancer's image or configuration changes; releases and scaling change neither.
 */
export function createBalancerService(
  name: string,
  args: ResolvedSwarmArgs,
  networkId: pulumi.Input<string>,
  replicas: docker.Service,
  opts: pulumi.CustomResourceOptions,
): docker.Service {
  const times = requestTimes(args);
  const image = new docker.RemoteImage(
    `${name}-balancer`,
    { name: args.balancerImage, keepLocally: true },
    { ...opts, deleteBeforeReplace: false },
  );
  const config = new docker.ServiceConfig(
    `${name}-balancer`,
    {
      // `tasks.` lists every task, in both endpoint modes.
      dataRaw: renderBalancerConfig({
        replicaAlias: `tasks.${replicaAlias(args)}`,
        times,
      }),
      labels: dockerLabels("balancer", args.labels),
    },
    { ...opts, deleteBeforeReplace: false },
  );
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
          image: imageForNodes(image, "balancerImage", args.engine?.swarm?.nodes ?? 1),
          commands: balancerCommand(),
          env: { BALANCER_CONFIG_FILE: configFile },
          labels: dockerLabels("balancer", args.labels),
          mounts: [temporaryMount(4)],
          configs: [{ configId: config.id, configName: config.name, fileName: configFile }],
          stopGracePeriod: serviceDuration(Math.ceil(longestMs(times) / 1000) + 10),
          healthcheck: {
            tests: balancerCheck(foundOnce),
            interval: "3s",
            timeout: "5s",
            retries: 3,
            startPeriod: serviceDuration(startSeconds),
          },
        },
        resources: { limits: amounts(balancerCpus, balancerMemoryMb), reservation: amounts(0, 64) },
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
      dependsOn: replicas,
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
