import type { Settings } from "./rule";

/** Shorter than this, nobody learns anything from it. */
const leastCharacters = 15;

/** Every rule for single resources takes them. */
export const reasonsSchema: Settings = {
  reasons: {
    type: "object",
    description: "why a resource may break the rule, by its name or URN; * stands for anything",
    additionalProperties: { type: "string", minLength: leastCharacters },
    default: {},
  },
};

/** The written reason for which a resource may break a rule; undefined where there is none. */
export function reasonFor(
  { name, urn }: { name: string; urn: string },
  reasons: Record<string, string> = {},
): string | undefined {
  const found = Object.entries(reasons).find(([pattern]) => {
    const expression = pattern.split("*").map(escaped).join(".*");
    const whole = new RegExp(`^${expression}$`);
    return whole.test(name) || whole.test(urn);
  });
  return found?.[1];
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
