import path from "node:path";
import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import { sidebar } from "./sidebar.mjs";

const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA, DOCS_BASE } = process.env;
/** Where the sources are that the pages link to. */
const sources = `${GITHUB_SERVER_URL ?? "https://github.com"}/${GITHUB_REPOSITORY ?? "OWNER/REPOSITORY"}/blob/${GITHUB_SHA ?? "main"}`;

export default defineConfig({
  title: "tfserving",
  description: "Put a TensorFlow model into production with Pulumi",
  lang: "en-GB",
  // GitHub shows README.md for the folder, a site index.md.
  rewrites: { "README.md": "index.md" },
  base: DOCS_BASE ?? "/",
  outDir: "node_modules/.cache/site",
  cacheDir: "node_modules/.cache/vitepress",
  cleanUrls: true,
  themeConfig: {
    sidebar: sidebar(),
    outline: "deep",
    search: { provider: "local" },
  },
  markdown: {
    anchor: { slugify: (heading) => slug(heading) },
    config: (md) => {
      leadToSources(md);
      drawDiagrams(md);
    },
  },
});

/** What is no page, such as a file of the program, is in the repository. */
function leadToSources(md) {
  const usual = md.renderer.rules.link_open;
  md.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const href = tokens[index].attrGet("href") ?? "";
    const [file] = href.split("#");
    const target = path.posix.join("docs", path.posix.dirname(env.relativePath), file);
    const isPage = target.startsWith("docs/") && target.endsWith(".md");
    if (file !== "" && !/^[a-z]+:/.test(file) && !isPage) {
      tokens[index].attrSet("href", href.replace(file, `${sources}/${target}`));
    }
    return usual(tokens, index, options, env, self);
  };
}

/** GitHub draws blocks of Mermaid; here the theme does. */
function drawDiagrams(md) {
  const usual = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) =>
    tokens[index].info.trim() === "mermaid"
      ? `<pre class="mermaid" v-pre>${md.utils.escapeHtml(tokens[index].content)}</pre>`
      : usual(tokens, index, options, env, self);
}
