import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkIpBlock, checkIpv4Block, isPrivate } from "../../../components/core/arguments/cidr";

function reason(text: string): string | undefined {
  return checkIpv4Block("clientCidrs[0]", text)[0]?.reason;
}

describe("a block of IPv4 addresses", () => {
  it.each(["0.0.0.0/0", "10.0.0.0/8", "192.0.2.7/32", "172.16.128.0/17"])("may be %s", (text) => {
    expect(reason(text)).toBeUndefined();
  });

  it.each<[string, string]>([
    ["", "no block"],
    ["everyone", "no block"],
    ["10.0.0.0", "no block"],
    ["10.0.0.0/33", "no block"],
    ["10.0.0.0/-1", "no block"],
    ["10.0.0.0/8/8", "no block"],
    ["10.0.0/8", "no block"],
    ["010.0.0.0/8", "no block"],
    ["2001:db8::/32", "give an IPv4 block"],
    ["10.1.2.3/16", "write 10.1.0.0/16"],
    ["192.168.1.1/0", "write 0.0.0.0/0"],
  ])("is not %j: %s", (text, part) => {
    expect(reason(text)).toContain(part);
  });

  it("is taken as it is proposed, whatever was given", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const proposed = /write (\S+)$/.exec(reason(`${address}/${prefix}`) ?? "")?.[1];
        expect(reason(proposed ?? `${address}/${prefix}`)).toBeUndefined();
      }),
    );
  });

  it.each<[string, boolean]>([
    ["10.0.0.0/8", true],
    ["10.20.0.0/16", true],
    ["172.16.0.0/12", true],
    ["192.168.7.0/24", true],
    ["100.64.0.0/10", true],
    ["8.0.0.0/6", false],
    ["172.0.0.0/8", false],
    ["192.0.2.7/32", false],
    ["0.0.0.0/0", false],
  ])("%s: private? %s", (block, expected) => {
    expect(isPrivate(block)).toBe(expected);
  });
});

describe("a block of IPv4 or IPv6 addresses", () => {
  it.each(["10.0.0.0/8", "fd00::/8", "2001:db8::7/128", "::/0"])("may be %s", (text) => {
    expect(checkIpBlock("cidr", text)).toEqual([]);
  });

  it.each<[string, string]>([
    ["fd00::", "write one like fd00::/8"],
    ["fd00::/129", "write one like fd00::/8"],
    ["fd00::/8/8", "write one like fd00::/8"],
    ["fd00::/x", "write one like fd00::/8"],
    ["10.1.2.3/16", "write 10.1.0.0/16"],
  ])("is not %j: %s", (text, part) => {
    const [{ propertyPath, reason }] = checkIpBlock("cidr", text);
    expect([propertyPath, reason]).toEqual(["cidr", expect.stringContaining(part)]);
  });
});
