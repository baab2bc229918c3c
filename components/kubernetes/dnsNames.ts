import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { textThat } from "@tf-model-serving/core/internal/arguments/schema";

const longestLabel = 63;
const longestName = 253;
const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelPattern = new RegExp(`^${label}$`);
const hostPattern = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`);
const ipPattern = /^[\d.]+$/;

/**
 * Whether a text can name a Service or a namespace.
 *
 * @param longest - characters that there is room for
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
export function checkDnsLabel(
  propertyPath: string,
  text: string,
  longest: number = longestLabel,
): Problem[] {
  return labelPattern.test(text) && text.length <= longest
    ? []
    : [
        {
          propertyPath,
          reason:
            `is "${text}": use lower-case letters, digits and -, with a letter or digit at both ends, ` +
            `${longest} characters at most`,
        },
      ];
}

/** Whether a text is a host name of a route: no address, maybe with `*.` before it. */
function checkHostName(propertyPath: string, text: string): Problem[] {
  return hostPattern.test(text) && !ipPattern.test(text) && text.length <= longestName
    ? []
    : [
        {
          propertyPath,
          reason: `is "${text}": use a host name in lower case, such as models.example.com or *.example.com`,
        },
      ];
}

/** Schema of a name of a Service or a namespace. */
export const dnsLabel = textThat(checkDnsLabel);

/** Schema of a host name of a route. */
export const hostName = textThat(checkHostName);

/** Whether there is a host name that both stand for. */
export function hostsOverlap(one: string, other: string): boolean {
  return one === other || coveredBy(one, other) || coveredBy(other, one);
}

function coveredBy(host: string, wildcard: string): boolean {
  return wildcard.startsWith("*.") && host.endsWith(wildcard.slice(1));
}
