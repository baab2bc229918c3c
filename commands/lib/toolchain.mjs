// @ts-check
import { Failure, note } from "./command.mjs";
import { hasAirgap, runAirgap } from "./debian.mjs";
import {
  hasCli,
  hasPlugin,
  installCli,
  pinnedVersion,
  showPulumi,
  wantedPlugins,
} from "./pulumiCli.mjs";

const downloadSite = "https://get.pulumi.com";
const probeTimeoutMs = 3000;

/**
 * Sees to it that the pinned Pulumi and the project's provider plugins are in
 * Pulumi's home: the official ones where the download site can be reached, else
 * the same versions built from Go modules.
 *
 * @param {string} root - project folder
 * @param {Record<string, string | undefined>} env
 * @param {string} target - of the stack
 */
export async function prepareToolchain(root, env, target) {
  if (isComplete(root, env, target)) {
    return;
  }
  const version = pinnedVersion(root);
  if (await canDownload()) {
    note("pulumi", `downloading Pulumi ${version} and its provider plugins`);
    await download(root, env, target);
  } else if (hasAirgap(root)) {
    note(
      "pulumi",
      "Pulumi's download site cannot be reached from here: building the same version from Go " +
        "modules (about 8 minutes, once)",
    );
    await build(root, env);
    requireBuilt(wantedPlugins(root, target).filter((plugin) => !hasPlugin(plugin, env)));
  } else {
    throw new Failure(
      `Pulumi ${version} is not installed, and ${downloadSite} cannot be reached from here.`,
      `open the way to it, or copy versions/${version} and plugins/ from the ~/.pulumi of a machine ` +
        "with the same system into this one's.",
    );
  }
}

/**
 * Refuses to go on where `npm run up` has not installed Pulumi yet.
 *
 * @param {string} root - project folder
 * @param {Record<string, string | undefined>} env
 */
export function requireToolchain(root, env) {
  if (!hasCli(root, env)) {
    throw new Failure(`Pulumi ${pinnedVersion(root)} is not installed yet.`, "npm run up.");
  }
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 * @param {string} target
 */
function isComplete(root, env, target) {
  return hasCli(root, env) && wantedPlugins(root, target).every((plugin) => hasPlugin(plugin, env));
}

async function canDownload() {
  try {
    const signal = AbortSignal.timeout(probeTimeoutMs);
    return (await fetch(`${downloadSite}/install.sh`, { method: "HEAD", signal })).ok;
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 * @param {string} target
 */
async function download(root, env, target) {
  if (!hasCli(root, env) && (await installCli(root, env)) !== 0) {
    throw new Failure(
      `Pulumi ${pinnedVersion(root)} could not be installed.`,
      "see its installer's message above, then npm run up again.",
    );
  }
  for (const plugin of wantedPlugins(root, target).filter((wanted) => !hasPlugin(wanted, env))) {
    const args = ["plugin", "install", "resource", plugin.name, plugin.version];
    if ((await showPulumi(root, args, env)) !== 0) {
      throw new Failure(
        `The Pulumi plugin ${plugin.name} ${plugin.version} could not be installed.`,
        "see Pulumi's message above; plugins come from github.com and get.pulumi.com.",
      );
    }
  }
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 */
async function build(root, env) {
  if ((await runAirgap(root, "toolchain/build", [], env)) !== 0 || !hasCli(root, env)) {
    throw new Failure(
      "Pulumi could not be built from Go modules.",
      "see the messages of airgap/toolchain/build above, then npm run up again: it goes on " +
        "where it stopped.",
    );
  }
}

/**
 * @param {{ name: string, version: string }[]} missing - plugins that were not built
 */
function requireBuilt(missing) {
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
    throw new Failure(
      `The Pulumi plugin ${names} is not here, and is not among those that can be built from Go modules.`,
      "copy it from the ~/.pulumi/plugins of a machine that can download it (pulumi plugin install).",
    );
  }
}
