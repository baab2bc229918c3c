import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { capture, show } from "../automation/process";
import { pulumiVariables } from "../automation/pulumiCommand";
import { defaultStack, type Environment, note, npmRun } from "../output/console";
import { Failure } from "../output/failure";
import { hasAirgap, runAirgap } from "./airgap";
import { root } from "./folders";
import {
  cliFile,
  hasCli,
  hasPlugin,
  type Part,
  pinnedVersion,
  type PluginNeeds,
  wantedPlugins,
} from "./pulumiHome";

/** Where Pulumi is downloaded from. */
export const downloadSite = "https://get.pulumi.com";
const probeTimeoutMs = 3000;
const cli = "cli";
const wherePartsAre =
  "it from the ~/.pulumi (versions/, plugins/) of a machine with the same system into this one's";

/** Arguments of Node.js with which a program's fetch follows HTTPS_PROXY and NO_PROXY, as curl and Pulumi do. */
const followingProxy = [
  // Of undici, that its agent for this is an experiment.
  "--no-warnings",
  ...["--import", pathToFileURL(path.join(__dirname, "followProxy.mjs")).href],
];

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
  { programs: ["tls"], parts: ["tls"], minutes: 1 },
  { programs: ["kubernetes-provider"], parts: ["kubernetes"], minutes: 5 },
];

/**
 * Sees to it that the pinned Pulumi and the provider plugins of a stack are in Pulumi's home: the
 * official ones where the download site can be reached, else the same versions built from Go modules.
 *
 * @param needs - of the stack; without them no plugins are needed
 */
export async function prepareToolchain(
  env: Environment,
  needs?: PluginNeeds,
  folder = root,
): Promise<void> {
  const missing = missingParts(env, needs, folder);
  if (missing.length === 0) {
    return;
  }
  if (await canDownload(env, folder)) {
    note("pulumi", `downloading ${inWords(missing)}`);
    await download(env, missing, folder);
  } else if (hasAirgap()) {
    await build(missing, env, folder);
    requireBuilt(missingParts(env, needs, folder));
  } else {
    throw new Failure(
      `${inWords(missing)}: not installed, and ${downloadSite} cannot be reached from here.`,
      `open the way to it, or copy ${wherePartsAre}.`,
    );
  }
}

/** Refuses to go on where `npm run up` has not installed Pulumi yet. */
export function requireToolchain(env: Environment): void {
  if (!hasCli(env)) {
    throw new Failure(
      `Pulumi ${pinnedVersion()} is not installed yet.`,
      `${npmRun("up", env.PULUMI_STACK ?? defaultStack)}.`,
    );
  }
}

/** Pulumi and the plugins of a stack, as far as they are not there. */
export function missingParts(env: Environment, needs?: PluginNeeds, folder = root): Part[] {
  const plugins = needs === undefined ? [] : wantedPlugins(needs, folder);
  return [
    ...(hasCli(env, folder) ? [] : [{ name: cli, version: pinnedVersion(folder) }]),
    ...plugins.filter((plugin) => !hasPlugin(plugin, env)),
  ];
}

/** `Pulumi 3.1.0, Pulumi's docker plugin 5.2.0`. */
export function inWords(parts: Part[]): string {
  return parts
    .map(({ name, version }) => `${name === cli ? "Pulumi" : `Pulumi's ${name} plugin`} ${version}`)
    .join(", ");
}

/**
 * The HTTP status with which a site answers, through the user's proxy where there is one; undefined
 * where it cannot be reached from here.
 */
export async function statusOf(
  url: string,
  env: Environment,
  timeoutMs = probeTimeoutMs,
): Promise<number | undefined> {
  const probe =
    "fetch(process.argv[1], { method: 'HEAD' })" +
    ".then(({ status }) => console.log(status), () => process.exit(1))";
  const args = [...followingProxy, "--eval", probe, url];
  const { code, stdout } = await capture(process.execPath, args, { env, timeoutMs });
  return code === 0 ? Number(stdout) : undefined;
}

async function canDownload(env: Environment, folder: string): Promise<boolean> {
  if (env.PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES && hasCli(env, folder)) {
    // The user's own site, which Pulumi asks for plugins.
    return true;
  }
  return (await statusOf(`${downloadSite}/install.sh`, env)) === 200;
}

async function download(env: Environment, missing: Part[], folder: string): Promise<void> {
  const version = pinnedVersion(folder);
  const options = { cwd: folder, env: { ...env, ...pulumiVariables }, progress: true };
  if (!hasCli(env, folder)) {
    // The npm package `pulumi` downloads the command line when it is first called.
    const script = path.join(folder, "node_modules", "pulumi", "run.js");
    const args = [...followingProxy, script, "version"];
    const withVersion = { ...options.env, PULUMI_VERSION: version };
    if ((await show(process.execPath, args, { ...options, env: withVersion })) !== 0) {
      throw new Failure(
        `Pulumi ${version} could not be installed.`,
        "see its installer's message above, then try again.",
      );
    }
  }
  for (const plugin of missing.filter(({ name }) => name !== cli)) {
    const args = ["plugin", "install", "resource", plugin.name, plugin.version];
    if ((await show(cliFile(env, folder), args, options)) !== 0) {
      throw new Failure(
        `The Pulumi plugin ${plugin.name} ${plugin.version} could not be installed.`,
        "see Pulumi's message above; plugins come from github.com and get.pulumi.com.",
      );
    }
  }
}

/** Whether airgap/ can build what is missing. */
export function canBuild(missing: Part[]): boolean {
  return hasAirgap() && missing.every(isBuilt);
}

function isBuilt({ name }: Part): boolean {
  return builds.some(({ parts }) => parts.includes(name));
}

async function build(missing: Part[], env: Environment, folder: string): Promise<void> {
  requireBuilt(missing.filter((part) => !isBuilt(part)));
  const wanted = builds.filter(({ parts }) => missing.some(({ name }) => parts.includes(name)));
  const minutes = wanted.reduce((sum, one) => sum + one.minutes, 0);
  note(
    "pulumi",
    `${downloadSite} cannot be reached from here: building ${inWords(missing)} from Go modules ` +
      `(about ${minutes} minutes, once)`,
  );
  const programs = wanted.flatMap((one) => one.programs);
  if ((await runAirgap("toolchain/build", programs, { env, folder })) !== 0) {
    throw new Failure(
      `${inWords(missing)}: could not be built from Go modules.`,
      "see the messages of airgap/toolchain/build above, then try again: it goes on where it stopped.",
    );
  }
}

/** @param missing - what was not built, or cannot be */
function requireBuilt(missing: Part[]): void {
  if (missing.length > 0) {
    throw new Failure(
      `${inWords(missing)}: not installed, not among what can be built from Go modules, and ` +
        `${downloadSite} cannot be reached from here.`,
      `open the way to it, or copy ${wherePartsAre}.`,
    );
  }
}
