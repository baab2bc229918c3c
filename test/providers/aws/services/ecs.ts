// What resources of ECS have in common.
import { number, required, text } from "../shapes";

export const name = text({ replaces: true, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ });

export const onOff = text({ oneOf: ["ENABLED", "DISABLED"] });

export const strategy = {
  capacityProvider: text(required),
  weight: number({ min: 0, max: 1000 }),
};

export function ecsTags(values: Record<string, string> = {}) {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
