import { Problem } from "@tf-model-serving/core/internal/arguments/problem";

const name = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longestPrefix = 253;

/**
 * Labels, or what selects by them.
 *
 * @param taken - keys that are not the caller's to set
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function checkLabels(
  propertyPath: string,
  labels: Record<string, string> = {},
  taken: string[] = [],
): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const path = `${propertyPath}["${key}"]`;
    if (taken.includes(key)) {
      return [{ propertyPath: path, reason: "is a label that the component sets: leave it out" }];
    }
    return [
      ...(isQualifiedName(key)
        ? []
        : [
            {
              propertyPath: path,
              reason:
                "is no key of a label: use up to 63 letters, digits, -, _ and ., with a letter or digit at " +
                "both ends, perhaps after a domain and /",
            },
          ]),
      ...(value === "" || name.test(value)
        ? []
        : [
            {
              propertyPath: path,
              reason:
                `is "${value}": use up to 63 letters, digits, -, _ and ., with a letter or digit at ` +
                "both ends",
            },
          ]),
    ];
  });
}

/** A name, perhaps after a domain and `/`: a label's key or a resource's name. */
export function isQualifiedName(text: unknown): text is string {
  if (typeof text !== "string") {
    return false;
  }
  const [last, domain, ...more] = text.split("/").reverse();
  return (
    more.length === 0 &&
    name.test(last) &&
    (domain === undefined || (prefix.test(domain) && domain.length <= longestPrefix))
  );
}
