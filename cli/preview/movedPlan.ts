import { resourceName } from "../automation/describeEvent";

/** A plan of `pulumi preview --save-plan`, as far as it is read here. */
export interface Plan {
  readonly resourcePlans?: Readonly<Record<string, ResourcePlan>>;
}

interface ResourcePlan {
  /** None of a resource that is deleted. */
  readonly goal?: {
    readonly type: string;
    /** What changes of what the program asks for. */
    readonly inputDiff?: Partial<Record<"adds" | "updates", Record<string, unknown>>> & {
      readonly deletes?: readonly string[];
    };
  };
  readonly steps?: readonly string[];
}

/** What a plan does to a resource, told from the steps that Pulumi takes for it. */
const words: readonly [step: string, word: string][] = [
  ["replace", "replaced"],
  ["create-replacement", "replaced"],
  ["create", "created"],
  ["update", "updated"],
  ["delete", "deleted"],
];

/**
 * What moved between a plan that was saved and one that was made just now: a line for each resource
 * with which something else would be done. Names that Pulumi makes up anew in each preview, times, and
 * the order of dependencies do not count.
 */
export function movedSince(saved: Plan, now: Plan): string[] {
  const [before, after] = [saved.resourcePlans ?? {}, now.resourcePlans ?? {}];
  const urns = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return urns.flatMap((urn) => {
    const [was, is] = [before[urn], after[urn]];
    const name = resourceName(urn.split("::")[2]?.split("$").at(-1) ?? "", urn);
    if (deed(was) !== deed(is)) {
      return [`${name}: the plan has it ${deed(was)}; now it would be ${deed(is)}`];
    }
    const changed = differingInputs(was, is);
    return changed.length > 0
      ? [`${name}: ${changed.join(", ")} would be changed to something else than the plan says`]
      : [];
  });
}

function deed(plan: ResourcePlan | undefined): string {
  const [, word] = words.find(([step]) => plan?.steps?.includes(step)) ?? [];
  // What is only refreshed, or has no step, is left as it is.
  return word ?? "left alone";
}

function differingInputs(was: ResourcePlan | undefined, is: ResourcePlan | undefined): string[] {
  const [before, after] = [wanted(was), wanted(is)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => stable(before[key]) !== stable(after[key]))
    .sort();
}

/** What a plan changes of a resource's inputs, without a name that Pulumi makes up. */
function wanted(plan: ResourcePlan | undefined): Record<string, unknown> {
  const { adds = {}, updates = {}, deletes = [] } = plan?.goal?.inputDiff ?? {};
  const all: Record<string, unknown> = {
    ...adds,
    ...updates,
    ...Object.fromEntries(deletes.map((key) => [key, "deleted"])),
  };
  const made = all.__defaults;
  return Array.isArray(made)
    ? Object.fromEntries(Object.entries(all).filter(([key]) => !made.includes(key)))
    : all;
}

/** As text, whatever the order of the keys. What is encrypted is so with a new nonce each time. */
function stable(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) {
      return part;
    }
    const entries = Object.entries(part).filter(([name]) => name !== "ciphertext");
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
