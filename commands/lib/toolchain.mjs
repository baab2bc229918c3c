// @ts-check
import { defaultStack, Failure, note, npmRun } from "./command.mjs";
import { hasAirgap, runAirgap } from "./debian.mjs";
import { canReach } from "./download.mjs";
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
const cli = "cli";
const wherePartsAre =
  "it from the ~/.pulumi (versions/, plugins/) of a machine with the same system into this one's";

/**
 * Programs of airgap/toolchain/build that go together, since an earlier build may have broken off
 * between them; the parts that they make, and how long that takes.
 */
const builds = [
  {
    programs: ["cli", "language-nodejs", "docker", "random"],
    parts: [cli, "docker", "random"],
    minutes: 8,
  },
  { programs: ["kubernetes-provider"], parts: ["kubernetes"], minutes: 5 },
];

/**
 * @typedef {{ name: string, version: string }} Part - Pulumi's command line, or a plugin
 */

/**
 * Sees to it that the pinned Pulumi and the provider plugins of a target are in
 * Pulumi's home: the official ones where the download site can be reached, else
 * the same versions built from Go modules.
 *
 * @param {string} root - project folder
 * @param {Record<string, string | undefined>} env
 * @param {string} [target] - of the stack; without one no plugins are needed
 */
export async function prepareToolchain(root, env, target) {
  const missing = missingParts(root, env, target);
  if (missing.length === 0) {
    return;
  }
  if (await canDownload(root, env)) {
    note("pulumi", `downloading ${inWords(missing)}`);
    await download(root, env, missing);
  } else if (hasAirgap(root)) {
    await build(root, env, missing);
    requireBuilt(missingParts(root, env, target));
  } else {
    throw new Failure(
      `${inWords(missing)}: not installed, and ${downloadSite} cannot be reached from here.`,
      `open the way to it, or copy ${wherePartsAre}.`,
    );
  }
}

/**
 * Refuses to go on where `npm run up` has not installed Pulumi yet.
 *
 * @param {string} root - project folder
 * @param {Record<string, string | undefined>} env - of a workspace
 */
export function requireToolchain(root, env) {
  if (!hasCli(root, env)) {
    throw new Failure(
      `Pulumi ${pinnedVersion(root)} is not installed yet.`,
      `${npmRun("up", env.PULUMI_STACK ?? defaultStack)}.`,
    );
  }
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 * @param {string} [target]
 * @returns {Part[]}
 */
function missingParts(root, env, target) {
  const plugins = target === undefined ? [] : wantedPlugins(root, target);
  return [
    ...(hasCli(root, env) ? [] : [{ name: cli, version: pinnedVersion(root) }]),
    ...plugins.filter((plugin) => !hasPlugin(plugin, env)),
  ];
}

/** @param {Part[]} parts */
function inWords(parts) {
  return parts
    .map(({ name, version }) => `${name === cli ? "Pulumi" : `Pulumi's ${name} plugin`} ${version}`)
    .join(", ");
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 */
async function canDownload(root, env) {
  if (env.PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES && hasCli(root, env)) {
    // The user's own site, which Pulumi asks for plugins.
    return true;
  }
  return canReach(`${downloadSite}/install.sh`, env, probeTimeoutMs);
}

/**
 * @param {string} root
 * @param {Record<string, string | undefined>} env
 * @param {Part[]} missing
 */
async function download(root, env, missing) {
  if (!hasCli(root, env) && (await installCli(root, env)) !== 0) {
    throw new Failure(
      `Pulumi ${pinnedVersion(root)} could not be installed.`,
      "see its installer's message above, then try again.",
    );
  }
  for (const plugin of missing.filter(({ name }) => name !== cli)) {
    const args = ["plugin", "install", "resource", plugin.name, plugin.version];
    if ((await showPulumi(root, args, env, { progress: true })) !== 0) {
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
 * @param {Part[]} missing
 */
async function build(root, env, missing) {
  requireBuilt(missing.filter(({ name }) => !builds.some(({ parts }) => parts.includes(name))));
  const wanted = builds.filter(({ parts }) => missing.some(({ name }) => parts.includes(name)));
  const minutes = wanted.reduce((sum, one) => sum + one.minutes, 0);
  note(
    "pulumi",
    `${downloadSite} cannot be reached from here: building ${inWords(missing)} from Go modules ` +
      `(about ${minutes} minutes, once)`,
  );
  const programs = wanted.flatMap((one) => one.programs);
  if ((await runAirgap(root, "toolchain/build", programs, env)) !== 0) {
    throw new Failure(
      `${inWords(missing)}: could not be built from Go modules.`,
      "see the messages of airgap/toolchain/build above, then try again: it goes on where it stopped.",
    );
  }
}

/**
 * @param {Part[]} missing - what was not built, or cannot be
 */
function requireBuilt(missing) {
  if (missing.length > 0) {
    throw new Failure(
      `${inWords(missing)}: not installed, not among what can be built from Go modules, and ` +
        `${downloadSite} cannot be reached from here.`,
      `open the way to it, or copy ${wherePartsAre}.`,
    );
  }
}
