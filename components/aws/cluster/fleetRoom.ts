import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  memoryForTasksMb,
  ReplicaNeeds,
  replicasPerInstance,
} from "../instances/checkInstanceType";
import { InstanceTypeFacts, InstanceTypes } from "../instances/instanceTypes";

/** What a notebook needs of the instance that it runs on; CPUs it takes as they are left. */
export interface NotebookNeeds {
  memoryMb: number;
  gpus: number;
}

/** What shall run on a fleet at a time, while there is no release. */
export interface FleetLoad {
  replica: ReplicaNeeds;
  /** The most replicas. */
  replicas: number;
  /** @default - none runs */
  notebook?: NotebookNeeds;
}

/** What a fleet consists of. */
export interface Fleet {
  instanceType: string;
  furtherInstanceTypes: string[];
  maxInstances: number;
}

/**
 * How many instances of a type a load needs; Infinity where a replica or the notebook is too large
 * for one.
 */
export function instancesNeeded(facts: InstanceTypeFacts, load: FleetLoad): number {
  const { replica, replicas, notebook } = load;
  const each = replicasPerInstance(facts, replica);
  const beside = notebook ? replicasBeside(facts, replica, notebook) : 0;
  if (each === 0 || beside < 0) {
    return Infinity;
  }
  return (notebook ? 1 : 0) + Math.ceil(Math.max(0, replicas - beside) / each);
}

/** Replicas for which the notebook's instance has room as well; below 0 where it has none for the notebook. */
function replicasBeside(
  facts: InstanceTypeFacts,
  replica: ReplicaNeeds,
  notebook: NotebookNeeds,
): number {
  const memoryMb = memoryForTasksMb(facts) - notebook.memoryMb;
  const gpus = facts.gpus - notebook.gpus;
  // One interface is the instance's own, and one the notebook's.
  const interfaces = facts.networkInterfaces - 2;
  if (Math.min(memoryMb, gpus, interfaces) < 0) {
    return -1;
  }
  return Math.min(
    Math.floor(facts.vcpus / replica.cpus),
    Math.floor(memoryMb / replica.memoryMb),
    replica.gpus > 0 ? Math.floor(gpus / replica.gpus) : Infinity,
    interfaces,
  );
}

/**
 * What a fleet can never run. A replica that is too large for a type is `checkEcsCluster`'s to refuse,
 * and a type that is not known may have room for all.
 */
export function checkFleetRoom(fleet: Fleet, load: FleetLoad, known: InstanceTypes): Problem[] {
  const { instanceType, furtherInstanceTypes, maxInstances } = fleet;
  const types = [instanceType, ...furtherInstanceTypes];
  const facts = types.flatMap((type) => known[type] ?? []);
  const needed = Math.min(...facts.map((each) => instancesNeeded(each, load)));
  const { notebook, ...replicasOnly } = load;
  const withoutNotebook = Math.min(...facts.map((each) => instancesNeeded(each, replicasOnly)));
  if (facts.length < types.length || withoutNotebook === Infinity) {
    return [];
  }
  if (needed === Infinity) {
    return notebook ? [tooLarge(notebook, types, facts)] : [];
  }
  return needed > maxInstances
    ? [
        {
          propertyPath: "maxInstances",
          reason:
            `is ${maxInstances}, and ${described(load)} ${needed === 1 ? "needs" : "need"} ${needed} ` +
            `instances of ${types.join(" or ")}: use that or more, a larger type, or fewer replicas`,
        },
      ]
    : [];
}

function tooLarge(
  { memoryMb, gpus }: NotebookNeeds,
  types: string[],
  facts: InstanceTypeFacts[],
): Problem {
  const mostGpus = Math.max(...facts.map((each) => each.gpus));
  const mostMemory = Math.max(...facts.map(memoryForTasksMb));
  return gpus > mostGpus
    ? {
        propertyPath: "notebook.gpus",
        reason: `is ${gpus}, and ${types.join(" or ")} has ${mostGpus}: use no more, or another type`,
      }
    : {
        propertyPath: "notebook.memoryMb",
        reason:
          `is ${memoryMb}, and of an instance's memory about ${mostMemory} MiB are left for tasks ` +
          `(${types.join(" or ")}): use less, or a larger type`,
      };
}

/**
 * What works on a fleet of the first type, and costs an instance more than it seems to, or a release.
 *
 * @param startsFirst - whether a release starts new replicas before it stops old ones
 */
export function fleetRoomWarnings(
  { instanceType, maxInstances }: Fleet,
  load: FleetLoad,
  startsFirst: boolean,
  facts?: InstanceTypeFacts,
): string[] {
  if (!facts) {
    return [];
  }
  const { notebook, ...replicasOnly } = load;
  const needed = instancesNeeded(facts, load);
  const withoutNotebook = instancesNeeded(facts, replicasOnly);
  const oneMore = instancesNeeded(facts, { ...load, replicas: load.replicas + 1 });
  return [
    ...(notebook && needed > withoutNotebook && needed <= maxInstances
      ? [
          `The notebook (${notebook.memoryMb} MiB, ${notebook.gpus} GPUs) does not fit beside the replicas: with ` +
            `all ${load.replicas} of them ${needed} instances of ${instanceType} run, and ${withoutNotebook} ` +
            "without it. Give it less memory, use a larger type, or run it only when it is needed.",
        ]
      : []),
    ...(startsFirst && needed <= maxInstances && oneMore > maxInstances
      ? [
          `A release starts new replicas before it stops old ones, and ${maxInstances} instances of ${instanceType} ` +
            `(maxInstances) have no room beside ${described(load)}: it would never get on. ` +
            'Use strategy "inPlace", or a larger maxInstances.',
        ]
      : []),
  ];
}

function described({ replicas, notebook }: FleetLoad): string {
  return `${replicas} ${replicas === 1 ? "replica" : "replicas"}${notebook ? " and the notebook" : ""}`;
}
