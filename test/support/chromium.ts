import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { BrowserContext, chromium } from "playwright-core";
import { debianTool } from "./debianTool";

/** A headless Chromium with a profile of its own, removed with `close`. */
export async function openBrowser(): Promise<BrowserContext> {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: debianTool("chromium", "chromium", ["google-chrome", "chromium-browser"]),
    headless: true,
    args: [
      "--no-sandbox", // Chromium's own sandbox does not start for root
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  browser.on("close", () => fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20 }));
  return browser;
}
