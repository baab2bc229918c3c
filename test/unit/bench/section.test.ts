import { describe, expect, it } from "vitest";
import { Measurement, mergePage, renderSection } from "../../../bench/support/section";

const measurement: Measurement = {
  name: "spread",
  title: "Spread",
  how: ["Counted."],
  goals: [
    { goal: "within 5 %", result: "1 %", met: true },
    { goal: "0 failed", result: "3", met: false },
  ],
  tables: [{ columns: ["calls", "a|b"], rows: [["10", "5"]] }],
  notMeasured: ["Nothing else."],
};
const machine = { hardware: "2 cores", software: "Docker 1", date: "2026-01-31" };

describe("a section of the page", () => {
  const text = renderSection(measurement, machine);

  it("shows goal and result side by side, and which were missed", () => {
    expect(text).toContain("| within 5 % | 1 % | met |");
    expect(text).toContain("| 0 failed | 3 | **missed** |");
  });

  it("keeps a column together whose name holds a bar", () => {
    expect(text).toContain("| calls | a\\|b |");
  });

  it("names the command, the day and the machine", () => {
    expect(text).toContain("`npm run bench -- spread`, 2026-01-31: 2 cores; Docker 1.");
  });

  it("says what was not measured", () => {
    expect(text).toContain("Not measured:\n\n- Nothing else.");
  });

  it("has no table of goals without goals", () => {
    expect(renderSection({ ...measurement, goals: [] }, machine)).not.toContain("goal");
  });
});

describe("the page", () => {
  const order = ["release", "spread", "push"];
  const page = mergePage("", { spread: "## Spread\n\nold", push: "## Push\n\nold" }, order);

  it("takes a new section in the old one's place and keeps the others", () => {
    const merged = mergePage(page, { spread: "## Spread\n\nnew" }, order);
    expect(merged).toBe(page.replace("## Spread\n\nold", "## Spread\n\nnew"));
  });

  it("has its sections in the same order whatever was measured first", () => {
    const merged = mergePage(page, { release: "## Release" }, order);
    expect(merged.match(/^## \w+/gm)).toEqual(["## Release", "## Spread", "## Push"]);
  });

  it("loses a section that is not measured any more", () => {
    expect(mergePage(page, {}, ["push"])).not.toContain("Spread");
  });
});
