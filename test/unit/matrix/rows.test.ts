import { describe, expect, it } from "vitest";
import { dockerFixed } from "../../e2e/matrix/dockerTarget";
import { kubernetesFixed } from "../../e2e/matrix/kubernetesTarget";
import {
  type Factor,
  factors,
  type Fixed,
  goesTogether,
  type Row,
  rowsOf,
} from "../../e2e/matrix/rows";
import { swarmFixed } from "../../e2e/matrix/swarmTarget";

const targets: [string, Fixed][] = [
  ["docker", dockerFixed],
  ["swarm", swarmFixed],
  ["kubernetes", kubernetesFixed],
];

/** Every two values that a stack of the target can have at once. */
function pairsOf(fixed: Fixed): Partial<Row>[] {
  const names = Object.keys(factors) as Factor[];
  const values = (name: Factor) => (fixed[name] ? [fixed[name]] : factors[name]);
  const pairs = names.flatMap((one, at) =>
    names
      .slice(at + 1)
      .flatMap((other) =>
        values(one).flatMap((a) => values(other).map((b) => ({ [one]: a, [other]: b }))),
      ),
  );
  return pairs.filter(goesTogether);
}

describe.each(targets)("the matrix of %s", (_name, fixed) => {
  const rows = rowsOf(fixed);

  it("has every two values that go together in a row", () => {
    const isIn = (pair: Partial<Row>) => (row: Row) =>
      Object.entries(pair).every(([name, value]) => row[name as Factor] === value);
    expect(pairsOf(fixed).filter((pair) => !rows.some(isIn(pair)))).toEqual([]);
  });

  it("has no row that a stack's own checks would refuse", () => {
    expect(rows.filter((row) => !goesTogether(row))).toEqual([]);
  });

  it("is small enough for a night", () => {
    expect(rows.length).toBeLessThanOrEqual(8);
  });
});
