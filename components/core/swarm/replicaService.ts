import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { dockerLabels } from "../docker/containerDefaults";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import { imageUser, superviseServer, supervisor } from "../serving/supervisor";
import { replicaAlias } from "../docker/replicas";
import {
  amounts,
  convergeWithin,
  hardenedTask,
  logDriver,
  restartPolicy,
  serviceDuration,
  temporaryMount,
} from "./serviceDefaults";
import { leaveSeconds, ResolvedSwarmArgs } from "./swarmModelServiceArgs";

// Between two replicas of a release.
const stepSeconds = 2;

/**
 * The replicas. A release starts a new replica, waits until it is ready and stops an old one, and so
 * on; in place it stops the old one first. When a new one fails, Swarm puts the old release back and
 * the update ends with an error.
 */
export function createReplicaService(
  name: string,
  args: ResolvedSwarmArgs,
  networkId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): docker.Service {
  const { flags, environment } = superviseServer({ ...args, leaveSeconds });
  const settings = environment.map(([name, value]) => `${name}=${value}`);
  const step = {
    parallelism: args.parallelStarts,
    delay: serviceDuration(stepSeconds),
    monitor: "5s",
    maxFailureRatio: "0.0",
    order: args.strategy === ReleaseStrategy.InPlace ? "stop-first" : "start-first",
  };
  return new docker.Service(
    `${name}-replica`,
    {
      // Not on the containers: their labels cannot change in place.
      labels: dockerLabels("replica", {
        ...args.labels,
        ...(args.modelVersion === undefined ? {} : { "tfserving.version": args.modelVersion }),
      }),
      mode: { replicated: { replicas: args.replicas } },
      endpointSpec: { mode: args.endpointMode },
      taskSpec: {
        containerSpec: {
          ...hardenedTask,
          image: args.image,
          // The provider shuffles `env`, and each update would restart every replica.
          commands: ["/usr/bin/env", ...settings, supervisor],
          args: flags,
          user: `${imageUser}:${imageUser}`,
          labels: dockerLabels("replica", args.labels),
          mounts: [temporaryMount(64)],
          stopGracePeriod: serviceDuration(args.stopGraceSeconds),
          healthcheck: {
            tests: ["CMD", supervisor, "--check"],
            interval: "3s",
            timeout: "5s",
            retries: 3,
            startPeriod: serviceDuration(args.startTimeoutSeconds),
          },
        },
        resources: {
          limits: amounts(args.cpus, args.memoryMb),
          reservation: {
            ...amounts(args.reservedCpus, args.memoryMb),
            ...(args.gpus ? { genericResources: { discreteResourcesSpecs: [args.gpus] } } : {}),
          },
        },
        placement: {
          constraints: args.constraints,
          prefs: args.spreadOver ? [args.spreadOver] : undefined,
          platforms: [{ architecture: "amd64", os: "linux" }],
        },
        restartPolicy,
        networksAdvanceds: [{ id: networkId, aliases: [replicaAlias(args)] }],
        logDriver,
      },
      updateConfig: { ...step, failureAction: "rollback" },
      rollbackConfig: { ...step, failureAction: "pause" },
      convergeConfig: convergeWithin(
        Math.ceil(args.replicas / args.parallelStarts),
        args.startTimeoutSeconds,
      ),
    },
    // A release that failed is not taken for a good one by the next update.
    { ...opts, deleteBeforeReplace: false, replaceOnChanges: ["#initerror"] },
  );
}
