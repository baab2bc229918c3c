import { describe, expect, it } from "vitest";
import { isGone, programOf } from "../../../cli/automation/leftBehind";

const holder = { pid: 123, username: "ada", hostname: "here", timestamp: "2026-01-01T00:00:00Z" };

describe("the process that took a lock is", () => {
  it("gone where this machine has none of its number", () => {
    expect(isGone(holder, "here", () => undefined)).toBe(true);
  });

  it("gone where another program got its number", () => {
    expect(isGone(holder, "here", () => "bash")).toBe(true);
  });

  it.each([
    ["a Pulumi of its number runs", "here", "pulumi"],
    ["nobody can tell what runs", "here", ""],
    ["it ran on another machine", "there", undefined],
  ])("not gone where %s", (_, hostname, program) => {
    expect(isGone(holder, hostname, () => program)).toBe(false);
  });

  it.each([0, -1, NaN])("not gone where its number is %s", (pid) => {
    expect(isGone({ ...holder, pid }, "here", () => undefined)).toBe(false);
  });
});

describe("the program of a process", () => {
  it("is there for this one, and none for a number that no process has", () => {
    expect(programOf(process.pid)).toEqual(
      process.platform === "linux" ? expect.stringMatching(/\S/) : "",
    );
    // Larger than any that Linux, macOS or Windows gives.
    expect(programOf(2 ** 31 - 2)).toBeUndefined();
  });
});
