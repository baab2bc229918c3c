// Whoever looks for a message has it from a terminal: the page has to have it as the sources do.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../../support/stackConfig";

const page = fs.readFileSync(path.join(repository, "docs/troubleshooting.md"), "utf8");
const messages = [...page.matchAll(/^### `(.*)`$/gm)].map(([, text]) => text);

const folders = ["cli", "components", "program"];
const sources = execFileSync("git", ["ls-files", "-z", ...folders], {
  ...{ cwd: repository, encoding: "utf8" },
})
  .split("\0")
  .filter((file) => /\.(ts|mjs)$/.test(file) && fs.existsSync(path.join(repository, file)))
  .map((file) => joined(fs.readFileSync(path.join(repository, file), "utf8")));

describe("docs/troubleshooting.md", () => {
  it.each(messages)("says %s, as a source does", (message) => {
    const parts = message.split("...").map((part) => part.trim());
    expect(sources.some((source) => hasInOrder(source, parts))).toBe(true);
  });

  it("has messages", () => {
    expect(messages.length).toBeGreaterThan(20);
  });
});

/** Texts that are written over several lines as one. */
function joined(source: string): string {
  return source.replace(/["`'] \+\s+["`']/g, "").replaceAll("\\`", "`");
}

/** Whether the parts follow each other, with one expression at most between them. */
function hasInOrder(source: string, parts: string[]): boolean {
  const quoted = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(quoted.join("[^]{0,80}?")).test(source);
}
