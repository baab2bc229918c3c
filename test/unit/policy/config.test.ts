import { describe } from "vitest";

import { checkPolicies } from "../../support/policies";

describe("a config file", () => {
  const stack = { type: "pulumi:pulumi:Stack", props: {} };
  const reasons = { it: "The demonstration is for everybody" };
  checkPolicies([
    ["may have every setting", stack, { encryption: { customerKeys: true, reasons } }],
    ["may have a level", stack, { encryption: { enforcementLevel: "advisory" } }],
    [
      "is refused for a setting that a rule does not have",
      ...([stack, { "no-public-ingress": { reason: reasons } }] as const),
      "no-public-ingress: The config has no-public-ingress.reason, which is no setting. Use reasons.",
    ],
    [
      "is refused for one that a stack's rule does not have",
      ...([stack, { "monthly-budget": { usd: 1 } }] as const),
      "monthly-budget: The config has monthly-budget.usd, which is no setting. Use usdPerMonth, ",
    ],
  ]);
});
