import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { InstanceTypeFacts, isArm64 } from "./instanceTypes";

/** What one replica needs of the instance that it runs on. */
export interface ReplicaNeeds {
  cpus: number;
  memoryMb: number;
  /** 0 for none. */
  gpus: number;
}

/** What the ECS agent keeps from tasks for itself and the host, in MiB (ECS_RESERVED_MEMORY). */
export const reservedMemoryMb = 256;

// The kernel and firmware keep a part of the memory from the agent's view. Karpenter's estimate:
// https://karpenter.sh/docs/reference/settings/ (VM_MEMORY_OVERHEAD_PERCENT).
const hiddenMemoryShare = 0.075;

const oldGpus: Record<string, string> = {
  p2: "K80",
  g3: "M60",
  g3s: "M60",
  p3: "V100",
  p3dn: "V100",
};

/**
 * Memory that ECS can give to tasks on an instance, in MiB: an estimate, on the safe side.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
 */
export function memoryForTasksMb({ memoryMb }: InstanceTypeFacts): number {
  return Math.floor(memoryMb * (1 - hiddenMemoryShare)) - reservedMemoryMb;
}

/**
 * How many replicas an instance has room for. Each has a network interface of its own, which can be
 * what runs out first.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
 */
export function replicasPerInstance(facts: InstanceTypeFacts, replica: ReplicaNeeds): number {
  return Math.min(...Object.values(roomFor(facts, replica)));
}

function roomFor(facts: InstanceTypeFacts, { cpus, memoryMb, gpus }: ReplicaNeeds) {
  return {
    CPUs: Math.floor(facts.vcpus / cpus),
    memory: Math.max(0, Math.floor(memoryForTasksMb(facts) / memoryMb)),
    GPUs: gpus > 0 ? Math.floor(facts.gpus / gpus) : Infinity,
    "network interfaces": facts.networkInterfaces - 1,
  };
}

/**
 * Whether replicas can run on an instance type.
 *
 * @param propertyPath - the argument that names it
 * @param facts - what AWS says of it. @default - only its name is judged
 * @param replica - what each replica needs. @default - only the type itself is judged
 */
export function checkInstanceType(
  propertyPath: string,
  instanceType: string,
  facts?: InstanceTypeFacts,
  replica?: ReplicaNeeds,
): Problem[] {
  const reason =
    whyUnfit(instanceType, facts) ?? (facts && replica ? tooSmall(facts, replica) : undefined);
  return reason === undefined ? [] : [{ propertyPath, reason: `is "${instanceType}": ${reason}` }];
}

function whyUnfit(instanceType: string, facts?: InstanceTypeFacts): string | undefined {
  if (isArm64(instanceType) || facts?.x86 === false) {
    return "its processor is arm64, and TensorFlow Serving's images are for x86 only. Use one such as c7i or g5";
  }
  const gpu = oldGpus[instanceType.split(".")[0]];
  return gpu === undefined
    ? undefined
    : "the driver in the GPU image of ECS (Amazon Linux 2023) has open kernel modules, which do not know " +
        `its ${gpu}. Use g4dn or newer`;
}

function tooSmall(facts: InstanceTypeFacts, replica: ReplicaNeeds): string | undefined {
  const { gpus, cpus, memoryMb } = replica;
  if (gpus > 0 && facts.gpus === 0) {
    return `it has no GPU, and each replica shall have ${gpus}. Use a g or p type such as g5.xlarge, or no GPUs`;
  }
  if (gpus > facts.gpus) {
    return `it has ${facts.gpus} GPU${facts.gpus === 1 ? "" : "s"}, and each replica shall have ${gpus}. Use a larger type or fewer GPUs`;
  }
  if (cpus > facts.vcpus) {
    return `it has ${facts.vcpus} vCPUs, and each replica shall have ${cpus}. Use a larger type or fewer cpus`;
  }
  const available = memoryForTasksMb(facts);
  if (memoryMb > available) {
    return (
      `of its ${facts.memoryMb} MiB about ${available} are left for replicas, and each shall have ` +
      `${memoryMb}. Use a larger type or less memoryMb`
    );
  }
  return undefined;
}

/** What works, and leaves GPUs idle that are paid for. */
export function instanceTypeWarnings(
  instanceType: string,
  replica: ReplicaNeeds,
  facts?: InstanceTypeFacts,
): string[] {
  if (!facts || facts.gpus === 0) {
    return [];
  }
  if (replica.gpus === 0) {
    return [
      `instanceType is ${instanceType}, whose GPUs (${facts.gpus}) no replica uses: ` +
        "set gpus, or use a type without GPUs.",
    ];
  }
  const room = roomFor(facts, replica);
  const fewest = Math.min(...Object.values(room));
  const limit = Object.entries(room).find(([, count]) => count === fewest)?.[0];
  return fewest > 0 && fewest < room.GPUs
    ? [
        `instanceType is ${instanceType}, whose GPUs are enough for ${room.GPUs} replicas and whose ${limit} ` +
          `for ${fewest}: ${facts.gpus - fewest * replica.gpus} of ${facts.gpus} GPUs stay idle.`,
      ]
    : [];
}
