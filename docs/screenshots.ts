// Makes the pictures of docs/images from the stack dev: `npm run down`, then `npm run docs:screenshots`.
// It needs Linux, whose containers have addresses that a browser reaches, and its `script`.
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { openBrowser } from "../test/support/chromium";
import { containers, inspect } from "../test/support/docker";

const root = path.join(__dirname, "..");

async function main(): Promise<void> {
  const browser = await openBrowser();
  try {
    await terminal(browser, "up", "npm run up");
    await notebook(browser);
    await balancer(browser);
  } finally {
    await browser.close();
  }
}

/** What a command shows on a terminal once it has ended, in its colours. */
async function terminal(browser: Browser, name: string, command: string): Promise<void> {
  const env = { ...process.env };
  delete env.CI; // so that it is a terminal that somebody looks at
  const bytes = execFileSync("script", ["-qec", `stty cols 110; ${command}`, "/dev/null"], {
    ...{ cwd: root, env, encoding: "utf8" },
  });
  const lines = bytes
    .split(/\r?\n/)
    // A spinner has drawn over what stood before.
    .map((line) => line.split(/\x1b\[(?:\?25[lh]|1G|[02]?K)/).at(-1)!)
    .map((line) => line.replaceAll(root, "~/tfserving").replace(/token=\w+/, "token=..."));
  const text = lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  const page = await browser.newPage({ viewport: { width: 1100, height: 100 } });
  await page.setContent(`<style>
    body { margin: 0; background: #1b1b1f; }
    pre { margin: 0; padding: 24px; font: 13px/1.45 monospace; color: #dfdfd6; white-space: pre-wrap; }
    .c31 { color: #f66f81; } .c32 { color: #3dd68c; } .c33 { color: #f9b44e; } .c36 { color: #5ccfe6; }
    .c1 { font-weight: bold; } .c2 { opacity: 0.6; }
    </style><pre><b>$ ${command}</b>\n${coloured(text)}</pre>`);
  await shoot(page, name);
}

/** Text with a terminal's colours as HTML. */
function coloured(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\x1b\[(?:0|22|39)m/g, "</span>")
    .replace(/\x1b\[(\d+)m/g, '<span class="c$1">');
}

/** The gallery after all its cells have run. */
async function notebook(browser: Browser): Promise<void> {
  const output = ["stack", "output", "notebookUrl", "--show-secrets"];
  const command = ["run", "--silent", "pulumi", "--", ...output];
  const url = execFileSync("npm", command, { cwd: root, encoding: "utf8" }).trim();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(url.replace("/lab?", "/lab/tree/projectDir/gallery.ipynb?"));
  await page.getByRole("heading", { name: "A gallery of predictions" }).first().waitFor();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByText("Run All Cells", { exact: true }).click();
  await page.getByRole("button", { name: "No", exact: true }).click(); // news
  const chart = page.locator(".jp-OutputArea-output img").first();
  await chart.waitFor({ timeout: 120_000 });
  await chart.scrollIntoViewIfNeeded();
  await page.waitForTimeout(2000); // until nothing moves
  await shoot(page, "notebook");
}

/** HAProxy's own page: replicas that are up, and what each has answered. */
async function balancer(browser: Browser): Promise<void> {
  const [id] = containers("tfserving/dev", "balancer");
  const networks = inspect(id).NetworkSettings.Networks as Record<string, { IPAddress: string }>;
  const page = await browser.newPage({ viewport: { width: 1280, height: 100 } });
  await page.goto(`http://${Object.values(networks)[0].IPAddress}:8404/;up`);
  await shoot(page, "balancer");
}

/** Writes what a page shows, in few colours, since readers of git load these pictures too. */
async function shoot(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ fullPage: true });
  const file = path.join(__dirname, "images", `${name}.png`);
  await sharp(picture).png({ palette: true, colours: 64, dither: 0.5, effort: 10 }).toFile(file);
}

void main();
