import { type Container, containersOf, type Variable } from "../containers";
import { type Path, type Resource, type ResourceRule, unknown } from "../rule";

/** Names whose value nobody should read; not those of a file, an address or a name. */
const secretName =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
/** What such a name may well hold: a switch, a number, a path, a reference to a secret store. */
const harmlessValue = /^(|true|false|yes|no|none|\d+|\/\S*|arn:aws\S*)$/i;
/** Values that are secrets whatever their name is. */
const secretValues: [what: string, pattern: RegExp][] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["an access key of AWS", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22})/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{30}/],
  ["a token of Slack", /\bxox[abeoprs]-[\w-]{10}/],
  ["a JSON web token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./],
  ["an address with a password", /:\/\/[^/\s:@]+:[^/\s:@]+@/],
];

/**
 * Whoever may look at a container, a task definition or a pod reads its environment. What Pulumi marks as
 * secret is seen on level `remediate` only, which is `mandatory` in everything else: the SDK tells a
 * policy of the marks on no other level.
 */
export const noSecretInEnvironment: ResourceRule = {
  name: "no-secret-in-environment",
  description: "No environment of a container holds a secret.",
  level: "remediate",
  config: {},
  check: (resource) => {
    const fix = fixFor(resource.type);
    return containersOf(resource).flatMap((container) => {
      const { part } = container;
      const named = container.env.flatMap((variable) => secretIn(variable));
      const marked = isMarked(container, resource.secrets) && named.length === 0;
      return [
        ...named.map((what) => ({ part, wrong: `has ${what} in its environment`, fix })),
        ...(marked
          ? [{ part, wrong: "has a value in its environment that Pulumi marks as secret", fix }]
          : []),
      ];
    });
  },
};

/** What a variable holds, in words that do not tell its value. */
function secretIn({ name, value }: Variable): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  const [what] = secretValues.find(([, pattern]) => pattern.test(String(value))) ?? [];
  if (what) {
    return [`${what} as ${name}`];
  }
  const isSecret =
    secretName.test(name) && (value === unknown || !harmlessValue.test(String(value)));
  return isSecret ? [`the secret ${name}`] : [];
}

/** Whether a mark lies in a container's environment, or on all that it is part of. */
function isMarked({ envPath }: Container, secrets: readonly Path[]): boolean {
  const startsWith = (long: Path, short: Path) => short.every((key, index) => long[index] === key);
  return secrets.some((path) => startsWith(envPath, path) || startsWith(path, envPath));
}

function fixFor(type: Resource["type"]): string {
  if (type.startsWith("aws:")) {
    return "Put it into Secrets Manager, and name it below the container's secrets";
  }
  return type.startsWith("kubernetes:")
    ? "Put it into a Secret, and mount that as a file or name it by valueFrom"
    : "Give it as a file, by uploads or a secret of the swarm, and name the file";
}
