import { afterAll, beforeAll, describe, test } from "vitest";
import { events } from "./events";
import { describeRow, type Fixed, type Row, rowsOf } from "./rows";
import { Scenario } from "./scenario";
import type { MatrixTarget } from "./target";

/**
 * Declares the tests of a target: every event under every row of settings.
 *
 * @param rows - which of the rows; the first one says the most
 * @param ownChanges - names of the target's own `changes`
 */
export function describeMatrix(
  name: string,
  fixed: Fixed,
  start: () => Promise<MatrixTarget>,
  rows: (all: Row[]) => Row[],
  ownChanges: readonly string[] = [],
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

        test.each(Object.entries(events))("lose no request: %s", (event, work) =>
          scenario.under(event, () => work(scenario)),
        );

        test.each(ownChanges)("lose no request: %s, and back", (event) =>
          scenario.under(event, async () => {
            await scenario.good({}, target.changes![event](row));
            await scenario.good({});
          }),
        );
      },
    );
  });
}
