// What resources of EC2 have in common.
import { currentRegion } from "../clients";
import { keyValues } from "../resourceType";

/** `[{ResourceType, Tags}]`, as EC2 wants tags of what it makes. */
export function tagged(ResourceType: string, values: Record<string, string> = {}) {
  const Tags = keyValues(values);
  return Tags.length > 0 ? [{ ResourceType: ResourceType as "vpc", Tags }] : undefined;
}

export function ec2Arn(owner: string | undefined, kind: string, id: string): string {
  return `arn:aws:ec2:${currentRegion()}:${owner}:${kind}/${id}`;
}
