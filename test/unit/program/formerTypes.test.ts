// Stacks as earlier releases left them know components by the types that these had then. The tests of
// recorded stacks preview whole stacks with the real engine; this one is quick, and knows every target.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { declaredWith, everyTarget } from "../../support/everyTarget";
import { repository } from "../../support/stackConfig";

const states = path.join(repository, "test/support/states");

/** The types of the components in a recorded stack. */
function recordedComponents(name: string): string[] {
  const { resources } = JSON.parse(fs.readFileSync(path.join(states, `${name}.json`), "utf8"));
  const types = resources.map(({ type }: { type: string }) => type) as string[];
  return [...new Set(types)].filter((type) => type.startsWith("tfserving")).sort();
}

it.each(["docker", "swarm", "ecs", "kubernetes"])(
  "today's components on %s are found in a recorded stack",
  async (target) => {
    const declared = await declaredWith(everyTarget[target]);

    const known = declared.flatMap(({ type, formerTypes }) => [type, ...formerTypes]);
    const lost = recordedComponents(target).filter((type) => !known.includes(type));

    expect(lost).toEqual([]);
  },
);
