import { lifetimeOf, timeText } from "../environments/environment";
import { prepareEnvironment } from "../environments/openEnvironment";
import { say, tell } from "../output/console";
import type { PolicyOptions } from "../setup/policies";
import type { Workspace } from "../setup/workspace";
import { up } from "./up";

/** Makes a preview environment, or gives one more time, and brings it up. */
export async function environment(
  named: Workspace,
  { from, ttl, ...options }: { from?: unknown; ttl?: unknown } & PolicyOptions,
): Promise<void> {
  const lifetime = lifetimeOf(String(ttl));
  const opened = await prepareEnvironment(named, from as string | undefined, lifetime);
  // Its name is nobody else's, so that nothing is changed that somebody has to be asked for.
  await up(opened.workspace, { ...options, yes: true });
  say();
  tell({ subject: "lives", text: `until ${timeText(opened.environment.expires)}` });
}
