// The numbers of docs/how-to/limits.md are the code's.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { balancerMemoryMb } from "../../../components/core/serving/balancer/size";
import { edgeDefaults } from "../../../components/core/serving/edge/edgeArgs";
import { repository } from "../../support/stackConfig";

const page = fs.readFileSync(path.join(repository, "docs/how-to/limits.md"), "utf8");
const number = (text: string) => (text === "none" ? undefined : Number(text.replace(",", "")));

it("docs/how-to/limits.md says what memory a balancer has", () => {
  const rows = [...page.matchAll(/^\| (none|\d+) +\| ([\d,]+) +\| ([\d,]+) +\|$/gm)];
  expect(rows.length).toBeGreaterThan(3);
  for (const [, maxRequestMb, maxConnections, memory] of rows) {
    const size = {
      maxRequestMb: number(maxRequestMb),
      maxConnections: number(maxConnections),
    };
    expect(balancerMemoryMb(size), JSON.stringify(size)).toBe(number(memory));
  }
});

it("docs/how-to/limits.md has the defaults", () => {
  const { maxConnections, queueMilliseconds } = edgeDefaults;
  expect(page).toContain(`| ${maxConnections.toLocaleString("en")}; further ones wait`);
  expect(page).toContain(`\`queueMilliseconds\` at most, ${queueMilliseconds}`);
});
