// What resources of EC2 have in common.
import { clients, currentRegion } from "../clients";
import { keyValues, tagChanges } from "../resourceType";
import type { Update } from "../resourceType";

/** `[{ResourceType, Tags}]`, as EC2 wants tags of what it makes. */
export function tagged(ResourceType: string, values: Record<string, string> = {}) {
  const Tags = keyValues(values);
  return Tags.length > 0 ? [{ ResourceType: ResourceType as "vpc", Tags }] : undefined;
}

export async function retag({ state, news }: Update, id: string): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.ec2().deleteTags({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
  }
  if (Object.keys(add).length > 0) {
    await clients.ec2().createTags({ Resources: [id], Tags: keyValues(add) });
  }
}

export function ec2Arn(owner: string | undefined, kind: string, id: string): string {
  return `arn:aws:ec2:${currentRegion()}:${owner}:${kind}/${id}`;
}
