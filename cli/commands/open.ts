import { note, npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { targetOf } from "../targets";
import { entranceUrl } from "../targets/outputs";
import type { StackContext } from "../targets/target";

/**
 * Opens the notebook in the browser; without a terminal or a browser it prints its URL. A way that
 * leads through this process stays open until Ctrl-C.
 */
export async function open(context: StackContext, { port }: { port?: unknown }): Promise<void> {
  const { href, port: own } = await entranceUrl(context, "notebook");
  const reach = await targetOf(context).reach("notebook", portOf(port ?? own));
  try {
    const url = reach.url(href);
    const shown = await showInBrowser(url);
    if (shown) {
      note("notebook", `${url.replace(/\?.*$/, "")} opens in the browser`);
    } else {
      say(url);
    }
    if (reach.forwarded) {
      note("notebook", "reached through this command: Ctrl-C ends it");
      await interrupted();
    } else {
      note("", `Next: ${npmRun("logs -- notebook", context.stack)}   shows what it says`);
    }
  } finally {
    reach.close();
  }
}

function portOf(text: unknown): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Failure(`--port is "${text}", not a port.`, "give a number from 1 to 65535.", 2);
  }
  return port;
}

/** Whether a browser was started: not without a terminal, whose user would see it, nor without a display. */
async function showInBrowser(url: string): Promise<boolean> {
  const { platform, env, stdout } = process;
  const display = platform !== "linux" || env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME;
  if (!stdout.isTTY || env.CI || !display) {
    return false;
  }
  const { default: start } = await import("open");
  return start(url).then(
    () => true,
    () => false,
  );
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.once(signal, () => resolve());
    }
  });
}
