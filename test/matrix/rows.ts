import { make } from "covertable";

/** Settings of a stack that a release has to lose nothing under, each with what it can be. */
export const factors = {
  registry: ["none", "plain HTTP"],
  models: ["one", "several"],
  canary: ["none", "a third"],
  strategy: ["blueGreen", "rolling"],
  flags: ["defaults", "batching"],
  notebook: ["none", "one"],
  back: ["by config", "by command"],
  scaling: ["fixed", "automatic"],
} as const;

export type Factor = keyof typeof factors;
export type Row = { [F in Factor]: (typeof factors)[F][number] };

/** What a target does not have: the value that every row of it gets. */
export type Fixed = Partial<Row>;

/**
 * Rows in which every two values that go together meet at least once. The first row has the most that
 * is not a default: it is the one for a run that has time for one.
 *
 * @param fixed - what the target leaves no choice for
 */
export function rowsOf(fixed: Fixed): Row[] {
  const levels = Object.fromEntries(
    Object.entries(factors).map(([name, all]) => [
      name,
      name in fixed ? [fixed[name as Factor]] : [...all],
    ]),
  );
  const rows = make(levels, { preFilter: (row: Partial<Row>) => goesTogether(row) }) as Row[];
  return rows.sort((a, b) => unusual(b) - unusual(a));
}

/** What a stack's own checks refuse is no row. */
function goesTogether({ models, canary, back }: Partial<Row>): boolean {
  // A canary is a version of one model, and its images are built: a rollback pins one.
  return canary !== "a third" || (models !== "several" && back !== "by command");
}

function unusual(row: Row): number {
  return (Object.keys(factors) as Factor[]).filter((name) => row[name] !== factors[name][0]).length;
}

/** A row in words, without what every row of the target has. */
export function describeRow(row: Row, fixed: Fixed): string {
  return (Object.keys(factors) as Factor[])
    .filter((name) => !(name in fixed))
    .map((name) => `${name} ${row[name]}`)
    .join(", ");
}
