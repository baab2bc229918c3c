import { listOf, type Resource, type ResourceRule, unknown } from "../rule";

/** Actions of a load balancer on AWS that let nobody through who does not show who they are. */
const asks = ["jwt-validation", "authenticate-oidc", "authenticate-cognito"];

/**
 * A load balancer answers everyone whom its security group lets in. Its listeners' own actions are looked
 * at, and those of their rules; certificates of clients are the listener's, which no rule tells.
 */
export const noAnonymousCallers: ResourceRule = {
  name: "no-anonymous-callers",
  description: "Load balancers on AWS ask who calls before they pass a request on.",
  level: "advisory",
  config: {},
  check: ({ type, props }) => {
    const actions = /^aws:a?lb\/listener(Rule)?:/.test(type) ? actionsOf(props) : [];
    const forward = actions.findIndex((one) => one.type === "forward");
    const asked = actions.slice(0, forward).some((one) => asks.includes(one.type));
    return forward < 0 || asked
      ? []
      : [
          {
            wrong: "passes requests on and does not ask who calls",
            fix:
              "Put an action jwt-validation before forward, as the key auth.jwt does, or write the " +
              "reason below no-anonymous-callers.reasons",
          },
        ];
  },
};

/** In their order; none while one of them is not known yet. */
function actionsOf({ actions, defaultActions, mutualAuthentication }: Resource["props"]) {
  const all = listOf(actions ?? defaultActions);
  const isVerified = mutualAuthentication?.mode === "verify";
  return isVerified || all.some((one) => one.type === unknown) ? [] : all;
}
