import { BlockList, isIP, isIPv6 } from "net";
import { Problem } from "./problem";

/** Every IPv4 address. */
export const everyone = "0.0.0.0/0";

// RFC 1918 and RFC 6598: addresses that no packet from the internet carries.
const privateBlocks = new BlockList();
privateBlocks.addSubnet("10.0.0.0", 8);
privateBlocks.addSubnet("172.16.0.0", 12);
privateBlocks.addSubnet("192.168.0.0", 16);
privateBlocks.addSubnet("100.64.0.0", 10);

/**
 * Whether a text is a block of IPv4 addresses as a security group keeps it: EC2 clears the bits
 * after the prefix, which would then differ from the program for ever.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
 */
export function checkIpv4Block(propertyPath: string, text: string): Problem[] {
  const [address, prefix, ...rest] = text.split("/");
  if (isIPv6(address)) {
    return [
      {
        propertyPath,
        reason: `is ${text}, and IPv6 is not supported: give an IPv4 block`,
      },
    ];
  }
  const length = /^\d{1,2}$/.test(prefix ?? "") ? Number(prefix) : NaN;
  if (isIP(address) !== 4 || rest.length > 0 || !(length <= 32)) {
    return [
      {
        propertyPath,
        reason: `is "${text}", which is no block of addresses: write one like 10.0.0.0/8, or a single address like 192.0.2.7/32`,
      },
    ];
  }
  const block = `${firstAddress(address, length)}/${length}`;
  return block === text
    ? []
    : [{ propertyPath, reason: `is ${text}, whose first address is another: write ${block}` }];
}

/** Whether a text is a block of IPv4 or IPv6 addresses, where both are supported. */
export function checkIpBlock(propertyPath: string, text: string): Problem[] {
  const [address, prefix, ...rest] = text.split("/");
  if (!isIPv6(address)) {
    return checkIpv4Block(propertyPath, text);
  }
  const valid = rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "") && Number(prefix) <= 128;
  return valid
    ? []
    : [
        {
          propertyPath,
          reason: `is "${text}", which is no block of addresses: write one like fd00::/8`,
        },
      ];
}

/** Whether all addresses of an IPv4 block are private ones. */
export function isPrivate(block: string): boolean {
  const [address, prefix] = block.split("/");
  return privateBlocks.check(address) && privateBlocks.check(lastAddress(address, Number(prefix)));
}

function firstAddress(address: string, length: number): string {
  return toText(toNumber(address) - (toNumber(address) % blockSize(length)));
}

function lastAddress(address: string, length: number): string {
  return toText(toNumber(address) + blockSize(length) - 1);
}

function blockSize(length: number): number {
  return 2 ** (32 - length);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function toText(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
}
