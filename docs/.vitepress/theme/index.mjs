import { useData, useRoute } from "vitepress";
import Theme from "vitepress/theme";
import { nextTick, onMounted, watch } from "vue";

// Mermaid is twice as large as all else of this site, and only some pages have a diagram.
const mermaid = {
  src: "https://cdn.jsdelivr.net/npm/mermaid@11.17.2/dist/mermaid.min.js",
  integrity: "sha384-EOXBFmc3gx5mb+vn0vPvvGqACToJD24hhacX5Yx+8NUUQrHIle/Qi5Bg9o3zKwW2",
  crossOrigin: "anonymous",
};

export default {
  extends: Theme,
  setup() {
    const route = useRoute();
    const { isDark } = useData();
    onMounted(() =>
      watch(
        () => route.path,
        () => draw(isDark.value),
        { immediate: true },
      ),
    );
  },
};

/** Draws the diagrams of the page; where Mermaid cannot be fetched they stay text. */
async function draw(isDark) {
  await nextTick();
  const nodes = document.querySelectorAll("pre.mermaid:not([data-processed])");
  if (nodes.length > 0) {
    await loaded();
    globalThis.mermaid.initialize({ startOnLoad: false, theme: isDark ? "dark" : "default" });
    await globalThis.mermaid.run({ nodes });
  }
}

let script;

function loaded() {
  script ??= new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), mermaid);
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`no ${mermaid.src}`)));
    document.head.append(element);
  });
  return script;
}
