// What resources of Elastic Load Balancing have in common.
import { replaces, text } from "../shapes";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const name = text({
  ...replaces,
  max: 32,
  pattern: /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
});

/** Attributes that are given, as AWS wants them. */
export function attributes(all: Record<string, unknown>): { Key: string; Value: string }[] {
  return Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([Key, value]) => ({ Key, Value: String(value) }));
}
