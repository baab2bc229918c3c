import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const docs = path.resolve(import.meta.dirname, "..");

/** The lists of docs/README.md, which is the index of all pages. */
export function sidebar() {
  const index = readFileSync(path.join(docs, "README.md"), "utf8");
  const groups = index
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf("\n")),
      items: [...section.matchAll(/^- \[(.+?)\]\((.+?)\.md\)/gm)].map(([, text, page]) => ({
        text,
        link: `/${page}`,
      })),
    }));
  const listed = groups.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`));
  const missing = pages().filter((page) => !listed.includes(page));
  if (missing.length > 0) {
    throw new Error(`docs/README.md lists no ${missing.join(", ")}: add it under a heading.`);
  }
  return groups;
}

function pages() {
  return readdirSync(docs, { recursive: true })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".md") && !/^(node_modules\/|README)/.test(file));
}
