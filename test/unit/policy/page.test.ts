import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it } from "vitest";

import { asPolicy, asStackPolicy } from "../../../policy/pack";
import { resourceRules, stackRules } from "../../../policy/rules";
import { repository } from "../../support/stackConfig";

const page = fs.readFileSync(path.join(repository, "docs/policy.md"), "utf8");

/** The cells of a table's rows that begin with a name in code. */
function rows(): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

it("the page has each rule with its sentence, its level and its settings", () => {
  const policies = [...resourceRules.map(asPolicy), ...stackRules.map(asStackPolicy)];
  const expected = policies.map(({ name, description, enforcementLevel, configSchema }) => [
    `\`${name}\``,
    description,
    enforcementLevel,
    Object.keys(configSchema!.properties)
      .map((key) => `\`${key}\``)
      .join(", "),
  ]);
  expect(rows()).toEqual(expected);
});
