import prices from "../../docs/aws-prices.json";
import { monthlyCost } from "../monthlyCost";
import type { Stack, StackRule } from "../rule";

interface Config {
  usdPerMonth?: Record<string, number>;
  atMostInstances?: boolean;
  usdPerHour?: Record<string, number>;
}

/** Holds what the instances of a stack cost on demand against what its team may spend. */
export const monthlyBudget: StackRule<Config> = {
  name: "monthly-budget",
  description: "The instances of a stack cost no more than its budget.",
  level: "mandatory",
  config: {
    usdPerMonth: {
      type: "object",
      description: "US dollars a month by name of a stack; `*` is any other; without one: no limit",
      additionalProperties: { type: "number", minimum: 0 },
      default: {},
    },
    atMostInstances: {
      type: "boolean",
      description:
        "whether to count as many instances as a group may grow to, not as it starts with",
      default: false,
    },
    usdPerHour: {
      type: "object",
      description:
        "US dollars an hour by instance type, before those of the list: of your region, say",
      additionalProperties: { type: "number", minimum: 0 },
      default: {},
    },
  },
  check: (stack, { usdPerMonth = {}, atMostInstances, usdPerHour = {} }) => {
    const budget = usdPerMonth[stack.name] ?? usdPerMonth["*"];
    if (budget === undefined) {
      return [];
    }
    const list = { ...prices, instances: { ...prices.instances, ...usdPerHour } };
    const { usual, most, instances, unpriced } = monthlyCost(stack.resources, list);
    const cost = Math.round(atMostInstances ? most : usual);
    const tooMuch = {
      wrong:
        `costs ${cost} USD a month for instances (${instances.join(", ")}) at ${basis(stack)}, and ` +
        `its budget is ${budget}`,
      fix: "Take fewer or smaller ones, or raise monthly-budget.usdPerMonth of this stack in the config",
    };
    return [
      ...(cost > budget ? [tooMuch] : []),
      ...unpriced.map((one) => ({
        wrong: `has a budget of ${budget} USD and instances without a price (${one})`,
        fix: "Add the price of that type below monthly-budget.usdPerHour in the config",
      })),
    ];
  },
};

/** Whose prices these are, and of which day; and of which regions the list has none. */
function basis({ resources }: Stack): string {
  const regions = resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ provider }) => provider.region)
    .filter((region) => typeof region === "string" && region !== prices.region);
  const others = [...new Set(regions)].join(", ");
  const of = `prices of ${prices.region} of ${prices.source.generated.slice(0, 10)}`;
  return others ? `${of} (the list has none of ${others})` : of;
}
