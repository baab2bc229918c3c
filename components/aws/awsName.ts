import { createHash } from "crypto";

const hashDigits = 8;

/** Characters of the longest name of a load balancer or target group, less Pulumi's own suffix. */
export const loadBalancingNameLength = 32 - 8;

/** Characters of the longest name of an IAM role, less Pulumi's own suffix. */
export const roleNameLength = 64 - 8;

/**
 * A name that AWS takes: the parts joined by hyphens, in lower-case letters, digits and single
 * hyphens. It stays as it is when it fits, else it is cut and ends in 8 hex digits of a SHA-256 of
 * the whole name, so that two long names stay two.
 *
 * @param parts - such as the component's name and the child's part in it
 * @param maxLength - AWS's limit, less what is appended later (Pulumi's auto-naming: 8 characters)
 */
export function awsName(parts: string[], maxLength: number): string {
  const whole = parts.join("-");
  const name = hyphenated(whole);
  if (name.length <= maxLength) {
    return name;
  }
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, hashDigits);
  const start = name.slice(0, Math.max(0, maxLength - hashDigits - 1)).replace(/-$/, "");
  return start === "" ? hash.slice(0, maxLength) : `${start}-${hash}`;
}

function hyphenated(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
