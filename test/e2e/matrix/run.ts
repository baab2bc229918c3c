import { afterAll, beforeAll, describe, test } from "vitest";
import { type Event, events } from "./events";
import { describeRow, type Fixed, type Row, rowsOf } from "./rows";
import { Scenario } from "./scenario";
import type { MatrixTarget } from "./target";

/** What is run of a target's matrix. */
export interface Slice {
  /** Which rows; of all, the first one says the most. @default - all */
  rows?: (all: Row[]) => Row[];
  /** Which events. @default - all */
  events?: Event[];
  /** Names of the target's own `changes`. @default - none */
  changes?: readonly string[];
}

/** Declares the tests of a target: events under rows of settings. */
export function describeMatrix(
  name: string,
  fixed: Fixed,
  start: () => Promise<MatrixTarget>,
  {
    rows = (all) => all,
    changes = [],
    events: chosen = Object.keys(events) as Event[],
  }: Slice = {},
): void {
  describe(`releases on ${name}`, () => {
    let target: MatrixTarget;
    beforeAll(async () => void (target = await start()));
    afterAll(() => target?.stop());

    describe.each(rows(rowsOf(fixed)).map((row) => ({ row, words: describeRow(row, fixed) })))(
      "with $words",
      ({ row }) => {
        let scenario: Scenario;
        beforeAll(async () => {
          scenario = new Scenario(target, row, `test-matrix-${name}`);
          await scenario.begin();
        });
        afterAll(() => scenario?.end());

        test.each(chosen)("lose no request: %s", (event) =>
          scenario.under(event, () => events[event](scenario)),
        );

        test.each(changes)("lose no request: %s, and back", (event) =>
          scenario.under(event, async () => {
            const { settings, settles } = target.changes![event];
            await scenario.good({}, settings(row), settles);
            await scenario.good({}, {}, settles);
          }),
        );
      },
    );
  });
}
