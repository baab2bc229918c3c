import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it } from "vitest";

import { repository } from "../../support/stackConfig";

const read = (file: string) => fs.readFileSync(path.join(repository, "docs", file), "utf8");
const prices = JSON.parse(read("aws-prices.json")) as {
  source: { module: string; version: string; generated: string };
  region: string;
  currency: string;
  instances: Record<string, number>;
};
const page = read("aws.md");

/** The table of prices: a row for each family, a column for each size. */
function table(): { type: string; price: number }[] {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  const start = lines.findIndex((line) => line.startsWith("| family"));
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...sizes] = cells(lines[start]);
  return lines.slice(start + 2, start + 2 + families().length).flatMap((line) => {
    const [family, ...row] = cells(line);
    return row.flatMap((cell, index) =>
      cell === "" ? [] : [{ type: `${family}.${sizes[index]}`, price: Number(cell) }],
    );
  });
}

function families(): string[] {
  return [...new Set(Object.keys(prices.instances).map((type) => type.split(".")[0]))];
}

it("the table of prices is that of the price list", () => {
  const shown = Object.fromEntries(table().map(({ type, price }) => [type, price]));
  expect(shown).toEqual(prices.instances);
});

it("the page names the price list's source, date, region and currency", () => {
  const { source, region, currency } = prices;
  for (const fact of [source.module, source.version, source.generated.slice(0, 10), region]) {
    expect(page).toContain(fact);
  }
  expect(page).toContain(currency);
});
