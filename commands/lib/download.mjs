// @ts-check
import { capture } from "./process.mjs";

/** Arguments of Node.js with which a program's fetch follows HTTPS_PROXY and NO_PROXY, as curl and Pulumi do. */
export const followingProxy = [
  // Of undici, that its agent for this is an experiment.
  "--no-warnings",
  ...["--import", new URL("./followProxy.mjs", import.meta.url).href],
];

const probe =
  "fetch(process.argv[1], { method: 'HEAD' })" +
  ".then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))";

/**
 * Whether a site can be reached from here, through the user's proxy where there is one.
 *
 * @param {string} url
 * @param {Record<string, string | undefined>} env
 * @param {number} timeoutMs
 * @returns {Promise<boolean>}
 */
export async function canReach(url, env, timeoutMs) {
  const args = [...followingProxy, "--eval", probe, url];
  return (await capture(process.execPath, args, { env, timeoutMs })).code === 0;
}
