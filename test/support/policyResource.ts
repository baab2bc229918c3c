import { type Path, type Resource, unknown as notKnown } from "../../policy/rule";
import { type Registration, secretValue, unknown } from "./mocks";

/** A resource as the rules of the policy pack get it from Pulumi. */
export function policyResource({ type, name, urn, inputs }: Registration): Resource {
  const secrets: Path[] = [];
  const plain = (value: unknown, path: Path): unknown => {
    const content = secretValue(value);
    if (content !== value) {
      secrets.push(path);
    }
    if (content === unknown) {
      return notKnown;
    }
    if (Array.isArray(content)) {
      return content.map((one, index) => plain(one, [...path, index]));
    }
    return content instanceof Object
      ? Object.fromEntries(
          Object.entries(content).map(([key, one]) => [key, plain(one, [...path, key])]),
        )
      : content;
  };
  return { type, name, urn, secrets, props: plain(inputs, []), provider: {} };
}
