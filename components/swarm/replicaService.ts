import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelsFor } from "../docker/containerDefaults";
import { ReleaseStrategy } from "../docker/modelServiceArgs";
import { replicaAlias } from "../docker/replicas";
import { statusModels } from "../tfserving/modelStatus";
import { renderServer } from "../tfserving/serverOptions";
import {
  amounts,
  convergeWithin,
  hardened,
  logDriver,
  restartPolicy,
  serviceDuration,
  temporaryFiles,
} from "./serviceDefaults";
import { leaveSeconds, ResolvedSwarmArgs } from "./swarmModelServiceArgs";

const supervisor = "/usr/bin/tfserving-supervisor";
// Between two replicas of a release.
const stepSeconds = 2;

/**
 * The replicas. A release starts a new replica, waits until it is ready and stops an old one, and
 * so on (`rolling` stops the old one first). When a new one fails, Swarm puts the old release back and the update ends
 * with an error.
 */
export function createReplicas(
  name: string,
  args: ResolvedSwarmArgs,
  networkId: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): docker.Service {
  const { flags } = renderServer(args.server, { cpus: args.cpus });
  const step = {
    parallelism: args.parallelStarts,
    delay: serviceDuration(stepSeconds),
    monitor: "5s",
    maxFailureRatio: "0.0",
    order: args.strategy === ReleaseStrategy.Rolling ? "stop-first" : "start-first",
  };
  return new docker.Service(
    `${name}-replica`,
    {
      // Not on the containers: their labels cannot change in place.
      labels: labelsFor("replica", {
        ...args.labels,
        ...(args.modelVersion === undefined ? {} : { "tfserving.version": args.modelVersion }),
      }),
      mode: { replicated: { replicas: args.replicas } },
      endpointSpec: { mode: args.endpointMode },
      taskSpec: {
        containerSpec: {
          ...hardened,
          image: args.image,
          // The provider shuffles `env`, and each update would restart every replica.
          commands: ["/usr/bin/env", ...supervisorSettings(args), supervisor],
          args: flags,
          user: "10001:10001",
          labels: labelsFor("replica", args.labels),
          mounts: [temporaryFiles(64)],
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

/** The supervisor's environment, as NAME=value. */
function supervisorSettings({ drainSeconds, server, cpus }: ResolvedSwarmArgs): string[] {
  const { files } = renderServer(server, { cpus });
  const models = statusModels(server?.models);
  return [
    `TFS_DRAIN_SECONDS=${drainSeconds}`,
    `TFS_LEAVE_SECONDS=${leaveSeconds}`,
    ...(models === undefined ? [] : [`TFS_STATUS_MODELS=${models}`]),
    ...Object.entries(files).map(([flag, text]) => `TFS_FILE_${flag}=${text}`),
  ].sort();
}
