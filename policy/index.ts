import { PolicyPack } from "@pulumi/policy";
import { asPolicy, asStackPolicy } from "./pack";
import { resourceRules, stackRules } from "./rules";

/** The pack that `--policy-pack` starts: each rule of rules/ as a policy of Pulumi. */
new PolicyPack("tf-model-serving", {
  description: "Guard rails for stacks that serve models",
  policies: [...resourceRules.map(asPolicy), ...stackRules.map(asStackPolicy)],
});
