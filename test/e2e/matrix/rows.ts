/** Settings of a stack that a release has to lose nothing under, each with what it can be. */
export const factors = {
  registry: ["none", "plain HTTP"],
  models: ["one", "several"],
  canary: ["none", "a third"],
  strategy: ["surge", "inPlace"],
  flags: ["defaults", "batching"],
  notebook: ["none", "one"],
  back: ["by config", "by command"],
  scaling: ["fixed", "automatic"],
} as const;

export type Factor = keyof typeof factors;
const names = Object.keys(factors) as Factor[];
export type Row = { [F in Factor]: (typeof factors)[F][number] };

/** What a target does not have: the value that every row of it gets. */
export type Fixed = Partial<Row>;

/**
 * Rows in which every two values that go together meet at least once. The first row has the most that
 * is not a default: it is the one for a run that has time for one.
 *
 * Libraries for this drop pairs where values exclude each other. All rows that there can be are few,
 * and each next one is the one that has the most pairs which none before it has.
 *
 * @param fixed - what the target leaves no choice for
 */
export function rowsOf(fixed: Fixed): Row[] {
  const possible = allRows(fixed);
  const missing = new Set(possible.flatMap(pairsIn));
  const chosen: Row[] = [];
  while (missing.size > 0) {
    const gain = (row: Row) => pairsIn(row).filter((pair) => missing.has(pair)).length;
    const best = possible.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    pairsIn(best).forEach((pair) => missing.delete(pair));
    chosen.push(best);
  }
  return chosen.sort((a, b) => unusual(b) - unusual(a));
}

function allRows(fixed: Fixed): Row[] {
  return names
    .reduce<Partial<Row>[]>(
      (rows, name) =>
        rows.flatMap((row) =>
          (fixed[name] ? [fixed[name]] : factors[name]).map((value) => ({ ...row, [name]: value })),
        ),
      [{}],
    )
    .filter(goesTogether) as Row[];
}

/** Every two values of a row, as text. */
function pairsIn(row: Row): string[] {
  return names.flatMap((one, at) =>
    names.slice(at + 1).map((other) => `${one} ${row[one]}, ${other} ${row[other]}`),
  );
}

/** What a stack's own checks refuse is no row. */
export function goesTogether({ models, canary, back }: Partial<Row>): boolean {
  // A canary is a version of one model, and its images are built: a rollback pins one.
  return canary !== "a third" || (models !== "several" && back !== "by command");
}

function unusual(row: Row): number {
  return names.filter((name) => row[name] !== factors[name][0]).length;
}

/** A row in words, without what every row of the target has. */
export function describeRow(row: Row, fixed: Fixed): string {
  return names
    .filter((name) => !(name in fixed))
    .map((name) => `${name} ${row[name]}`)
    .join(", ");
}
