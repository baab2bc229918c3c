import { Browser, chromium } from "playwright-core";
import { debianTool } from "./debianTool";

/** A headless Chromium; each page of it is a visitor of its own, without cookies. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
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
}
