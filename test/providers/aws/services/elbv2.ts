// What resources of Elastic Load Balancing have in common.
import { clients } from "../clients";
import { keyValues, tagChanges } from "../resourceType";
import type { Update } from "../resourceType";
import { replaces, text } from "../shapes";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const name = text({
  ...replaces,
  max: 32,
  pattern: /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
});

export async function retag({ id, state, news }: Update): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.elb().removeTags({ ResourceArns: [id], TagKeys: remove });
  }
  if (Object.keys(add).length > 0) {
    await clients.elb().addTags({ ResourceArns: [id], Tags: keyValues(add) });
  }
}
