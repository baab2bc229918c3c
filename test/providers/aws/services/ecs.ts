// What resources of ECS have in common.
import { clients } from "../clients";
import { tagChanges } from "../resourceType";
import type { Update } from "../resourceType";
import { number, required, text } from "../shapes";

export const name = text({ replaces: true, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ });

export const onOff = text({ oneOf: ["ENABLED", "DISABLED"] });

export const strategy = {
  capacityProvider: text(required),
  base: number({ min: 0, max: 100000 }),
  weight: number({ min: 0, max: 1000 }),
};

export function ecsTags(values: Record<string, string> = {}) {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

export async function retag({ state, news }: Update, resourceArn: string): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.ecs().untagResource({ resourceArn, tagKeys: remove });
  }
  if (Object.keys(add).length > 0) {
    await clients.ecs().tagResource({ resourceArn, tags: ecsTags(add) });
  }
}
