import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { knownPart, secretPaths } from "./known";
import { reasonFor, reasonsSchema } from "./reasons";
import type { Finding, Path, Resource, ResourceRule, Settings, StackRule } from "./rule";

/** A rule for single resources as a policy of Pulumi. */
export function asPolicy(rule: ResourceRule): ResourceValidationPolicy {
  const secrets = new Map<string, Path[]>();
  return {
    ...aboutOf(rule, { ...rule.config, ...reasonsSchema }),
    // Changes nothing. It is where Pulumi still says which values are secret, on level "remediate".
    ...(rule.level === "remediate" && {
      remediateResource: ({ urn, props }) => void secrets.set(urn, secretPaths(props)),
    }),
    validateResource: (args, report) => {
      const resource = resourceOf(args, secrets.get(args.urn));
      const config = args.getConfig<{ reasons?: Record<string, string> }>();
      if (args.type === "pulumi:pulumi:Stack") {
        mistyped(rule.name, config, { ...rule.config, ...reasonsSchema }).forEach((text) =>
          report(text),
        );
      }
      if (reasonFor(resource, config.reasons) === undefined) {
        rule.check(resource, config).forEach((found) => report(messageOf(resource, found)));
      }
    },
  };
}

/** A rule for a whole stack as a policy of Pulumi. */
export function asStackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    ...aboutOf(rule, rule.config),
    validateStack: ({ resources, getConfig }, report) => {
      // urn:pulumi:STACK::PROJECT::TYPE::NAME
      const name = resources[0]?.urn.split("::")[0].replace("urn:pulumi:", "") ?? "";
      const stack = { name, resources: resources.map((one) => resourceOf(one)) };
      const config = getConfig();
      mistyped(rule.name, config, rule.config).forEach((text) => report(text));
      rule
        .check(stack, config)
        .forEach(({ wrong, fix }) => report(`Stack ${name} ${wrong}. ${fix}.`));
    },
  };
}

/** `Container serving is privileged. Take privileged out.`: what, what is wrong with it, what to do. */
function messageOf({ type, name }: Resource, { part, wrong, fix }: Finding): string {
  const resource = `${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
  return `${part ? `${resource}: ${part}` : resource} ${wrong}. ${fix}.`;
}

/** What the config file says of a rule that is no setting of it: Pulumi itself passes over that. */
function mistyped(rule: string, config: object, settings: Settings): string[] {
  const known = Object.keys(settings);
  return Object.keys(config)
    .filter((key) => key !== "enforcementLevel" && !known.includes(key))
    .map((key) => `The config has ${rule}.${key}, which is no setting. Use ${known.join(", ")}.`);
}

function aboutOf(rule: ResourceRule | StackRule, properties: PolicyConfigSchema["properties"]) {
  const { name, description, level } = rule;
  return { name, description, enforcementLevel: level, configSchema: { properties } };
}

function resourceOf(
  { type, name, urn, props, provider }: ResourceValidationArgs | PolicyResource,
  secrets: Path[] = [],
): Resource {
  return {
    ...{ type, name, urn, secrets },
    props: knownPart(props),
    provider: knownPart(provider?.props ?? {}),
  };
}
