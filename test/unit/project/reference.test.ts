import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { packages } from "../../../components/build";
import { referencePages } from "../../../docs/reference";
import { repository } from "../../support/stackConfig";

let pages: Record<string, string>;

// Throws where a public member has no docstring.
beforeAll(async () => {
  pages = await referencePages();
}, 300_000);

it.each(packages)("the reference of %s is up to date (npm run generate)", (name) => {
  const file = `docs/reference/${name}.md`;
  expect(fs.readFileSync(path.join(repository, file), "utf8")).toBe(pages[file]);
});
