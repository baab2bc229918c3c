import { IPv4, IPv6 } from "ipaddr.js";
import { Problem } from "./problem";

/** Every IPv4 address. */
export const everyone = "0.0.0.0/0";

/**
 * Whether a text is a block of IPv4 addresses as a security group keeps it: EC2 clears the bits
 * after the prefix, which would then differ from the program for ever.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
 */
export function checkIpv4Block(propertyPath: string, text: string): Problem[] {
  const refuse = (reason: string): Problem[] => [{ propertyPath, reason }];
  if (IPv6.isValid(text.split("/")[0])) {
    return refuse(`is ${text}, and IPv6 is not supported: give an IPv4 block`);
  }
  if (!IPv4.isValidCIDRFourPartDecimal(text)) {
    return refuse(
      `is "${text}", which is no block of addresses: write one like 10.0.0.0/8, or a single address like 192.0.2.7/32`,
    );
  }
  const block = `${IPv4.networkAddressFromCIDR(text).toString()}/${text.split("/")[1]}`;
  return block === text ? [] : refuse(`is ${text}, whose first address is another: write ${block}`);
}

/** Whether a text is a block of IPv4 or IPv6 addresses, where both are supported. */
export function checkIpBlock(propertyPath: string, text: string): Problem[] {
  if (!IPv6.isValid(text.split("/")[0])) {
    return checkIpv4Block(propertyPath, text);
  }
  return IPv6.isValidCIDR(text)
    ? []
    : [
        {
          propertyPath,
          reason: `is "${text}", which is no block of addresses: write one like fd00::/8`,
        },
      ];
}

/** Whether all addresses of an IPv4 block are private ones (RFC 1918 and RFC 6598). */
export function isPrivate(block: string): boolean {
  return [IPv4.networkAddressFromCIDR(block), IPv4.broadcastAddressFromCIDR(block)].every(
    (address) => ["private", "carrierGradeNat"].includes(address.range()),
  );
}
