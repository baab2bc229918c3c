import type { ResourceRule, StackRule } from "../rule";
import { encryption } from "./encryption";
import { imagesByDigest } from "./imagesByDigest";
import { monthlyBudget } from "./monthlyBudget";
import { noAnonymousCallers } from "./noAnonymousCallers";
import { noPrivilegedContainer } from "./noPrivilegedContainer";
import { noPublicIngress } from "./noPublicIngress";
import { noSecretInEnvironment } from "./noSecretInEnvironment";
import { requiredTags } from "./requiredTags";

/** What each resource is held to, in the order in which the documentation has it. */
export const resourceRules: readonly ResourceRule[] = [
  imagesByDigest,
  noPublicIngress,
  noAnonymousCallers,
  encryption,
  noPrivilegedContainer,
  noSecretInEnvironment,
  requiredTags,
];

/** What a stack as a whole is held to. */
export const stackRules: readonly StackRule[] = [monthlyBudget];
